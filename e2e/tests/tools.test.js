import assert from "node:assert/strict";
import { after } from "node:test";
import { findViolations } from "../lib/axe.js";
import { PHONE } from "../lib/browser.js";
import { ChatPage } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { PAGE, Services } from "../lib/services.js";
import { until } from "../lib/wait.js";

const services = await Services.start();
after(() => services.stop());
const scenario = scenarios({ url: import.meta.url, server: { env: services.env } });

const call = (name, args) => ({ pieces: [{ tool_call: { name, arguments: args } }] });
const say = (text) => ({ pieces: [{ text }] });

/** The replies of the model, one after the other. */
async function script(upstream, ...replies) {
  for (const reply of replies) await upstream.next(reply);
}

let searches = 0;

/** A search for what nobody has searched for yet: the server remembers results. */
function search() {
  searches += 1;
  return call("webSearch", { query: `why bears sleep, ${searches}` });
}

const CITED = say('Because of hunger [1: "food is scarce"], and slowly [1: "eight times a minute"].');

scenario("numbers in an answer open the words it rests on", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await script(upstream, search(), CITED);
  await chat.send("Why do bears sleep?");
  await chat.answered();
  const check = async () => {
    const step = chat.thread.getByRole("button", { name: /Searched the web/ });
    await step.waitFor();
    assert.match(await step.innerText(), /1 result from SearXNG/);
    const mark = chat.thread.getByRole("button", { name: `Source 2: ${PAGE.title}` });
    await mark.click();
    const popover = page.getByRole("dialog", { name: "Source 2" });
    await popover.getByText("eight times a minute", { exact: true }).waitFor();
    const link = popover.getByRole("link", { name: "Open the page" });
    assert.equal(await link.getAttribute("href"), `${PAGE.url}#:~:text=eight%20times%20a%20minute`);
    assert.match((await link.getAttribute("rel")) ?? "", /noopener/);
    await page.keyboard.press("Escape");
    await popover.waitFor({ state: "detached" });
    const sources = chat.thread.getByRole("region", { name: "Sources" });
    assert.equal(await sources.getByRole("link").count(), 1, "one page, listed once");
    await sources.getByText("food is scarce").waitFor();
  };
  await check();
  await page.reload();
  await check();
  await chat.thread.getByRole("button", { name: /Searched the web/ }).click();
  await chat.thread.getByRole("link", { name: PAGE.title }).first().waitFor();
});

scenario("on a phone they open from the lower edge", async ({ kuma, upstream, open }) => {
  const page = await open({ ...PHONE, person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  await script(upstream, search(), CITED);
  await chat.composer.fill("Why do bears sleep?");
  await page.getByRole("button", { name: "Send" }).click();
  await chat.answered();
  await chat.thread.getByRole("button", { name: /Source 1/ }).click();
  const drawer = page.getByRole("dialog", { name: "Source 1" });
  await drawer.getByText("food is scarce", { exact: true }).waitFor();
  const box = await until("the drawer stands", async () => {
    const found = await drawer.boundingBox();
    return found && Math.abs(found.y + found.height - PHONE.viewport.height) < 1 ? found : undefined;
  });
  assert.equal(box.width, PHONE.viewport.width);
});

scenario("a specialist works under the step that handed it the task, live and after a reload", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  const chat = new ChatPage(page);
  const letGo = services.hold();
  await script(upstream, call("delegate", { agent: "research", task: "Find out why bears sleep." }), search(), say("They are hungry."), say("Research says: hunger."));
  await chat.send("Ask somebody why bears sleep");
  const steps = chat.thread.getByRole("list", { name: "What Research did" });
  await steps.getByRole("button", { name: /Search the web for “why bears sleep/ }).waitFor();
  await chat.chatId();
  await page.reload();
  await steps.getByRole("button", { name: /Search the web for “why bears sleep/ }).waitFor();
  letGo();
  await steps.getByRole("button", { name: /Searched the web 1 result from SearXNG/ }).waitFor();
  await chat.answered();
  assert.equal(await chat.lastAnswer(), "Research says: hunger.");
  await chat.thread.getByText("They are hungry.").waitFor();
  await page.reload();
  const handed = chat.thread.getByRole("button", { name: /Asked Research/ });
  await handed.waitFor();
  assert.equal(await steps.count(), 0, "what is over is folded away");
  await handed.click();
  await steps.getByRole("button", { name: /Searched the web/ }).waitFor();
  await chat.thread.getByText("They are hungry.").waitFor();
});

scenario("the agent is chosen for a chat; a quote shows price, currency, time, chart and table", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await page.getByRole("button", { name: /Choose an agent/ }).click();
  const picker = page.getByRole("dialog", { name: "Agent" });
  const choice = picker.getByRole("button", { name: /^Stock market/i });
  await choice.getByText("Get a stock price").waitFor();
  await choice.click();
  await script(upstream, call("getStockPrice", { symbol: "KUMA" }), say("271.49 USD."), call("getStockPrice", { symbol: "NOSUCH" }), say("I found none."));
  await chat.send("What does Kuma cost?");
  await chat.answered();
  assert.equal((await kuma.call(person, "GET", `/api/chat/${await chat.chatId()}`)).chat.agentType, "stock_market");
  const quote = chat.thread.getByRole("region", { name: "Quote of Kuma Industries" });
  const check = async () => {
    await quote.getByRole("img", { name: /Chart of Kuma Industries over 1 month.*in USD/ }).waitFor();
    const text = await quote.innerText();
    for (const words of ["271.49", "USD", "KUMA · NasdaqGS", "20 Nov 2026, 16:00", "+5.24 (+1.97%)", "Yahoo Finance"]) assert.ok(text.includes(words), `${words} in ${text}`);
    assert.ok(await quote.locator("canvas").evaluate((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)), "something is drawn");
  };
  await check();
  await page.reload();
  await check();
  await quote.getByRole("button", { name: "Show as a table" }).click();
  assert.equal(await quote.getByRole("row").count(), 23);

  await chat.send("And no such thing?");
  await chat.answered();
  const failed = chat.messages.last().getByRole("button", { name: /Looked up a share price/ });
  await failed.getByRole("img", { name: "Failed" }).waitFor();
  await failed.click();
  await chat.messages.last().getByText(/Nothing is traded under “NOSUCH”/).last().waitFor();
  assert.equal(await chat.messages.last().getByRole("region", { name: /Quote/ }).count(), 0);

  await page.goto(`${kuma.url}/chat`);
  await page.getByRole("button", { name: "Choose an agent, now Kuma" }).waitFor();
});

scenario("the settings list every tool and how to get what is missing", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person(), path: "/settings/tools" });
  const row = (name) => page.getByRole("listitem").filter({ has: page.getByText(name, { exact: true }) });
  await row("Search the web").getByText("Ready").waitFor();
  const { items } = await kuma.call(await kuma.person(), "GET", "/api/tools");
  for (const tool of items) {
    assert.equal(await row(tool.displayName).count(), 1, tool.displayName);
    if (!tool.available) await row(tool.displayName).getByText(tool.howToGet).waitFor();
  }
});

for (const [colorScheme, width] of [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
]) {
  scenario(`axe finds nothing on steps, sources, quotes and choices (${colorScheme}, ${width} px)`, async ({ kuma, upstream, open }) => {
    const page = await open({ colorScheme, reducedMotion: "reduce", ...(width === 390 ? PHONE : {}), person: await kuma.person(), path: "/chat" });
    const chat = new ChatPage(page);
    const found = [];
    const look = async (name) => {
      for (const violation of await findViolations(page)) found.push(`${name}: ${violation}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) found.push(`${name}: scrolls sideways by ${sideways} px`);
    };
    await page.getByRole("button", { name: /Choose an agent/ }).click();
    await page.getByRole("dialog", { name: "Agent" }).getByText("Research in depth").first().waitFor();
    await look("agents");
    await page.keyboard.press("Escape");

    const letGo = services.hold();
    const delegate = call("delegate", { agent: "stock_market", task: "What does Kuma cost, and why do bears sleep?" });
    await script(upstream, delegate, { pieces: [{ tool_call: { name: "getStockPrice", arguments: { symbol: "KUMA" } } }, ...search().pieces] }, say("271.49 USD."), CITED);
    await chat.composer.fill("Ask about bears and Kuma");
    await page.getByRole("button", { name: "Send" }).click();
    await chat.thread.getByRole("list", { name: /What .* did/ }).getByRole("button", { name: /Search the web/ }).waitFor();
    if (width > 390) {
      // The pointer rests where it pressed Send.
      await chat.stop.hover();
      await page.getByRole("tooltip", { includeHidden: true }).filter({ hasText: "Stop" }).waitFor();
    }
    await look("a specialist at work");
    letGo();
    await chat.answered();
    await chat.thread.getByRole("region", { name: /Quote of/ }).locator("canvas").waitFor();
    await look("the answer");
    await chat.thread.getByRole("button", { name: "Show as a table" }).click();
    await chat.thread.getByRole("button", { name: /Searched the web/ }).click();
    await look("steps and table open");
    await chat.thread.getByRole("button", { name: /Source 1/ }).click();
    await page.getByRole("dialog", { name: "Source 1" }).waitFor();
    await look("a source");
    assert.deepEqual(found, []);
  });
}
