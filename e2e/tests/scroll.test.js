import assert from "node:assert/strict";
import { ChatPage, echo } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

/** Whether the whole of it stands in the visible part of the thread. */
async function isInView(chat, locator) {
  const [box, feed, field] = await Promise.all([locator.boundingBox(), chat.thread.boundingBox(), chat.composer.boundingBox()]);
  return box !== null && box.y >= feed.y && box.y + box.height <= field.y;
}

const scrollTop = (chat) => chat.thread.evaluate((feed) => feed.scrollTop);

scenario("a question goes to the top, its answer is followed once it outgrows the page; one pixel up lets go, a button takes it up again", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  const line = (number) => chat.thread.getByText(`Line ${number}.`, { exact: true });
  await chat.ask("Good morning");
  const gate = upstream.gate();
  await upstream.rule("Write many lines", { pieces: Array.from({ length: 80 }, (_, at) => ({ text: `Line ${at + 1}.\n\n` })), gate: gate.id });
  await chat.send("Write many lines");
  await gate.wait("blocked");
  await gate.release(3);
  await line(3).waitFor();
  const feed = await chat.thread.boundingBox();
  await until("the question is at the top", async () => {
    const { y } = await chat.messages.nth(2).boundingBox();
    return Math.abs(y - feed.y - 20) <= 2;
  });
  const anchored = await scrollTop(chat);
  await gate.release(2);
  await line(5).waitFor();
  assert.equal(await scrollTop(chat), anchored, "an answer that fills the page moved it");

  await gate.release(35);
  await until("the 40th line is followed", () => isInView(chat, line(40)));
  const latest = page.getByRole("button", { name: "Jump to latest" });
  assert.equal(await latest.isVisible(), false);
  await chat.thread.evaluate((element) => element.scrollBy(0, -1));
  const left = await scrollTop(chat);
  await gate.release(20);
  await line(60).waitFor({ state: "attached" });
  await latest.waitFor();
  assert.equal(await scrollTop(chat), left, "it was followed all the same");
  await latest.click();
  await until("the 60th line is in view", () => isInView(chat, line(60)));
  await gate.open();
  await until("the last line is followed", () => isInView(chat, line(80)));
});

scenario("older messages that come in above move nothing that is in view", async ({ kuma, open }) => {
  const person = await kuma.person();
  let id;
  for (let turn = 1; turn <= 30; turn++) id = await kuma.ask(person, `Question number ${turn}`, id);
  const page = await open({ person });
  // Held back, so that before and after are places and not moments.
  let asked = false;
  let pass;
  const held = new Promise((resolve) => {
    pass = resolve;
  });
  await page.route(/\/messages\?.*cursor=/, async (route) => {
    asked = true;
    await held;
    await route.continue();
  });
  await page.goto(`${kuma.url}/chat/${id}`);
  const chat = new ChatPage(page);
  await chat.thread.getByText(echo("Question number 30"), { exact: true }).waitFor();
  await until("the older ones are asked for", async () => {
    await chat.thread.evaluate((feed) => feed.scrollTo(0, 0));
    return asked;
  });
  const seen = chat.thread.getByText("Question number 7", { exact: true });
  await until("it stands in view", () => isInView(chat, seen));
  const before = await seen.boundingBox();
  pass();
  await untilEqual("all are known", async () => chat.messages.first().getAttribute("aria-setsize"), "60");
  const after = await seen.boundingBox();
  assert.ok(Math.abs(after.y - before.y) <= 1, `it moved by ${after.y - before.y} px`);
});

scenario("a tab that was frozen while its answer was made shows the whole of it when somebody returns", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  const question = `one two three four ${gate.keyword}`;
  await chat.send(question);
  await gate.wait("blocked");
  await gate.release(3);
  await chat.reads("You said: one");
  const id = await chat.chatId();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await gate.open();
  await until("the answer is made", async () => (await kuma.messages(person, id))[1].status === "complete");
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  assert.equal(await chat.answered(), echo(question));
});
