import assert from "node:assert/strict";
import { signIn } from "../lib/account.js";
import { ChatPage, echo } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

scenario("an administrator without a model connects one: a bad key is explained, a good one brings its models", async ({ upstream, serve, open }) => {
  const kuma = await serve({ upstream: undefined });
  const admin = await kuma.person("Grace");
  const page = await open({ kuma, person: admin, path: "/chat" });
  const chat = new ChatPage(page);

  // A question asked too early is kept.
  await chat.send("Is anybody there?");
  const first = chat.messages.last();
  await first.getByText("No model is connected yet").waitFor();
  await first.getByRole("link", { name: "Connect a model" }).click();
  await page.waitForURL(`${kuma.url}/settings/models`);

  await page.getByRole("button", { name: "Add a provider" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^OpenAI ?With/ }).click();
  await dialog.getByText("Advanced").click();
  await dialog.getByLabel("Address").fill(upstream.openai);
  const key = dialog.getByLabel("API key");
  await key.fill("bad-key-of-mine");
  await dialog.getByRole("button", { name: "Test and connect" }).click();
  await until("the field says what is wrong", async () => (await key.getAttribute("aria-invalid")) === "true");
  const words = await dialog.innerText();
  assert.match(words, /key/i);
  assert.doesNotMatch(words, /\{"|undefined|bad-key-of-mine/);
  assert.equal(await key.inputValue(), "bad-key-of-mine");
  assert.deepEqual((await kuma.call(admin, "GET", "/api/admin/providers")).items.filter(({ source }) => source === "settings"), []);

  await key.fill("good-key-1234");
  await dialog.getByRole("button", { name: "Test and connect" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText(/works\. \d+ models are ready\./).waitFor();
  await page.getByText("openai/gpt-5.6-sol", { exact: true }).or(page.getByRole("button", { name: /Show all \d+ models/ })).first().waitFor();
  assert.doesNotMatch(await page.locator("body").innerText(), /good-key-1234/);

  // And the conversation goes on where it was.
  await page.goBack();
  await first.getByRole("button", { name: "Try again" }).click();
  await chat.reads(echo("Is anybody there?"));

  // Another model for the next answer.
  await page.getByRole("button", { name: /^Choose a model/ }).click();
  const { items, default: usual } = await kuma.call(admin, "GET", "/api/models");
  const other = items.find(({ id, capabilities }) => id !== usual && capabilities.includes("chat"));
  await page.getByRole("group", { name: "Model" }).getByRole("button", { name: other.name }).first().click();
  await page.getByRole("button", { name: `Choose a model, now ${other.name}` }).waitFor();
  await page.getByRole("group", { name: "Model" }).waitFor({ state: "detached" });
  await chat.ask("Who are you now?");
  const answer = (await kuma.messages(admin, await chat.chatId())).at(-1);
  assert.equal(answer.model, other.id);
});

scenario("a provider that cannot be reached is explained, and one that was added can be removed", async ({ upstream, serve, open }) => {
  const kuma = await serve({ upstream: undefined });
  const admin = await kuma.person("Grace");
  const page = await open({ kuma, person: admin, path: "/settings/models" });
  await page.getByRole("button", { name: "Add a provider" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^OpenAI-compatible/ }).click();
  await dialog.getByLabel("Name").fill("The lab");
  await dialog.getByLabel("Address").fill("http://127.0.0.1:1/v1");
  await dialog.getByRole("button", { name: "Test and connect" }).click();
  await dialog.getByText(/reach|refused|answer/i).last().waitFor();
  await dialog.getByLabel("Address").fill(upstream.openai);
  await dialog.getByLabel("API key").fill("a-good-key");
  await dialog.getByRole("button", { name: "Test and connect" }).click();
  await dialog.waitFor({ state: "detached" });
  const row = page.getByRole("listitem").filter({ hasText: "The lab" });
  await row.getByText("Working").waitFor();

  await row.getByRole("button", { name: "Remove The lab?" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("The lab was removed.").waitFor();
  await page.getByText("No model yet").waitFor();
});

scenario("a member sees the models but not the keys, and cannot change them", async ({ kuma, open }) => {
  const member = await kuma.person("Alan");
  const page = await open({ person: member, path: "/settings/models" });
  await page.getByRole("heading", { name: "Models", exact: true }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Providers" }).count(), 0);
  assert.equal(await page.getByRole("heading", { name: "Who may join" }).count(), 0);
  await assert.rejects(kuma.call(member, "GET", "/api/admin/providers"), /403/);
});

scenario("a new name shows at once and after a reload", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person("Ada"), path: "/settings/profile" });
  await page.getByLabel("Name").fill("Countess Ada");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your name is saved.").waitFor();
  await page.reload();
  await page.getByRole("button", { name: /^Your account:\s*Countess Ada/ }).waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Countess Ada");
});

scenario("a theme that was chosen holds from the first paint", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/settings/appearance", colorScheme: "light" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "light");
  await page.getByText("Dark", { exact: true }).click();
  await untilEqual("the theme", theme, "dark");
  await page.reload({ waitUntil: "commit" });
  await untilEqual("the theme after a reload", theme, "dark");
});

scenario("a changed password ends the other sessions and not this one; the old one is no good any more", async ({ kuma, open }) => {
  const person = await kuma.person();
  const [here, there] = [await open({ person, path: "/settings/security" }), await open({ person, path: "/settings/profile" })];
  await here.getByLabel("Current password").fill("not it at all");
  await here.getByLabel("New password").fill("a better password");
  await here.getByRole("button", { name: "Change password" }).click();
  await until("the field says so", async () => (await here.getByLabel("Current password").getAttribute("aria-invalid")) === "true");
  assert.equal(await here.getByRole("dialog").count(), 0);

  await here.getByLabel("Current password").fill(person.password);
  await here.getByRole("button", { name: "Change password" }).click();
  await here.getByText("Your password is changed.").waitFor();
  await here.goto(`${kuma.url}/settings/profile`);
  await here.getByLabel("Name").waitFor();
  assert.equal(await here.getByRole("dialog").count(), 0);

  await there.reload();
  const dialog = there.getByRole("dialog", { name: "Sign in to continue" });
  await dialog.getByLabel("Password", { exact: true }).fill(person.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText(/email or password/i).waitFor();
  await dialog.getByLabel("Password", { exact: true }).fill("a better password");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.waitFor({ state: "detached" });
});

scenario("signing out everywhere ends this session too", async ({ kuma, open }) => {
  const person = await kuma.person();
  const [here, there] = [await open({ person, path: "/settings/security" }), await open({ person, path: "/chat" })];
  await here.getByRole("button", { name: "Sign out everywhere" }).click();
  await here.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await here.waitForURL(/\/login/);
  await there.reload();
  await there.getByRole("dialog", { name: "Sign in to continue" }).waitFor();
  await signIn(here, person);
  await here.waitForURL(`${kuma.url}/chat`);
});

scenario("a deleted account is gone with all its chats, and its email is free again", async ({ kuma, open }) => {
  const person = await kuma.person();
  await kuma.ask(person, "To be forgotten");
  const page = await open({ person, path: "/settings/account" });
  await page.getByRole("button", { name: /^Delete my account/ }).click();
  const dialog = page.getByRole("alertdialog").or(page.getByRole("dialog"));
  await dialog.getByLabel(/to confirm/).fill("delete my account");
  await dialog.getByLabel("Your password").fill(person.password);
  await dialog.getByRole("button", { name: "Delete everything" }).click();
  await page.waitForURL((url) => ["/", "/login", "/signup"].includes(url.pathname));
  await assert.rejects(kuma.call(person, "GET", "/api/auth/me"), /401/);
  const again = await kuma.call(null, "POST", "/api/auth/signup", { email: person.email, password: person.password, name: "New" });
  assert.deepEqual((await kuma.call(again, "GET", "/api/chat")).items, []);
});

scenario("a server that is closed to strangers says so", async ({ serve, open }) => {
  const kuma = await serve();
  const admin = await kuma.person("Grace");
  const page = await open({ kuma, person: admin, path: "/settings/models" });
  await page.getByRole("combobox", { name: "Who may join" }).click();
  await page.getByRole("option", { name: /^Nobody/ }).click();
  await page.getByText("Saved. It holds from now on.").waitFor();
  const stranger = await open({ kuma, path: "/signup" });
  await stranger.getByRole("heading", { name: "Sign-up is closed" }).waitFor();
  assert.equal(await stranger.getByRole("button", { name: "Create account" }).count(), 0);
});
