import assert from "node:assert/strict";
import { ChatPage, echo } from "../lib/chat.js";
import { PASSWORD } from "../lib/kuma.js";
import { scenarios } from "../lib/scenario.js";
import { untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

const texts = (chat) => chat.messages.allInnerTexts().then((all) => all.map((text) => text.split("\n").map((line) => line.trim()).filter(Boolean)[1] ?? ""));

scenario("an answer asked for in one tab streams in the other, every word once", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const one = new ChatPage(page);
  await one.ask("Hello from the first tab");
  const id = await one.chatId();
  const two = new ChatPage(await page.context().newPage());
  await two.page.goto(`${kuma.url}/chat/${id}`);
  await two.reads(echo("Hello from the first tab"));

  const gate = upstream.gate();
  const question = `walk slowly home ${gate.keyword}`;
  await one.send(question);
  await gate.wait("blocked");
  await gate.release(3);
  await one.reads("You said: walk");
  await two.reads("You said: walk");
  await gate.release(1);
  await Promise.all([one.reads("You said: walk slowly"), two.reads("You said: walk slowly")]);
  // Stopping is not a matter of who asked.
  await two.stop.waitFor();
  await gate.open();
  await Promise.all([one.answered(), two.answered()]);
  for (const tab of [one, two]) {
    await tab.reads(echo(question));
    await untilEqual("messages", () => tab.messages.count(), 4);
  }
  assert.deepEqual(await texts(two), await texts(one));
});

scenario("what is stopped in one tab is stopped in the other", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const one = new ChatPage(page);
  const gate = upstream.gate();
  await one.send(`stop me ${gate.keyword}`);
  await gate.wait("blocked");
  await gate.release(3);
  await one.reads("You said: stop");
  const two = new ChatPage(await page.context().newPage());
  await two.page.goto(`${kuma.url}/chat/${await one.chatId()}`);
  await two.reads("You said: stop");
  await two.stop.click();
  await gate.wait("disconnected");
  for (const tab of [one, two]) {
    await tab.page.getByText("Stopped. What was written is kept.").waitFor();
    await tab.reads("You said: stop");
  }
});

scenario("two tabs that send into the same chat at once lose nothing", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const one = new ChatPage(page);
  await one.ask("The beginning");
  const id = await one.chatId();
  const two = new ChatPage(await page.context().newPage());
  await two.page.goto(`${kuma.url}/chat/${id}`);
  await two.reads(echo("The beginning"));
  await Promise.all([one.send("from the left"), two.send("from the right")]);
  await one.answered();
  await two.answered();
  const stored = (await kuma.messages(person, id)).filter(({ role }) => role === "assistant").map(({ content, status }) => [content, status]);
  assert.deepEqual(stored.toSorted(), [
    [echo("The beginning"), "complete"],
    [echo("from the left"), "complete"],
    [echo("from the right"), "complete"],
  ]);
  // Both questions can be reached after a reload: one below the other, or as versions side by side.
  for (const tab of [one, two]) {
    await tab.page.reload();
    await tab.answered();
    const shown = await tab.thread.innerText();
    assert.ok(shown.includes("from the left") || shown.includes("from the right"), shown);
  }
});

scenario("a new, renamed or deleted chat shows in the other tab's list", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const one = new ChatPage(page);
  const two = new ChatPage(await page.context().newPage());
  await two.page.goto(`${kuma.url}/chat`);
  await two.sidebar.getByText("Your chats will be listed here.").waitFor();
  await one.ask("A chat for both tabs");
  await two.sidebar.getByRole("link").first().waitFor();
  const title = (await two.sidebar.getByRole("link").first().innerText()).trim();
  await one.rowMenu(title, "Rename");
  await one.sidebar.getByRole("textbox", { name: "New title" }).fill("Seen by both");
  await page.keyboard.press("Enter");
  await two.row("Seen by both").waitFor();
});

scenario("signing out in one tab signs out the other, and another person sees nothing of the first", async ({ kuma, open }) => {
  const [ada, ben] = [await kuma.person("Ada"), await kuma.person("Ben")];
  const page = await open({ person: ada, path: "/chat" });
  const one = new ChatPage(page);
  await one.ask("Secret of Ada");
  await one.composer.fill("Draft of Ada");
  const two = await page.context().newPage();
  await two.goto(`${kuma.url}/settings/profile`);
  await two.getByRole("button", { name: /^Your account/ }).click();
  await two.getByRole("menuitem", { name: "Sign out" }).click();
  await two.waitForURL(/\/login/);
  await page.waitForURL(/\/login/);

  await page.getByLabel("Email").fill(ben.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${kuma.url}/chat`);
  await one.sidebar.getByText("Your chats will be listed here.").waitFor();
  assert.equal(await one.composer.inputValue(), "");
  assert.doesNotMatch(await page.locator("body").innerText(), /Secret of Ada|Draft of Ada/);
});
