import assert from "node:assert/strict";
import { ChatPage, echo } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

scenario("an answer streams word by word, the chat gets its address, its title and its place in the list", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  const question = `one two three four ${gate.keyword}`;
  await chat.send(question);
  await gate.wait("blocked");
  await gate.release(3);
  await chat.reads("You said: one");
  await chat.stop.waitFor();
  const id = await chat.chatId();
  await gate.release(1);
  await chat.reads("You said: one two");
  await gate.open();
  assert.equal(await chat.answered(), echo(question));

  const { title } = (await until("the chat has a title", async () => {
    const { chat: stored } = await kuma.call(person, "GET", `/api/chat/${id}`);
    return stored.title ? { title: stored.title } : null;
  }));
  await chat.row(title).waitFor();
  assert.equal(await chat.row(title).getAttribute("aria-current"), "page");
  await until("the page is named after the chat", async () => (await page.title()).includes(title));
  assert.deepEqual(
    (await kuma.messages(person, id)).map(({ role, status }) => [role, status]),
    [
      ["user", "complete"],
      ["assistant", "complete"],
    ],
  );
});

scenario("a second question knows the first", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask("My bear is called Bruno");
  assert.equal(await chat.ask("What is its name?"), echo("What is its name?"));
  const asked = (await upstream.requests()).map(({ body }) => body?.messages ?? []).filter((messages) => messages.at(-1)?.content === "What is its name?");
  assert.equal(asked.length, 1);
  assert.deepEqual(
    asked[0].slice(-3).map(({ role, content }) => [role, content]),
    [
      ["user", "My bear is called Bruno"],
      ["assistant", echo("My bear is called Bruno")],
      ["user", "What is its name?"],
    ],
  );
});

scenario("a reload in the middle of an answer shows it going on, every word once", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  const question = `alpha beta gamma delta ${gate.keyword}`;
  await chat.send(question);
  await gate.wait("blocked");
  await gate.release(4);
  await chat.reads("You said: alpha beta");
  await chat.chatId();
  await page.reload();
  await chat.reads("You said: alpha beta");
  await chat.stop.waitFor();
  await gate.release(1);
  await chat.reads("You said: alpha beta gamma");
  await page.reload();
  await gate.open();
  assert.equal(await chat.answered(), echo(question));
  assert.equal(await chat.messages.count(), 2);
  await page.reload();
  await chat.reads(echo(question));
  assert.equal(await chat.messages.count(), 2);
});

scenario("a reload before the chat has its address loses nothing", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  const question = `quick as a fox ${gate.keyword}`;
  await chat.send(question);
  await gate.wait("started");
  await page.goto(`${kuma.url}/chat`);
  await chat.sidebar.getByRole("link").first().click();
  await gate.open();
  assert.equal(await chat.answered(), echo(question));
  assert.equal((await kuma.messages(person, await chat.chatId())).length, 2);
});

scenario("stopping keeps the text, ends the provider's work, and offers to continue or to try again", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  await chat.send(`red green blue ${gate.keyword}`);
  await gate.wait("blocked");
  await gate.release(3);
  await chat.reads("You said: red");
  await chat.stop.click();
  await gate.wait("disconnected");
  await page.getByText("Stopped. What was written is kept.").waitFor();
  await chat.reads("You said: red");
  const last = chat.messages.last();
  await last.getByRole("button", { name: "Try again" }).waitFor();
  const [, answer] = await kuma.messages(person, await chat.chatId());
  assert.deepEqual([answer.status, answer.content.trim()], ["cancelled", "You said: red"]);

  await last.getByRole("button", { name: "Continue" }).click();
  await untilEqual("messages", () => chat.messages.count(), 4);
  assert.equal(await chat.answered(), echo("Continue"));
  await page.reload();
  await chat.reads(echo("Continue"));
  assert.equal((await chat.messages.nth(1).locator("[data-message-text]").innerText()).trim(), "You said: red");
});

scenario("Escape stops, and trying again makes a second version", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  const question = `never mind ${gate.keyword}`;
  await chat.send(question);
  await gate.wait("blocked");
  await gate.release(2);
  await chat.reads("You said:");
  await page.keyboard.press("Escape");
  await gate.wait("disconnected");
  await gate.open();
  await chat.messages.last().getByRole("button", { name: "Try again" }).click();
  await chat.reads(echo(question));
  await chat.messages.last().getByRole("group", { name: "Version 2 of 2" }).waitFor();
});

scenario("editing a question makes a branch; both can be seen, and the choice is remembered", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.ask("Tell me about polar bears");
  await chat.ask("How heavy are they?");

  const question = chat.messages.first();
  await question.hover();
  await question.getByRole("button", { name: "Edit" }).click();
  const field = page.getByRole("textbox", { name: "Edit your message" });
  await field.fill("Tell me about sun bears");
  await field.press("Enter");
  await chat.reads(echo("Tell me about sun bears"));
  await chat.answered();
  assert.equal(await chat.messages.count(), 2);
  await question.getByRole("group", { name: "Version 2 of 2" }).waitFor();

  await question.getByRole("button", { name: "Previous version" }).click();
  await chat.reads(echo("How heavy are they?"));
  assert.equal(await chat.messages.count(), 4);
  await question.getByRole("group", { name: "Version 1 of 2" }).waitFor();
  await question.getByText("Tell me about polar bears", { exact: true }).waitFor();

  const id = await chat.chatId();
  await until("the server remembers the branch", async () => {
    const { chat: stored } = await kuma.call(person, "GET", `/api/chat/${id}`);
    const heavy = (await kuma.messages(person, id)).find(({ content }) => content === echo("How heavy are they?"));
    return stored.activeMessageId === heavy?.id;
  });
  await page.reload();
  await chat.reads(echo("How heavy are they?"));
  await question.getByRole("button", { name: "Next version" }).click();
  await chat.reads(echo("Tell me about sun bears"));
});

scenario("regenerating gives a second answer beside the first", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  await upstream.next({ pieces: [{ text: "Heads" }] });
  await chat.send("Heads or tails");
  await chat.reads("Heads");
  await chat.answered();
  const answer = chat.messages.last();
  await answer.getByRole("button", { name: "Regenerate" }).click();
  await chat.reads(echo("Heads or tails"));
  await chat.answered();
  await answer.getByRole("group", { name: "Version 2 of 2" }).waitFor();
  const kept = page.waitForResponse((response) => response.request().method() === "PATCH" && response.ok());
  await answer.getByRole("button", { name: "Previous version" }).click();
  await chat.reads("Heads");
  await kept;
  await page.reload();
  await chat.reads("Heads");
  await answer.getByRole("group", { name: "Version 1 of 2" }).waitFor();
  assert.equal(await chat.messages.count(), 2);
});

scenario("what a provider refuses is told in words, and trying again works once it is mended", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  await chat.send("A question [error 401 times 1]");
  const card = chat.messages.last().getByRole("group");
  await card.getByText(/key/i).first().waitFor();
  assert.doesNotMatch(await card.innerText(), /\{|undefined|null|stack/i);
  await page.reload();
  await card.getByRole("button", { name: "Try again" }).click();
  await chat.reads(echo("A question [error 401 times 1]"));
});

scenario("a passing failure of the provider is tried again by itself", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  assert.equal(await chat.ask("Patience [error 503 times 1]"), echo("Patience [error 503 times 1]"));
});

scenario("an answer that breaks off keeps its text and can be tried again", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  await chat.send("Hold the line [drop]");
  const last = chat.messages.last();
  await last.getByRole("button", { name: "Try again" }).waitFor();
  // The renderer of the text is fetched when it is first needed.
  const kept = await until("the text is on the page", () => chat.lastAnswer());
  await page.reload();
  await last.getByRole("button", { name: "Try again" }).waitFor();
  await untilEqual("the text after a reload", () => chat.lastAnswer(), kept);
});

scenario("a message sent while another is being answered waits its turn", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  const gate = upstream.gate();
  await chat.send(`slowly ${gate.keyword}`);
  await gate.wait("blocked");
  await chat.send("right after");
  await chat.messages.last().getByText("Waiting for the answer before it").waitFor();
  await gate.open();
  await untilEqual("answers in order", () => chat.answers.allInnerTexts().then((texts) => texts.map((text) => text.trim())), [echo(`slowly ${gate.keyword}`), echo("right after")]);
});

scenario("characters of many scripts arrive whole", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  const answer = await chat.ask("[multibyte]");
  assert.match(answer, /Grüße aus Köln.*日本語.*🐻 👩‍💻 🇪🇺.*✓/su);
  assert.doesNotMatch(answer, /\u{fffd}/u);
});
