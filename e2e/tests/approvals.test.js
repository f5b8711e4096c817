import assert from "node:assert/strict";
import { after } from "node:test";
import { findViolations } from "../lib/axe.js";
import { PHONE } from "../lib/browser.js";
import { ChatPage } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { Services } from "../lib/services.js";
import { until, untilEqual } from "../lib/wait.js";

const services = await Services.start();
after(() => services.stop());
const scenario = scenarios({ url: import.meta.url, server: { env: { ...services.env, KUMA_ALLOW_PRIVATE_HOSTS: "127.0.0.1" } } });

const call = (name, args) => ({ tool_call: { name, arguments: args } });
const add = (text) => call("mcp__notes__add_note", { text });

let servers = 0;

/** Somebody with an MCP server whose `add_note` writes, a page on a new chat, and the server's notes. */
async function meet({ kuma, upstream, open }, options = {}) {
  servers += 1;
  const server = upstream.mcp(`approvals-${servers}`);
  const person = await kuma.person("Ada");
  await kuma.call(person, "POST", "/api/mcp/servers", { name: "notes", url: server.url });
  await until("the server's tools are known", async () => {
    const { items } = await kuma.call(person, "GET", "/api/tools");
    return items.some(({ name }) => name === "mcp__notes__add_note");
  });
  const page = await open({ kuma, person, path: "/chat", ...options });
  const chat = new ChatPage(page);
  const card = page.getByRole("region", { name: "Kuma asks before it does this" });
  const notes = async () => (await server.state()).notes;
  /** Has the model call these, one reply, and then say `end`. */
  const send = async (message, calls, end = "That is done.") => {
    await upstream.next({ pieces: calls });
    await upstream.next({ pieces: [{ text: end }] });
    await chat.composer.fill(message);
    await page.getByRole("button", { name: "Send" }).click();
    await card.first().waitFor();
  };
  return { person, page, chat, card, notes, send, server };
}

scenario("nothing is written before the yes, and it is written once", async (world) => {
  const { page, chat, card, notes, send } = await meet(world);
  await send("Note that bears sleep", [add("bears sleep")]);
  await card.getByText("changes something outside Kuma").waitFor();
  await card.getByText("bears sleep", { exact: true }).waitFor();
  assert.deepEqual(await notes(), []);
  assert.equal(await card.evaluate((element) => element.contains(document.activeElement)), false, "the card took the focus");
  await page.getByRole("status").filter({ hasText: "Kuma waits for your approval" }).waitFor({ state: "attached" });
  await chat.sidebar.getByRole("img", { name: "Waiting for your approval" }).waitFor();
  // A stray key ends no run that waits.
  await page.keyboard.press("Escape");
  await card.getByRole("button", { name: "Approve" }).click();
  await chat.answered();
  assert.deepEqual(await notes(), ["bears sleep"]);
  assert.equal(await card.count(), 0);
  await chat.sidebar.getByRole("img", { name: "Waiting for your approval" }).waitFor({ state: "detached" });
  await chat.thread.getByRole("button", { name: /Add note \(Notes\)/ }).getByRole("img", { name: "Done" }).waitFor();
});

scenario("what is changed in the card is what is written", async (world) => {
  const { chat, card, notes, send } = await meet(world);
  await send("Note something", [add("a draft")]);
  await card.getByRole("button", { name: "Edit", exact: true }).click();
  await card.getByRole("textbox", { name: "Text" }).fill("the final words");
  await card.getByRole("button", { name: "Approve with changes" }).click();
  await chat.answered();
  assert.deepEqual(await notes(), ["the final words"]);
  await chat.thread.getByRole("button", { name: /Add note/ }).click();
  await chat.thread.getByText("the final words", { exact: true }).first().waitFor();
});

scenario("a no with its reason, by the keyboard alone", async (world) => {
  const { upstream } = world;
  const { page, chat, card, notes, send } = await meet(world);
  await send("Note the secret", [add("the secret")], "I left it.");
  await card.getByRole("button", { name: "Deny" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("too private");
  await page.keyboard.press("Enter");
  await chat.answered();
  assert.deepEqual(await notes(), []);
  const told = (await upstream.requests()).some(({ body }) => JSON.stringify(body).includes("The person declined this. It was not done. Their reason: too private"));
  assert.ok(told, "the model was not told why");
  await chat.thread.getByRole("button", { name: /Add note.*You declined this/ }).waitFor();
});

scenario("a question waits through a reload, another chat and a restart of the server", async (world) => {
  const { serve } = world;
  const kuma = await serve({ env: { ...services.env, KUMA_ALLOW_PRIVATE_HOSTS: "127.0.0.1" } });
  const { page, chat, card, notes, send } = await meet({ ...world, kuma });
  await send("Note it for good", [add("it waits")]);
  const id = await chat.chatId();
  await page.reload();
  await card.getByText("it waits", { exact: true }).waitFor();
  await page.goto(`${kuma.url}/settings/profile`);
  await chat.sidebar.getByRole("img", { name: "Waiting for your approval" }).waitFor();
  await kuma.stop();
  await kuma.start();
  await page.goto(`${kuma.url}/chat/${id}`);
  await card.getByText("it waits", { exact: true }).waitFor();
  assert.deepEqual(await notes(), []);
  await card.getByRole("button", { name: "Approve" }).click();
  await chat.answered();
  assert.deepEqual(await notes(), ["it waits"]);
});

scenario("what was decided elsewhere can't be decided again, and the card says so", async (world) => {
  const { kuma } = world;
  const { person, chat, card, notes, send } = await meet(world);
  await send("Note two things", [add("the first"), add("the second")]);
  await untilEqual("both ask", () => card.count(), 2);
  const { chat: stored } = await kuma.call(person, "GET", `/api/chat/${await chat.chatId()}`);
  const events = await questions(kuma, person, stored.activeJobId);
  const second = events.find(({ arguments: args }) => args.text === "the second");
  await kuma.call(person, "POST", `/api/chat/jobs/${stored.activeJobId}/approvals/${second.callId}`, { decision: "deny" });
  const decided = card.filter({ hasText: "the second" });
  await decided.getByRole("button", { name: "Approve" }).click();
  await decided.getByText("There is nothing left to decide here").waitFor();
  await decided.getByText("The first decision stands.").waitFor();
  assert.equal(await decided.getByRole("button", { name: "Approve" }).count(), 0);
  await card.filter({ hasText: "the first" }).getByRole("button", { name: "Approve" }).click();
  await chat.answered();
  assert.deepEqual(await notes(), ["the first"]);
});

scenario("a tool allowed for good asks no more, until the settings take it back; after text from outside it asks all the same", async (world) => {
  const { kuma, upstream } = world;
  const { page, chat, card, notes, send } = await meet(world);
  await send("Note one", [add("one")]);
  await card.getByRole("checkbox", { name: /Always allow/ }).click();
  await card.getByRole("button", { name: "Approve" }).click();
  await chat.answered();

  await page.goto(`${kuma.url}/chat`);
  await upstream.next({ pieces: [add("two")] });
  await upstream.next({ pieces: [{ text: "Noted." }] });
  await chat.send("Note two");
  await chat.answered();
  assert.deepEqual(await notes(), ["one", "two"], "it asked, or did nothing");

  await page.goto(`${kuma.url}/chat`);
  await upstream.next({ pieces: [call("webSearch", { query: "bears and notes" })] });
  await send("Look for bears and note three", [add("three")]);
  await card.getByText("Check this with care").waitFor();
  await card.getByText(/You allowed .* but it asks here all the same\. This answer read search results of SearXNG/).waitFor();
  assert.equal(await card.getByRole("checkbox").count(), 0, "what is allowed already is not offered");
  await card.getByRole("button", { name: "Deny" }).click();
  await card.getByRole("button", { name: "Deny" }).click();
  await chat.answered();

  await page.goto(`${kuma.url}/settings/tools`);
  await page.getByRole("button", { name: /^Let notes: .* ask again$/ }).click();
  await page.getByText(/asks again from now on/).waitFor();
  await page.getByRole("heading", { name: "Always allowed" }).waitFor({ state: "detached" });
  await page.goto(`${kuma.url}/chat`);
  await send("Note four", [add("four")]);
  assert.deepEqual(await notes(), ["one", "two"]);
});

scenario("a specialist asks by its name", async (world) => {
  const { upstream } = world;
  const { page, chat, notes } = await meet(world);
  for (const pieces of [[call("delegate", { agent: "research", task: "Note that bears sleep." })], [add("from research")], [{ text: "It is noted." }], [{ text: "Research noted it." }]]) await upstream.next({ pieces });
  await chat.send("Have it noted");
  const card = page.getByRole("region", { name: "Research asks before it does this" });
  await card.getByRole("button", { name: "Approve" }).click();
  await chat.answered();
  assert.equal(await chat.lastAnswer(), "Research noted it.");
  assert.deepEqual(await notes(), ["from research"]);
});

for (const [colorScheme, width] of [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
]) {
  scenario(`axe finds nothing on questions in all their states (${colorScheme}, ${width} px)`, async (world) => {
    const { upstream } = world;
    const { page, card, send, notes } = await meet(world, { colorScheme, reducedMotion: "reduce", ...(width === 390 ? PHONE : {}) });
    const found = [];
    const look = async (name) => {
      for (const violation of await findViolations(page)) found.push(`${name}: ${violation}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) found.push(`${name}: scrolls sideways by ${sideways} px`);
    };
    await upstream.next({ pieces: [call("webSearch", { query: `bears, ${colorScheme} ${width}` })] });
    await send("Look, and note it", [add("a note\nof two lines")]);
    await card.getByText("Check this with care").waitFor();
    await look("asked, after text from outside");
    await card.getByRole("button", { name: "Edit", exact: true }).click();
    await card.getByRole("textbox", { name: "Text" }).fill("changed");
    await look("edited");
    await card.getByRole("button", { name: "Deny" }).click();
    await card.getByRole("textbox", { name: /Why not/ }).waitFor();
    await look("denied with a reason");
    await card.getByRole("button", { name: "Back" }).click();
    await card.getByRole("button", { name: "Approve with changes" }).click();
    await untilEqual("the note", notes, ["changed"]);
    assert.deepEqual(found, []);
  });
}

/** The questions that a run which waits has asked. */
async function questions(kuma, person, job) {
  const signal = AbortSignal.timeout(15_000);
  const response = await fetch(`${kuma.url}/api/chat/jobs/${job}/events`, { headers: { Authorization: `Bearer ${person.token}` }, signal });
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes("WAITING_APPROVAL")) break;
  }
  return [...text.matchAll(/event: approval_required\r?\ndata: (.*)\r?\n/g)].map(([, data]) => JSON.parse(data));
}
