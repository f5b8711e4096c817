import assert from "node:assert/strict";
import { signIn, signUp } from "../lib/account.js";
import { ChatPage, echo } from "../lib/chat.js";
import { PASSWORD } from "../lib/kuma.js";
import { scenarios } from "../lib/scenario.js";
import { until } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

scenario("the first account becomes the administrator and is led to a model that answers", async ({ open, serve }) => {
  const kuma = await serve();
  const page = await open({ kuma });
  await page.getByRole("link", { name: "Set up Kuma" }).first().click();
  await page.getByRole("heading", { name: "Make Kuma yours" }).waitFor();
  await signUp(page, { name: "Grace", email: "grace@example.com", password: PASSWORD });
  await page.waitForURL(`${kuma.url}/welcome`);
  await page.getByText("Hello Grace.").waitFor();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.getByRole("heading", { name: "You're all set" }).waitFor();
  await page.getByRole("link", { name: "Start your first chat" }).click();
  await page.waitForURL(`${kuma.url}/chat`);
  assert.equal(await new ChatPage(page).ask("Are you there?"), echo("Are you there?"));
});

scenario("a second person signs up, chats, signs out and in again, and finds the chat", async ({ kuma, open }) => {
  const page = await open({ path: "/signup" });
  const person = { name: "Alan", email: "alan@example.com", password: PASSWORD };
  await signUp(page, person);
  await page.waitForURL(`${kuma.url}/chat`);
  const chat = new ChatPage(page);
  assert.equal(await chat.ask("Remember the honey"), echo("Remember the honey"));
  const id = await chat.chatId();

  await page.getByRole("button", { name: /^Your account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(`${kuma.url}/login`);
  assert.equal(await page.evaluate(() => localStorage.getItem("kuma.token")), null);

  await signIn(page, person);
  await page.waitForURL(`${kuma.url}/chat`);
  await chat.sidebar.getByRole("link").first().click();
  await page.waitForURL(`${kuma.url}/chat/${id}`);
  await chat.reads(echo("Remember the honey"));
});

scenario("a wrong password and an unknown email get the same plain words, and what was typed stays", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ path: "/login" });
  await signIn(page, { email: person.email, password: "not the password" });
  const wrong = await page.getByRole("alert").innerText();
  assert.match(wrong, /email or password/i);
  assert.equal(await page.getByLabel("Email").inputValue(), person.email);

  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByRole("button", { name: "Sign in" }).click();
  await until("the answer is about the second try", async () => (await page.getByRole("button", { name: "Sign in" }).isEnabled()) && (await page.getByRole("alert").count()) === 1);
  assert.equal(await page.getByRole("alert").innerText(), wrong);

  await signIn(page, person);
  await page.waitForURL(`${kuma.url}/chat`);
});

scenario("bad input to sign-up is told at its field, and a taken email leads to sign-in", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ path: "/signup" });
  await signUp(page, { name: "", email: "ada@", password: "short" });
  for (const [label, words] of [
    ["Name", /Enter a name/],
    ["Email", /doesn't look like an email/],
    ["Password", /at least 8 characters/],
  ]) {
    const field = page.getByLabel(label, { exact: true });
    assert.equal(await field.getAttribute("aria-invalid"), "true", label);
    assert.match(await describedBy(field), words);
  }
  await signUp(page, { name: "Ada", email: person.email, password: "é".repeat(37) });
  assert.match(await describedBy(page.getByLabel("Password", { exact: true })), /72 bytes/);

  await signUp(page, { name: "Ada", email: person.email.toUpperCase(), password: PASSWORD });
  await page.getByText("There is an account with this email already.").waitFor();
  await page.getByRole("link", { name: "Sign in instead" }).click();
  await page.waitForURL(`${kuma.url}/login`);
});

scenario("a stranger who follows a link to a chat lands there after signing in", async ({ kuma, open }) => {
  const person = await kuma.person();
  const id = await kuma.ask(person, "The linked chat");
  const page = await open({ path: `/chat/${id}` });
  await page.waitForURL(/\/login\?next=/);
  await signIn(page, person);
  await page.waitForURL(`${kuma.url}/chat/${id}`);
  await new ChatPage(page).reads(echo("The linked chat"));
});

scenario("another person's chat is not found, and says so", async ({ kuma, open }) => {
  const [owner, other] = [await kuma.person("Owner"), await kuma.person("Other")];
  const id = await kuma.ask(owner, "A private matter");
  const page = await open({ person: other, path: `/chat/${id}` });
  await page.getByText("This chat is not here").waitFor();
  assert.equal(await page.getByText("private matter").count(), 0);
});

scenario("a session that ends in the middle keeps the draft: sign in over the page, and the message goes out", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask("First");
  await kuma.call(person, "POST", "/api/auth/logout-all");

  await chat.send("Second, with words worth keeping");
  const dialog = page.getByRole("dialog", { name: "Sign in to continue" });
  await dialog.waitFor();
  // Nothing is lost meanwhile, not even by a reload.
  await until("the message is kept in the browser", () =>
    page.evaluate(() => Object.keys(localStorage).some((key) => localStorage.getItem(key)?.includes("words worth keeping"))),
  );
  await dialog.getByLabel("Password", { exact: true }).fill("wrong one");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText(/email or password/i).waitFor();
  await dialog.getByLabel("Password", { exact: true }).fill(person.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.waitFor({ state: "detached" });

  await chat.reads(echo("Second, with words worth keeping"));
  assert.equal(await chat.thread.getByText("Second, with words worth keeping", { exact: true }).count(), 1);
});

scenario("a draft that was typed when the session ended is there after signing in again elsewhere", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.fill("Half a thought");
  await kuma.call(person, "POST", "/api/auth/logout-all");
  await page.reload();
  const dialog = page.getByRole("dialog", { name: "Sign in to continue" });
  await dialog.getByLabel("Password", { exact: true }).fill(person.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await chat.composer.inputValue(), "Half a thought");
  await chat.composer.press("Enter");
  await chat.reads(echo("Half a thought"));
});

/** What a screen reader says after the label. */
async function describedBy(field) {
  await until("the field is explained", () => field.getAttribute("aria-describedby"));
  return field.evaluate((element) =>
    (element.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" "),
  );
}
