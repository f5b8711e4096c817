/** A server that has been lived in: what the pictures of the product show. */
import { makePdf } from "../../lib/pdf.js";
import { until, untilEqual } from "../../lib/wait.js";

export const PINNED = "Garden plan for spring";
const CHATS = ["Notes for the reading group", "A name for the new boat", "Why sourdough needs time", "Three days in the Dolomites", "Birthday speech for Lena"];

const SHIVERING = "Short bouts of shivering, about four a day, seem to keep the muscles in use.";
const REPORT = makePdf([
  {
    heading: "The winter sleep of brown bears",
    paragraphs: [
      "Brown bears in the boreal forest spend between five and seven months in their dens. During this time they neither eat nor drink, and yet they lose hardly any muscle. This report follows eleven animals over four winters and asks how they do it.",
      "Body temperature falls from 38 to about 33 degrees, the heart beats eight to ten times a minute, and the metabolism runs at a quarter of its summer rate. A bear that is disturbed can be awake and on its feet within minutes.",
      "The animals were fitted with sensors in early autumn. Dens were visited twice, in December and in March, with the least disturbance that the measurements allowed.",
    ],
  },
  {
    heading: "Muscle and movement",
    paragraphs: [
      "Over a winter the bears lost on average 9 percent of their muscle mass, where a person confined to bed would lose more than half. Nitrogen that would leave the body as urea is taken back and built into new protein.",
      `${SHIVERING} Bears that shivered more came out of the den stronger.`,
      "We found no sign that age makes a difference, though the sample is small. The oldest animal, a female of twenty-two years, kept 94 percent of her strength.",
    ],
  },
  { heading: "Thanks", paragraphs: ["To the foresters who found the dens, and to the bears."] },
]);

const FILES = [
  ["Minutes of the boat club.html", "text/html", "<!doctype html><title>Minutes</title><h1>Minutes</h1><p>The new boat will be launched on the first Sunday in May.</p>"],
  ["Household 2026.csv", "text/csv", "month,rent,food\nJanuary,940,410\nFebruary,940,388\nMarch,940,432\n"],
  ["Apiary, harvest.md", "text/markdown", "# Harvest\n\nThe apiary gave forty kilograms of linden honey.\n"],
  ["The winter sleep of brown bears.pdf", "application/pdf", REPORT],
];

const MEMORIES = [
  "The user has a tabby cat called Pepper.",
  "The user is learning Italian and prefers short exercises.",
  "The user keeps two bee hives, on the roof of the house in Graz.",
  "The user does not eat nuts.",
  "The user writes to the reading group every other Thursday.",
];

const NOTE = "Spring meeting of the bear watchers: Saturday, 21 March, 10:00, at the old sawmill. Bring boots.";

/** Fills the server for an administrator, and gives the places that the scenes go to. */
export async function furnish({ kuma, upstream }) {
  const ada = await kuma.person("Ada", "ada@example.com");
  const api = (method, path, body) => kuma.call(ada, method, path, body);
  for (const [name, path] of [
    ["openai", "openai/v1"],
    ["anthropic", "anthropic/v1"],
  ]) {
    await api("PUT", `/api/admin/providers/${name}`, { kind: name, apiKey: "key-for-pictures", baseUrl: `${upstream.url}/${path}` });
  }
  const { items: models } = await api("GET", "/api/models");
  await api("PATCH", "/api/admin/settings", { defaultModel: (models.find(({ id }) => /^anthropic\/.*sonnet/.test(id)) ?? models[0]).id });

  const grace = await kuma.person("Grace Hopper", "grace@example.com");
  await kuma.person("Alan Turing", "alan@example.com");
  await kuma.person("Lin Huiyin", "lin@example.com");
  await api("PATCH", `/api/admin/users/${grace.id}`, { role: "admin" });
  await api("POST", "/api/admin/agents", {
    name: "contracts",
    displayName: "Contracts",
    description: "Reads contracts and says in plain words what they mean.",
    systemPrompt: "You read contracts. Quote the clause you speak of.",
    tools: ["queryDocument", "listDocuments"],
  });
  const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  await api("POST", "/api/keys", { name: "Backup script", expiresAt: inDays(90) });
  await api("POST", "/api/keys", { name: "Assistant in the terminal", scopes: ["mcp"] });
  await api("POST", "/api/keys", { name: "Editor on the laptop", scopes: ["chat"], expiresAt: inDays(30) });
  for (const content of MEMORIES) await api("POST", "/api/memories", { content });
  await connectServers({ kuma, upstream, ada });
  const report = await upload({ kuma, ada });

  const approval = await askedFor({ kuma, upstream, ada });
  const cited = await answered({ kuma, upstream, ada, report });
  for (const title of [...CHATS].reverse()) await api("POST", "/api/chat", { title });
  const { chat } = await api("POST", "/api/chat", { title: PINNED });
  await api("PATCH", `/api/chat/${chat.id}`, { pinned: true });
  return { ada, approval, cited, passage: `/documents/${report}?page=2&quote=${encodeURIComponent(SHIVERING)}` };
}

async function connectServers({ kuma, upstream, ada }) {
  const tickets = upstream.mcp("tickets");
  await tickets.script({ mode: "dead" });
  await kuma.call(ada, "POST", "/api/mcp/servers", { name: "Tickets", url: tickets.url });
  await kuma.call(ada, "POST", "/api/mcp/servers", { name: "Team notes", url: upstream.mcp("team-notes").url });
  await until("the servers have been tried", async () => {
    const { items } = await kuma.call(ada, "GET", "/api/mcp/servers");
    return items.every(({ status }) => status === "connected" || status === "error") && (await noteTool({ kuma, ada }));
  });
}

/** What the tool of the server is called in chats. */
async function noteTool({ kuma, ada }) {
  const { items } = await kuma.call(ada, "GET", "/api/tools");
  return items.find(({ name }) => name.endsWith("__add_note"))?.name;
}

/** Uploads the files; gives the id of the report. */
async function upload({ kuma, ada }) {
  let id;
  for (const [name, type, content] of FILES) {
    const form = new FormData();
    form.append("file", new File([content], name, { type }));
    const response = await fetch(`${kuma.url}/api/documents`, { method: "POST", headers: { Authorization: `Bearer ${ada.token}` }, body: form });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    ({ id } = (await response.json()).document);
  }
  const left = async () => (await kuma.call(ada, "GET", "/api/documents")).items.filter(({ status }) => status === "processing").length;
  await untilEqual("documents that are being read", left, 0, 60_000);
  return id;
}

/** A chat whose answer rests on a page and on the report. */
async function answered({ kuma, upstream, ada, report }) {
  const says = (pieces) => upstream.control("POST", "anthropic/replies", { pieces });
  await says([{ tool_call: { name: "webSearch", arguments: { query: "why bears sleep through the winter" } } }]);
  await says([
    {
      text: `Bears sleep because there is little to eat, not because it is cold [2: "food is scarce"]. Everything slows down: the heart beats only a few times a minute [2: "eight times a minute"].

Your report says how they keep their strength all the same:

- They lose about a tenth of their muscle over a whole winter [1: "9 percent of their muscle mass"], where a person in bed would lose more than half.
- They shiver, a little and often [1: "${SHIVERING}"].`,
    },
  ]);
  const stream = await kuma.call(ada, "POST", "/api/chat/stream", { message: "Why do bears sleep through the winter, and how do they stay strong?", documentIds: [report] });
  const id = /"chatId":"([^"]+)"/.exec(stream)[1];
  await kuma.call(ada, "PATCH", `/api/chat/${id}`, { title: "How bears get through the winter" });
  return id;
}

/** A chat whose run waits for a decision. */
async function askedFor({ kuma, upstream, ada }) {
  await upstream.control("POST", "anthropic/replies", {
    pieces: [{ text: "I'll put it where the others will see it." }, { tool_call: { name: await noteTool({ kuma, ada }), arguments: { text: NOTE } } }],
  });
  const controller = new AbortController();
  const response = await fetch(`${kuma.url}/api/chat/stream`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ada.token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ message: "Tell the team when and where the spring meeting is: 21 March at ten, at the old sawmill." }),
    signal: AbortSignal.any([controller.signal, AbortSignal.timeout(30_000)]),
  });
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes("event: approval_required")) break;
  }
  controller.abort();
  const id = /"chatId":"([^"]+)"/.exec(text)?.[1];
  if (id === undefined || !text.includes("event: approval_required")) throw new Error(`nothing was asked:\n${text}`);
  await kuma.call(ada, "PATCH", `/api/chat/${id}`, { title: "The spring meeting" });
  return id;
}
