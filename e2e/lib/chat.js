/** The chat page as a person sees it. */
import { until, untilEqual } from "./wait.js";

/** What the fake provider answers. */
export const echo = (message) => `You said: ${message}`;

export class ChatPage {
  constructor(page) {
    this.page = page;
    this.composer = page.getByRole("textbox", { name: "Message Kuma" });
    this.thread = page.getByRole("feed", { name: "Conversation" });
    this.messages = this.thread.getByRole("article");
    this.answers = this.thread.locator("[data-message-text]");
    this.stop = page.getByRole("button", { name: "Stop", exact: true });
    this.sidebar = page.getByRole("region", { name: "Chats" });
  }

  /** Types into the composer and sends with Enter. */
  async send(text) {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** Sends, and waits for the whole answer; gives its text. */
  async ask(text) {
    const before = await this.messages.count();
    await this.send(text);
    await untilEqual("question and answer are on the page", () => this.messages.count(), before + 2);
    return this.answered();
  }

  /** Waits until the last answer is finished and on the page; gives its text. */
  async answered(ms = 15_000) {
    await this.messages.last().getByRole("button", { name: "Regenerate" }).waitFor({ timeout: ms });
    await this.stop.waitFor({ state: "detached", timeout: ms });
    // The renderer of the text is fetched when it is first needed.
    return until("the last answer is on the page", () => this.lastAnswer(), ms);
  }

  /** Text of the last answer as it stands; empty while there is none. */
  async lastAnswer() {
    const text = this.messages.last().locator("[data-message-text]");
    return (await text.count()) === 0 ? "" : (await text.innerText()).trim();
  }

  /** Waits until the last answer reads exactly so. */
  async reads(text, ms = 15_000) {
    await untilEqual("the last answer", () => this.lastAnswer(), text, ms);
  }

  /** The id in the address, once the chat has one. */
  chatId() {
    return until("the address names the chat", () => /\/chat\/([0-9a-f-]{36})$/.exec(this.page.url())?.[1]);
  }

  /** The row of a chat in the sidebar. */
  row(title) {
    return this.sidebar.getByRole("link", { name: title });
  }

  /** Opens the menu of a chat in the sidebar and chooses. */
  async rowMenu(title, choice) {
    await this.row(title).hover();
    await this.sidebar.getByRole("button", { name: `More about ${title}` }).click();
    await this.page.getByRole("menuitem", { name: choice }).click();
  }
}
