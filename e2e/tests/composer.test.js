import assert from "node:assert/strict";
import { ChatPage, echo } from "../lib/chat.js";
import { PHONE } from "../lib/browser.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

scenario("a draft survives a reload, one for each chat, and is gone once it is sent", async ({ kuma, open }) => {
  const person = await kuma.person();
  const id = await kuma.ask(person, "An older chat");
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.fill("A new beginning\nin two lines");
  await page.reload();
  await untilEqual("the draft", () => chat.composer.inputValue(), "A new beginning\nin two lines");

  await chat.sidebar.getByRole("link").first().click();
  await page.waitForURL(`${kuma.url}/chat/${id}`);
  await untilEqual("the other chat's draft", () => chat.composer.inputValue(), "");
  await chat.composer.fill("A reply");
  await page.goto(`${kuma.url}/chat`);
  await untilEqual("the first draft", () => chat.composer.inputValue(), "A new beginning\nin two lines");
  await page.goto(`${kuma.url}/chat/${id}`);
  await untilEqual("the second draft", () => chat.composer.inputValue(), "A reply");
  await chat.composer.press("Enter");
  await chat.reads(echo("A reply"));
  await page.reload();
  await chat.reads(echo("A reply"));
  assert.equal(await chat.composer.inputValue(), "");
});

scenario("Enter that ends a composition of an input method does not send", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.focus();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Input.imeSetComposition", { text: "にほn", selectionStart: 3, selectionEnd: 3 });
  await untilEqual("what is being composed", () => chat.composer.inputValue(), "にほn");
  // As browsers tell it: key code 229 while the input method has the key.
  for (const type of ["rawKeyDown", "keyUp"]) {
    await devtools.send("Input.dispatchKeyEvent", { type, key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
  }
  await devtools.send("Input.insertText", { text: "日本" });
  await untilEqual("what was composed", () => chat.composer.inputValue(), "日本");
  assert.equal(await chat.messages.count(), 0);
  await chat.composer.press("Enter");
  await chat.reads(echo("日本"));
});

scenario("Shift+Enter breaks the line, and nothing but blanks is not sent", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.pressSequentially("one");
  await chat.composer.press("Shift+Enter");
  await chat.composer.pressSequentially("two");
  assert.equal(await chat.composer.inputValue(), "one\ntwo");
  await chat.composer.press("Enter");
  await until("both lines come back", async () => /one\s+two/.test(await chat.lastAnswer()));
  const before = await chat.messages.count();
  await chat.send("  \n ");
  assert.equal(await page.getByRole("button", { name: "Send" }).isDisabled(), true);
  assert.equal(await chat.messages.count(), before);
  assert.equal((await kuma.messages(person, await chat.chatId()))[0].content, "one\ntwo");
});

scenario("the whole way by keyboard alone: sign up, ask, stop, edit, find the chat again", async ({ kuma, upstream, open }) => {
  const page = await open({ path: "/" });
  const keys = page.keyboard;
  await tabTo(page, "Create account");
  await keys.press("Enter");
  await page.waitForURL(`${kuma.url}/signup`);
  await tabTo(page, "Name");
  await keys.type("Kay");
  await tabTo(page, "Email");
  await keys.type("kay@example.com");
  await tabTo(page, "Password");
  await keys.type("only with keys");
  await keys.press("Enter");
  await page.waitForURL(`${kuma.url}/chat`);
  await focusIs(page, "Message Kuma");

  const chat = new ChatPage(page);
  const gate = upstream.gate();
  await keys.type(`no mouse ${gate.keyword}`);
  await keys.press("Enter");
  await gate.wait("blocked");
  await gate.release(2);
  await chat.reads("You said:");
  await keys.press("Escape");
  await page.getByText("Stopped. What was written is kept.").waitFor();

  await focusIs(page, "Message Kuma");
  await keys.press("ArrowUp");
  await focusIs(page, "Edit your message");
  await keys.press("Control+a");
  await keys.type("no mouse at all");
  await keys.press("Enter");
  await chat.reads(echo("no mouse at all"));
  await chat.answered();

  await keys.press("Control+Shift+o");
  await page.waitForURL(`${kuma.url}/chat`);
  await untilEqual("an empty chat", () => chat.messages.count(), 0);
  await keys.press("Control+k");
  await focusIs(page, /Search/);
  await keys.type("mouse at all");
  // The title is the model's; that the text was found says that the server searched the messages.
  await untilEqual("what is found", () => page.getByRole("option").count(), 1);
  await until("it is marked", async () => /mouse/.test(await page.getByRole("option", { selected: true }).innerText()));
  await keys.press("Enter");
  await chat.reads(echo("no mouse at all"));
});

scenario("on a phone the button sends, Enter breaks the line, and the sidebar is a drawer", async ({ kuma, open }) => {
  const page = await open({ ...PHONE, person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.tap();
  await chat.composer.pressSequentially("with");
  await chat.composer.press("Enter");
  await chat.composer.pressSequentially("thumbs");
  assert.equal(await chat.composer.inputValue(), "with\nthumbs");
  await page.getByRole("button", { name: "Send" }).tap();
  await until("the answer", async () => /with\s+thumbs/.test(await chat.lastAnswer()));
  await chat.answered();

  await page.getByRole("button", { name: "Open sidebar" }).tap();
  const drawer = page.getByRole("dialog", { name: "Sidebar" });
  await drawer.getByRole("link", { name: "New chat", exact: true }).tap();
  await page.waitForURL(`${kuma.url}/chat`);
  await drawer.waitFor({ state: "detached" });
  await untilEqual("an empty chat", () => chat.messages.count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
});

scenario("a very long paste is kept beside the message and reaches the model whole", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  const long = `${"Long line of a log. ".repeat(600)}THE-END`;
  await chat.composer.fill("[length] What is this?");
  await chat.composer.evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, long);
  await page.getByText("Pasted text", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Pasted text", { exact: true }).waitFor();
  await chat.composer.press("Enter");
  await page.getByText("The answer reached the model's length limit.").waitFor();
  const [question] = await kuma.messages(person, await chat.chatId());
  assert.ok(question.content.startsWith("[length] What is this?") && question.content.includes(long));
  const asked = (await upstream.requests()).some(({ body }) => body?.messages?.some(({ content }) => typeof content === "string" && content.includes("THE-END") && content.includes(long)));
  assert.ok(asked, "the provider got the whole paste");
});

/** Presses Tab until the element with this accessible name has the focus. */
async function tabTo(page, name) {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if (name === (await focusedName(page))) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

function focusIs(page, name) {
  return until(`the focus is on ${name}`, async () => {
    const focused = await focusedName(page);
    if (typeof name === "string" ? focused === name : name.test(focused)) return true;
    throw new Error(`it is on ${focused}`);
  });
}

/** The accessible name of what has the focus, as far as labels and text give it. */
function focusedName(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const label = element?.getAttribute("aria-label") ?? element?.labels?.[0]?.textContent ?? element?.getAttribute("placeholder") ?? element?.textContent;
    return (label ?? "").trim();
  });
}
