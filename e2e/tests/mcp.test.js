import assert from "node:assert/strict";
import { ChatPage } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { until, within } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url, server: { env: { KUMA_ALLOW_PRIVATE_HOSTS: "127.0.0.1" } } });

/** Fills the form of a new server and sends it. */
async function add(page, name, url) {
  await page.getByRole("button", { name: "Add a server" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("textbox", { name: "Address" }).fill(url);
  await dialog.getByRole("button", { name: "Add and connect" }).click();
  return dialog;
}

const card = (page, name) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });

/** The question that a run of this person waits with. */
async function asked(kuma, person, chatId) {
  const { chat } = await until("a run that waits", async () => {
    const found = await kuma.call(person, "GET", `/api/chat/${chatId}`);
    return found.chat.activeJobId ? found : undefined;
  });
  const job = chat.activeJobId;
  await until("the run waits for a decision", async () => (await kuma.call(person, "GET", `/api/chat/jobs/${job}`)).job.status === "WAITING_APPROVAL");
  const controller = new AbortController();
  const read = async () => {
    const response = await fetch(`${kuma.url}/api/chat/jobs/${job}/events`, { headers: { Authorization: `Bearer ${person.token}` }, signal: controller.signal });
    let text = "";
    for await (const piece of response.body) {
      text += new TextDecoder().decode(piece);
      if (/event: approval_required\r?\ndata: .*\n/.test(text)) break;
    }
    return text;
  };
  const text = await within(15_000, "a reader who comes later is told the question", read()).finally(() => controller.abort());
  const data = /event: approval_required\r?\ndata: (.*)\n/.exec(text)[1];
  return { job, ...JSON.parse(data) };
}

scenario("a server is added, its tool is called once it was approved, and its switches hold", async ({ kuma, upstream, open }) => {
  const person = await kuma.person("Ada");
  const notes = upstream.mcp("e2e-notes");
  const page = await open({ person, path: "/settings/mcp" });
  await page.getByText("No MCP server yet").waitFor();
  const dialog = await add(page, "notes", notes.url);
  await dialog.waitFor({ state: "detached" });
  const row = card(page, "notes");
  await row.getByText("Working").waitFor();
  await row.getByText(/^8 tools/).waitFor();

  // The model calls it; nothing is written before the yes.
  const chatPage = await open({ person, path: "/chat" });
  const chat = new ChatPage(chatPage);
  await chat.send('Note it [tool mcp__notes__add_note {"text":"bears sleep"}]');
  const question = await asked(kuma, person, await chat.chatId());
  assert.equal(question.tool, "mcp__notes__add_note");
  assert.match(question.reason, /“notes: add_note” changes something outside Kuma/);
  assert.deepEqual((await notes.state()).notes, []);
  await kuma.call(person, "POST", `/api/chat/jobs/${question.job}/approvals/${question.callId}`, { decision: "approve" });
  await until("the answer tells the result", async () => /Noted: bears sleep/.test(await chat.lastAnswer()));
  const { calls } = await notes.state();
  assert.equal(calls.length, 1);
  assert.ok(calls[0].idempotencyKey);

  // Believed to read only, a tool does not ask; switched off, it is not there.
  await row.getByRole("button", { name: "Tools and access" }).click();
  await row.getByRole("switch", { name: /Believe it/ }).click();
  await page.getByText("Saved.").waitFor();
  await until("reads are told apart", async () => (await row.getByText("Reads", { exact: true }).count()) === 6);
  await chatPage.goto(`${kuma.url}/chat`);
  await chat.send("Which notes? [tool mcp__notes__list_notes {}]");
  await until("the notes are in the answer", async () => /bears sleep/.test(await chat.lastAnswer()));
  await row.getByRole("switch", { name: /^list_notes/ }).click();
  await until("the switch is kept", async () => {
    const { items } = await kuma.call(person, "GET", "/api/mcp/servers");
    return items[0].tools.find(({ name }) => name === "list_notes").enabled === false;
  });
  const tools = await kuma.call(person, "GET", "/api/tools");
  assert.ok(!tools.items.some(({ name }) => name === "mcp__notes__list_notes"));

  // A single tool is taken from a single agent.
  await row.getByRole("button", { name: /^count: For all agents/ }).click();
  await row.getByRole("group", { name: "Agents that get count" }).getByRole("checkbox").first().click();
  await row.getByRole("button", { name: /^count: For \d of \d agents/ }).waitFor();
  await until("the agent's switch is kept", async () => {
    const { items } = await kuma.call(person, "GET", "/api/mcp/servers");
    return items[0].tools.find(({ name }) => name === "count").disabledFor.length === 1;
  });

  await row.getByRole("button", { name: "Remove notes?" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("No MCP server yet").waitFor();
});

scenario("a server that does not work is explained, and works once it does", async ({ kuma, upstream, open }) => {
  const person = await kuma.person("Grace");
  const broken = upstream.mcp("e2e-broken");
  await broken.script({ mode: "dead" });
  const page = await open({ person, path: "/settings/mcp" });
  const dialog = await add(page, "", "ftp://nowhere");
  await dialog.getByText("Give it a name.").waitFor();
  await dialog.getByText(/beginning with https/).waitFor();
  await dialog.getByLabel("Name", { exact: true }).fill("broken");
  await dialog.getByRole("textbox", { name: "Address" }).fill("http://169.254.169.254/mcp");
  await dialog.getByRole("button", { name: "Add and connect" }).click();
  await dialog.getByText(/not on the public internet/).waitFor();
  await dialog.getByRole("textbox", { name: "Address" }).fill(broken.url);
  await dialog.getByRole("button", { name: "Add and connect" }).click();
  await dialog.waitFor({ state: "detached" });
  const row = card(page, "broken");
  await row.getByText("Not working", { exact: true }).waitFor();
  await row.getByText(/status 503/).waitFor();
  await broken.script({});
  await row.getByRole("button", { name: "Try again now: broken" }).click();
  await row.getByText("Working", { exact: true }).waitFor();
  assert.equal(await row.getByText(/status 503/).count(), 0);
});

scenario("a login leads to the server's page and back", async ({ upstream, serve, open }) => {
  const kuma = await serve({ env: { KUMA_ALLOW_PRIVATE_HOSTS: "127.0.0.1" } });
  // Where the browser comes back to is known once the port is.
  await kuma.stop();
  kuma.set({ FRONTEND_URL: kuma.url });
  await kuma.start();
  const person = await kuma.person("Lin");
  const private_ = upstream.mcp("e2e-private");
  await private_.script({ auth: "oauth" });
  const page = await open({ kuma, person, path: "/settings/mcp", leadsTo: private_.login });
  const dialog = await add(page, "private", private_.url);
  await dialog.waitFor({ state: "detached" });
  await card(page, "private").getByRole("button", { name: "Log in at private" }).click();
  await page.getByText("private is connected. Its tools are ready.").waitFor();
  await card(page, "private").getByText("Working").waitFor();
  await page.getByRole("button", { name: "Close" }).first().click();
  await card(page, "private").getByRole("button", { name: "Tools and access" }).click();
  await card(page, "private").getByRole("button", { name: "Log out at private" }).click();
  await card(page, "private").getByRole("button", { name: "Log in at private" }).waitFor();
});
