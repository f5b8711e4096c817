import assert from "node:assert/strict";
import { ChatPage, echo } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

/** A chat whose answer is held after its first words. */
async function halfway({ kuma, upstream, open }) {
  const person = await kuma.person();
  const page = await open({ kuma, person, path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  const question = `mountains rivers forests ${gate.keyword}`;
  await chat.send(question);
  await gate.wait("blocked");
  await gate.release(4);
  await chat.reads("You said: mountains rivers");
  return { person, page, chat, gate, question, id: await chat.chatId() };
}

scenario("a server that is killed in the middle of an answer and comes back: the answer is made, nothing needs to be done", async (world) => {
  const kuma = await world.serve();
  const { person, page, chat, gate, question, id } = await halfway({ ...world, kuma });
  // What was not yet written down when the power went cannot come back: wait until it is.
  await until("the words are written down", async () => (await kuma.messages(person, id)).at(-1)?.content.includes("rivers"));
  await kuma.kill();
  await page.getByText("Connection lost. The answer goes on; reconnecting…").waitFor();
  await chat.reads("You said: mountains rivers");
  await gate.open();
  await kuma.start();
  await chat.reads(echo(question));
  await chat.answered();
  assert.equal(await chat.messages.count(), 2);
  await page.reload();
  await chat.reads(echo(question));
  assert.deepEqual(
    (await kuma.messages(person, id)).map(({ status, content }) => [status, content]),
    [
      ["complete", question],
      ["complete", echo(question)],
    ],
  );
});

scenario("a message sent while the server is away is kept and can be sent when it is back", async ({ serve, open }) => {
  const kuma = await serve();
  const person = await kuma.person();
  const page = await open({ kuma, person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask("Before");
  const id = await chat.chatId();
  await kuma.kill();
  await chat.send("Into the dark");
  await page.getByText("Not sent", { exact: true }).waitFor({ timeout: 30_000 });
  await kuma.start();
  await chat.thread.getByRole("button", { name: "Try again" }).click();
  await chat.reads(echo("Into the dark"));
  await untilEqual("it is there once", async () => (await kuma.messages(person, id)).filter(({ content }) => content === "Into the dark").length, 1);
});

scenario("a server that is stopped in good order lets the answer finish before it goes", async (world) => {
  const kuma = await world.serve();
  const { person, page, chat, gate, question, id } = await halfway({ ...world, kuma });
  const stopped = kuma.stop();
  await gate.open();
  await chat.reads(echo(question));
  await stopped;
  await kuma.start();
  assert.equal(await chat.answered(), echo(question));
  await page.reload();
  await chat.reads(echo(question));
  assert.deepEqual(
    (await kuma.messages(person, id)).map(({ status }) => status),
    ["complete", "complete"],
  );
  assert.equal(await chat.ask("And after?"), echo("And after?"));
});

scenario("code that cannot be fetched while the server is away takes nothing from the page, and comes when it is back", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ kuma, person, path: "/settings/profile" });
  // As if the server went before the browser came to fetch what shows an answer well.
  await page.context().route(/\/assets\/MarkdownView-/, (route) => route.abort());
  await page.goto(`${kuma.url}/chat`);
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  await chat.send(`**mountains** rivers ${gate.keyword}`);
  await gate.open();
  const written = echo(`**mountains** rivers ${gate.keyword}`);
  await untilEqual("the answer stands there as it was written", async () => (await chat.messages.last().innerText()).includes(written), true);
  await page.context().unroute(/\/assets\/MarkdownView-/);
  await chat.messages.last().locator("strong", { hasText: "mountains" }).waitFor();
});

scenario("a server that cannot wait any longer hands the answer back, and the next one makes it", async (world) => {
  const kuma = await world.serve({ env: { KUMA_SHUTDOWN_GRACE: "1" } });
  const { chat, gate, question } = await halfway({ ...world, kuma });
  await kuma.stop();
  await chat.reads("You said: mountains rivers");
  await gate.open();
  await kuma.start();
  await chat.reads(echo(question));
  await chat.answered();
  assert.equal(await chat.messages.count(), 2);
});
