import assert from "node:assert/strict";
import { ChatPage, echo } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

/** Somebody with chats of these titles, the first one newest, after one that began with `question`; and the chat page. */
async function withChats({ kuma, open }, titles, question) {
  const person = await kuma.person();
  if (question) await kuma.ask(person, question);
  const ids = {};
  for (const title of titles.toReversed()) {
    ids[title] = (await kuma.call(person, "POST", "/api/chat", { title })).chat.id;
  }
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.row(titles[0]).waitFor();
  return { person, page, chat, ids };
}

const shown = (chat) => chat.sidebar.getByRole("link").allInnerTexts().then((titles) => titles.map((title) => title.trim()));
const groups = (chat) => chat.sidebar.getByRole("heading", { level: 3 }).allInnerTexts();

scenario("searching finds chats by title and by what was said in them", async (world) => {
  const { chat } = await withChats(world, ["Honey recipes", "Winter sleep"], "Where do salmon jump?");
  await chat.sidebar.getByRole("button", { name: "Search chats" }).click();
  const field = chat.sidebar.getByRole("searchbox", { name: "Search chats" });
  await field.fill("honey");
  await untilEqual("found by title", () => shown(chat), ["Honey recipes"]);
  await field.fill("salmon");
  await untilEqual("found by text", () => shown(chat), ["Where do salmon jump"]);
  await chat.sidebar.getByRole("link").first().click();
  await chat.reads(echo("Where do salmon jump?"));
  await field.fill("no such thing");
  await chat.sidebar.getByText("No chat mentions “no such thing”.").waitFor();
  await field.press("Escape");
  await untilEqual("all are back", async () => (await shown(chat)).length, 3);
});

scenario("the palette never offers a chat that does not match, not even while the server looks", async (world) => {
  const { page, chat, ids } = await withChats(world, ["Winter sleep", "Honey recipes"], "Where do salmon jump?");
  // On a busy machine the words are asked for as they grow, more than once.
  const held = [];
  let holding = true;
  await page.route(/\/api\/chat\?q=you/, async (route) => {
    if (holding) await new Promise((resolve) => held.push(resolve));
    await route.continue();
  });
  await page.keyboard.press("Control+k");
  const options = () => page.getByRole("option").allInnerTexts().then((all) => all.map((text) => text.split("\n")[0].trim()));
  await until("chats are offered", async () => (await options()).includes("Winter sleep"));
  await page.keyboard.type("honey");
  await untilEqual("found by title", options, ["Honey recipes"]);
  await page.keyboard.press("Control+a");
  // In the answer only: no title has it.
  await page.keyboard.type("you said");
  await until("the server was asked", () => held.length > 0);
  assert.deepEqual(await options(), []);
  holding = false;
  for (const answer of held) answer();
  await untilEqual("found by text", options, ["Where do salmon jump"]);
  await page.keyboard.press("Enter");
  await chat.reads(echo("Where do salmon jump?"));
  assert.ok(!page.url().endsWith(ids["Winter sleep"]));
});

scenario("what a person searches for is taken as it is", async (world) => {
  const { chat } = await withChats(world, ["100% of (all) \"bears\"", "Other"]);
  await chat.sidebar.getByRole("button", { name: "Search chats" }).click();
  const field = chat.sidebar.getByRole("searchbox", { name: "Search chats" });
  for (const query of ["100%", "(all)", '"bears"']) {
    await field.fill(query);
    await untilEqual(`found by ${query}`, () => shown(chat), ['100% of (all) "bears"']);
  }
  for (const query of ["'; DROP TABLE chats; --", "* OR NEAR(", "%_%"]) {
    await field.fill(query);
    await chat.sidebar.getByText(`No chat mentions “${query}”.`).waitFor();
  }
});

scenario("a pinned chat stands on top, and stays there", async (world) => {
  const { page, chat } = await withChats(world, ["Newest", "Middle", "Oldest"]);
  await untilEqual("by time", () => shown(chat), ["Newest", "Middle", "Oldest"]);
  await chat.rowMenu("Oldest", "Pin");
  await untilEqual("pinned on top", () => shown(chat), ["Oldest", "Newest", "Middle"]);
  assert.deepEqual(await groups(chat), ["Pinned", "Today"]);
  await page.reload();
  await untilEqual("after a reload", () => shown(chat), ["Oldest", "Newest", "Middle"]);
  await chat.rowMenu("Oldest", "Unpin");
  await untilEqual("by time again", async () => (await groups(chat)).join(), "Today");
});

scenario("renaming in the list and in the chat", async (world) => {
  const { person, page, chat, ids } = await withChats(world, ["Before", "Another"]);
  await chat.rowMenu("Before", "Rename");
  const field = chat.sidebar.getByRole("textbox", { name: "New title" });
  assert.equal(await field.inputValue(), "Before");
  await field.fill("After <b>🐻</b>");
  await field.press("Enter");
  await chat.row("After <b>🐻</b>").waitFor();
  await untilEqual("stored", async () => (await world.kuma.call(person, "GET", `/api/chat/${ids.Before}`)).chat.title, "After <b>🐻</b>");

  await chat.rowMenu("Another", "Rename");
  await field.fill("Not kept");
  await field.press("Escape");
  await chat.row("Another").waitFor();

  await chat.row("After <b>🐻</b>").click();
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "Rename chat" }).click();
  await page.getByRole("textbox", { name: "Title of this chat" }).fill("From the top");
  await page.keyboard.press("Enter");
  await chat.row("From the top").waitFor();
  await page.getByRole("heading", { level: 1, name: "From the top" }).waitFor();
  await page.reload();
  await chat.row("From the top").waitFor();
});

scenario("a deleted chat can be brought back for a while", async (world) => {
  const { person, page, chat, ids } = await withChats(world, ["Keep", "Throw away"]);
  await chat.row("Throw away").click();
  await page.waitForURL(`${world.kuma.url}/chat/${ids["Throw away"]}`);
  await chat.rowMenu("Throw away", "Delete chat");
  await untilEqual("it is gone at once", () => shown(chat), ["Keep"]);
  await page.waitForURL(`${world.kuma.url}/chat`);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilEqual("it is back", async () => (await shown(chat)).toSorted(), ["Keep", "Throw away"]);
  await page.waitForURL(`${world.kuma.url}/chat/${ids["Throw away"]}`);
  assert.equal((await world.kuma.call(person, "GET", "/api/chat")).items.length, 2);
});

scenario("a deleted chat is gone from the server when its time is over, or when the page goes away", async (world) => {
  const { person, page, chat } = await withChats(world, ["Keep", "First", "Second"]);
  const stored = async () => (await world.kuma.call(person, "GET", "/api/chat")).items.map(({ title }) => title).toSorted();
  await page.clock.install();
  await chat.rowMenu("First", "Delete chat");
  await untilEqual("it is gone at once", () => shown(chat), ["Keep", "Second"]);
  assert.deepEqual(await stored(), ["First", "Keep", "Second"]);
  await page.clock.runFor(10_000);
  await untilEqual("stored chats", stored, ["Keep", "Second"]);

  await chat.rowMenu("Second", "Delete chat");
  await untilEqual("the second is gone too", () => shown(chat), ["Keep"]);
  await page.reload();
  await untilEqual("stored chats", stored, ["Keep"]);
  await untilEqual("shown chats", () => shown(chat), ["Keep"]);
});

scenario("an archived chat leaves the list and is found in the archive", async (world) => {
  const { chat } = await withChats(world, ["Stay", "Put away"]);
  await chat.rowMenu("Put away", "Archive");
  await untilEqual("the list", () => shown(chat), ["Stay"]);
  await chat.sidebar.getByRole("button", { name: "Archived chats" }).click();
  await untilEqual("the archive", () => shown(chat), ["Put away"]);
  await chat.rowMenu("Put away", "Unarchive");
  await chat.sidebar.getByText("No chat is archived.").waitFor();
  await chat.sidebar.getByRole("button", { name: "All chats" }).click();
  await untilEqual("the list", async () => (await shown(chat)).toSorted(), ["Put away", "Stay"]);
});

scenario("a long list loads as it is scrolled, each chat once", async (world) => {
  const titles = Array.from({ length: 75 }, (_, at) => `Chat number ${String(75 - at).padStart(2, "0")}`);
  const { chat } = await withChats(world, titles);
  const seen = new Set();
  await until(
    "all chats come into view",
    async () => {
      for (const title of await shown(chat)) seen.add(title);
      await chat.sidebar.getByRole("link").last().scrollIntoViewIfNeeded();
      return seen.size === 75 || Promise.reject(new Error(`${seen.size} so far`));
    },
    20_000,
  );
  const now = await shown(chat);
  assert.equal(new Set(now).size, now.length);
});
