// The API as the screenshots see it: answers laid under page.route, one signed-in administrator.

import { adminAnswers } from "./mock-admin.mjs";
import { documentAnswers } from "./mock-documents.mjs";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const user = {
  id: "0199aaaa-0000-7000-8000-000000000001",
  email: "ada@example.com",
  name: "Ada Lovelace",
  role: "admin",
  preferences: {},
  createdAt: "2026-11-01T09:00:00Z",
};
const token = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ userId: user.id, email: user.email, iat: 1760000000, exp: 4000000000, ver: 1 })}.x`;

const model = (id, name, more = {}) => ({
  id,
  provider: id.split("/")[0],
  name,
  contextWindow: 400_000,
  capabilities: ["tools", "vision"],
  demo: false,
  ...more,
});
export const demoModel = model("local/smollm2-135m-instruct", "SmolLM2 135M", {
  contextWindow: 2048,
  capabilities: [],
  demo: true,
});
const models = [
  model("openai/gpt-5-mini", "GPT-5 mini"),
  model("openai/gpt-5", "GPT-5", { capabilities: ["tools", "vision", "reasoning"] }),
  model("anthropic/claude-sonnet-4-5", "Claude Sonnet 4.5", { contextWindow: 200_000 }),
  model("ollama/llama3.2:3b", "Llama 3.2 3B", { contextWindow: 131_072, capabilities: ["tools"] }),
  demoModel,
];
export const providers = {
  openai: {
    name: "openai",
    kind: "openai",
    displayName: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    source: "settings",
    keyHint: "…k3Qa",
    status: "ok",
    error: null,
    models: 42,
  },
  anthropic: {
    name: "anthropic",
    kind: "anthropic",
    displayName: "Anthropic",
    baseUrl: "https://api.anthropic.com",
    source: "environment",
    keyHint: "…9fAA",
    status: "error",
    error: "Anthropic refused the key (401). Check that it is still valid.",
    models: 0,
  },
  ollama: {
    name: "ollama",
    kind: "ollama",
    displayName: "Ollama",
    baseUrl: "http://127.0.0.1:11434",
    source: "detected",
    keyHint: null,
    status: "ok",
    error: null,
    models: 3,
  },
  local: {
    name: "local",
    kind: "local",
    displayName: "On this machine",
    baseUrl: null,
    source: "local",
    keyHint: null,
    status: "ok",
    error: null,
    models: 1,
  },
};
const tool = (name, displayName, category, effect, more = {}) => ({
  name,
  displayName,
  description: `${displayName}: what it does, and when a model should use it rather than another.`,
  category,
  effect,
  available: true,
  allowed: false,
  inputSchema: {},
  ...more,
});
const tools = [
  tool("webSearch", "Search the web", "search", "read"),
  tool("deepResearch", "Research in depth", "search", "read"),
  tool("getStockPrice", "Get a stock price", "stock", "read"),
  tool("analyzeImage", "Look at a picture", "vision", "read", {
    available: false,
    howToGet: "Connect a model that sees pictures under Settings, Models & keys.",
  }),
  tool("sendEmail", "Send mail", "gmail", "write", { allowed: true }),
];
const chats = [
  "Why bears keep their muscles",
  "Plan a week in Hokkaidō",
  "SQL: latest row per group",
  "Letter to the landlord",
  "Explain eigenvectors to a ten-year-old",
  "Sourdough that doesn't collapse",
  "Rust lifetimes in traits",
].map((title, index) => ({
  id: `0199cccc-0000-7000-8000-00000000000${index}`,
  title,
  agentType: "router",
  pinned: index === 0,
  archived: false,
  createdAt: "2026-11-20T09:00:00Z",
  updatedAt: new Date(Date.now() - index * 40 * 3600_000).toISOString(),
}));

export const ready = {
  database: { status: "ok", detail: "SQLite" },
  queue: { status: "ok" },
  storage: { status: "ok" },
  model: { status: "ok", detail: "openai/gpt-5-mini" },
  signup: { mode: "open", firstAccount: false },
  version: "0.1.0",
};

const memory = (n, content, more = {}) => ({
  id: `0199bbbb-0000-7000-8000-00000000000${n}`,
  content,
  source: "chat",
  tainted: false,
  chatId: chats[0].id,
  messageId: "0199cccc-0000-7000-8000-000000000001",
  createdAt: `2026-11-0${n}T09:00:00Z`,
  updatedAt: `2026-11-0${n}T09:00:00Z`,
  ...more,
});
export const memories = [
  memory(7, "The user moved from Pune to Delhi in October 2026 and lives near Lodhi Garden.", {
    updatedAt: "2026-11-21T09:00:00Z",
  }),
  memory(6, "The user’s daughter Mira is allergic to peanuts."),
  memory(5, "I prefer short answers with an example.", { source: "user", chatId: null, messageId: null }),
  memory(4, "The user is comparing heat pumps for a house built in 1962.", {
    source: "agent",
    tainted: true,
  }),
  memory(3, "ユーザーは来年の春に京都へ旅行する予定です。"),
];
const memorySettings = { paused: false, service: "built-in", saving: "noticed" };
const mcpTool = (name, description, effect, more = {}) => ({
  name,
  tool: `mcp__team_notes__${name}`,
  description,
  effect,
  readOnlyHint: effect === "read",
  enabled: true,
  changedAt: "2026-11-20T10:00:00Z",
  ...more,
});

const mcpServer = (n, more) => ({
  id: `0199dddd-0000-7000-8000-00000000000${n}`,
  transport: "http",
  headers: [],
  env: [],
  scope: "user",
  agents: null,
  trustReadOnlyHint: true,
  enabled: true,
  canEdit: true,
  status: "connected",
  usesLogin: false,
  isLoggedIn: false,
  lastSeenAt: "2026-11-20T10:00:00Z",
  createdAt: "2026-11-20T09:00:00Z",
  tools: [],
  ...more,
});

const mcpServers = [
  mcpServer(1, {
    name: "Team notes",
    url: "https://notes.example.com/mcp",
    headers: ["authorization"],
    tools: [
      mcpTool("add_note", "Adds a note to the team's notebook. Everyone in the team sees it.", "write"),
      mcpTool("delete_note", "Removes a note for good.", "write", { enabled: false }),
      mcpTool("list_notes", "Lists the notes of a notebook, newest first.", "read"),
    ],
  }),
  mcpServer(2, {
    name: "Tickets",
    url: "https://tickets.example.com/api/mcp",
    status: "needs_auth",
    usesLogin: true,
    lastSeenAt: null,
  }),
  mcpServer(3, {
    name: "Warehouse",
    transport: "stdio",
    command: "npx",
    args: ["-y", "@example/warehouse-mcp", "--read-only"],
    env: ["WAREHOUSE_URL"],
    scope: "global",
    status: "error",
    error:
      "The program ended (exit status: 1). It said: cannot connect to the database at db.example.com:5432",
    lastSeenAt: null,
  }),
];

const answers = {
  "GET /api/memories": { items: memories, nextCursor: null },
  "GET /api/memories/settings": { settings: memorySettings },
  "PATCH /api/memories/settings": { settings: { ...memorySettings, paused: true } },
  "POST /api/memories/search": { items: memories.slice(1, 2).map((one) => ({ ...one, score: 0.9 })) },
  [`GET /api/memories/${memories[0].id}/history`]: {
    items: [
      {
        content: "The user lives in Pune.",
        writtenAt: "2026-11-07T09:00:00Z",
        replacedAt: "2026-11-21T09:00:00Z",
      },
    ],
  },
  ...adminAnswers,
  "GET /api/ready": ready,
  "GET /api/auth/me": { user },
  "GET /api/models": { items: models, default: models[0].id },
  "GET /api/agents": {
    items: [
      {
        name: "router",
        displayName: "Assistant",
        description: "Answers, and calls in the others when they know better.",
        model: null,
        temperature: null,
        tools: [],
        isActive: true,
      },
    ],
  },
  "GET /api/mcp/servers": { items: mcpServers },
  "GET /api/tools": { items: tools },
  "GET /api/chat": { items: chats, nextCursor: null },
  "GET /api/admin/providers": { items: Object.values(providers) },
  "GET /api/admin/settings": {
    settings: { defaultModel: models[0].id, smallModel: null, signup: "open" },
  },
  "PATCH /api/admin/settings": {
    settings: { defaultModel: models[0].id, smallModel: null, signup: "open" },
  },
  "POST /api/auth/login": { token, user },
  "PUT /api/admin/providers/openai": { provider: providers.openai },
  ...documentAnswers,
};

/** `overrides`: "METHOD /path" → body, `{ status, body }`, or a function that answers the route itself. */
export async function mockApi(page, overrides) {
  await page.route("**/api/**", async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/api/")) return route.continue();
    const key = `${request.method()} ${pathname}`;
    const answer = overrides[key] ?? answers[key];
    if (answer === undefined) {
      const body = {
        type: "about:blank",
        status: 404,
        code: "not_found",
        title: "Not found",
        detail: "",
        requestId: "r",
      };
      return route.fulfill({
        status: 404,
        contentType: "application/problem+json",
        body: JSON.stringify(body),
      });
    }
    if (typeof answer === "function") return answer(route);
    const isStatus = typeof answer.status === "number" && "body" in answer;
    return route.fulfill({
      status: isStatus ? answer.status : 200,
      contentType: isStatus && answer.status >= 400 ? "application/problem+json" : "application/json",
      body: JSON.stringify(isStatus ? answer.body : answer),
    });
  });
}

export async function signIn(page) {
  await page.addInitScript((value) => localStorage.setItem("kuma.token", value), token);
}
