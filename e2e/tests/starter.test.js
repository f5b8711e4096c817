import assert from "node:assert/strict";
import { signUp } from "../lib/account.js";
import { ChatPage } from "../lib/chat.js";
import { PASSWORD } from "../lib/kuma.js";
import { scenarios } from "../lib/scenario.js";
import { until } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });
const MINUTES = 180_000;

scenario(
  "on a fresh server, with nothing connected: sign up and talk with the real starter model",
  async ({ serve, open }) => {
    const kuma = await serve({ upstream: undefined, models: true });
    const page = await open({ kuma });
    await page.getByRole("link", { name: "Set up Kuma" }).first().click();
    await signUp(page, { name: "Grace", email: "grace@example.com", password: PASSWORD });
    await page.waitForURL(`${kuma.url}/welcome`);
    await page.getByRole("button", { name: "Continue with the demo model" }).click();
    await page.waitForURL(`${kuma.url}/chat`);

    // Nobody shall take it for a real one.
    const note = page.getByText("Demo model.", { exact: true });
    await note.waitFor();
    const chat = new ChatPage(page);
    await chat.send("Hello! Who are you?");
    await until("the first words stream in", async () => (await chat.lastAnswer()).length > 0, 90_000);
    const answer = await chat.answered(90_000);
    assert.match(answer, /[a-z]{2,}/i);
    assert.doesNotMatch(answer, /<\|im_(start|end)\|>/);
    await note.waitFor();
    await page.getByRole("link", { name: "Connect a model" }).waitFor();

    const id = await chat.chatId();
    await page.reload();
    await until("the same answer is there", async () => (await chat.lastAnswer()) === answer);
    const { token } = JSON.parse(await page.evaluate(() => JSON.stringify({ token: localStorage.getItem("kuma.token") })));
    const [, stored] = await kuma.messages({ token }, id);
    assert.equal(stored.status, "complete");
    assert.match(stored.model, /^local\//);
    assert.ok(stored.usage.outputTokens > 0);
  },
  MINUTES,
);

scenario(
  "the starter model can be stopped, and answers the next question",
  async ({ serve, open }) => {
    const kuma = await serve({ upstream: undefined, models: true });
    const page = await open({ kuma, person: await kuma.person(), path: "/chat" });
    const chat = new ChatPage(page);
    await chat.send("Tell me a very long story about a bear who travels around the whole world. Describe every country.");
    await until("a few words are there", async () => (await chat.lastAnswer()).length > 20, 90_000);
    await chat.stop.click();
    await page.getByText("Stopped. What was written is kept.").waitFor();
    assert.ok((await chat.lastAnswer()).length > 20);
    await chat.send("Say hello.");
    await chat.answered(90_000);
    assert.ok((await chat.lastAnswer()).length > 0);
  },
  MINUTES,
);
