import assert from "node:assert/strict";
import { ChatPage } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

/** What the small model finds in this message is named in it: see crates/kuma-testkit/README.md. */
const telling = (words, ...facts) => [words, ...facts.map((fact) => `[fact ${fact}]`)].join(" ");
const memories = async (kuma, person) =>
  (await kuma.call(person, "GET", "/api/memories")).items.map(({ content }) => content);

scenario("what somebody tells is remembered, said so, used in another chat, and forgotten when they want", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask(telling("I moved to Pune last year.", "The user lives in Pune since 2025."));
  await chat.messages.last().getByText("Remembered: The user lives in Pune since 2025.").waitFor();
  const told = await chat.chatId();

  // A new chat knows it, and says what it used.
  await page.goto(`${kuma.url}/chat`);
  const answer = await chat.ask("What is the weather like in Pune?");
  assert.match(answer, /The user lives in Pune since 2025\./, "the model was shown it");
  const used = chat.messages.last().getByRole("button", { name: "Used 1 memory" });
  await used.click();
  const details = page.getByRole("dialog", { name: "Memories this answer used" });
  await details.getByText("The user lives in Pune since 2025.").waitFor();

  // It is there after a reload too.
  await page.reload();
  await chat.messages.last().getByRole("button", { name: "Used 1 memory" }).click();
  await details.getByRole("link", { name: "Manage memories" }).click();
  await page.waitForURL(`${kuma.url}/memories`);

  // The way to where it was said.
  const row = page.getByRole("main").getByRole("listitem").filter({ hasText: "The user lives in Pune since 2025." });
  const link = row.getByRole("link", { name: "From a chat" });
  assert.match(await link.getAttribute("href"), new RegExp(`^/chat/${told}#[0-9a-f-]{36}$`));
  await link.click();
  await chat.messages.first().getByText("I moved to Pune last year.").waitFor();
  await page.goBack();

  await row.getByRole("button", { name: "Forget" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await row.waitFor();
  assert.deepEqual(await memories(kuma, person), ["The user lives in Pune since 2025."]);
  await row.getByRole("button", { name: "Forget" }).click();
  await page.getByText("Nothing is remembered yet").waitFor();
  await untilEqual("it is forgotten on the server", () => memories(kuma, person), []);

  await page.goto(`${kuma.url}/chat`);
  assert.doesNotMatch(await chat.ask("And how is Pune in spring?"), /lives in Pune/);
});

scenario("a save is taken back where it is told, and a change brings back what was said before", async ({ kuma, open }) => {
  const person = await kuma.person();
  await kuma.call(person, "POST", "/api/memories", { content: "The user lives in Pune." });
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask(telling("I moved from Pune to Delhi.", "1 The user moved from Pune to Delhi."));
  assert.deepEqual(await memories(kuma, person), ["The user moved from Pune to Delhi."]);
  const chip = chat.messages.last().getByText("Remembered: The user moved from Pune to Delhi.").locator("..");
  await chip.getByRole("button", { name: "Undo" }).click();
  await chat.messages.last().getByText("Taken back").waitFor();
  assert.deepEqual(await memories(kuma, person), ["The user lives in Pune."]);

  await chat.ask(telling("My cat is called Pepper.", "The user has a cat called Pepper."));
  await chat.messages.last().getByRole("button", { name: "Undo" }).click();
  await chat.messages.last().getByText("Taken back").waitFor();
  assert.deepEqual(await memories(kuma, person), ["The user lives in Pune."]);
});

scenario("memories are written, put right, searched, exported, paused and cleared on their page", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/memories", acceptDownloads: true });
  await page.getByText("Nothing is remembered yet").waitFor();
  const write = async (text) => {
    await page.getByRole("dialog").getByLabel("What should Kuma remember?").fill(text);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  };
  await page.getByRole("button", { name: "Add" }).click();
  await write("My PIN is 4711");
  await page.getByRole("dialog").getByText("never keeps such things").waitFor();
  await write("I keep bees in Graz.");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Add" }).click();
  await write("I play the cello.");
  const rows = page.getByRole("main").getByRole("listitem");
  await untilEqual("both are there", () => rows.count(), 2);

  const bees = rows.filter({ hasText: "bees" });
  await bees.getByRole("button", { name: "Edit" }).click();
  await write("I keep bees in Linz.");
  await rows.filter({ hasText: "Linz" }).getByRole("button", { name: "Earlier versions" }).click();
  await page.getByRole("dialog", { name: "What it said before" }).getByText("I keep bees in Graz.").waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("searchbox", { name: "Search memories" }).fill("cello");
  await until("only what fits first", async () => (await rows.first().innerText()).includes("cello"));
  await page.getByRole("searchbox", { name: "Search memories" }).fill("");
  await untilEqual("all are back", () => rows.count(), 2);

  const menu = async (item) => {
    await page.getByRole("button", { name: "More about memory" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const [download] = await Promise.all([page.waitForEvent("download"), menu("Export as a file")]);
  assert.equal(download.suggestedFilename(), "kuma-memories.json");

  await menu("Pause memory");
  await page.getByRole("main").getByText("Memory is paused").waitFor();
  await kuma.ask(person, telling("I live in Goa.", "The user lives in Goa."));
  assert.equal((await memories(kuma, person)).length, 2, "nothing is saved meanwhile");
  await page.getByRole("main").getByRole("button", { name: "Resume memory" }).click();
  await page.getByRole("main").getByText("Memory is paused").waitFor({ state: "detached" });

  await menu("Forget everything");
  await page.getByRole("alertdialog").getByRole("button", { name: "Forget everything" }).click();
  await page.getByText("Nothing is remembered yet").waitFor();
  assert.deepEqual(await memories(kuma, person), []);
});

scenario("memory can be off in one chat", async ({ kuma, open }) => {
  const person = await kuma.person();
  await kuma.call(person, "POST", "/api/memories", { content: "The user lives in Pune." });
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask("How is Pune in summer?");
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "Turn memory off here" }).click();
  await page.getByText("This chat no longer uses memories or adds to them").waitFor();
  const answer = await chat.ask(telling("I like Pune in winter.", "The user likes winter."));
  assert.doesNotMatch(answer, /lives in Pune/);
  assert.deepEqual(await memories(kuma, person), ["The user lives in Pune."]);
});
