// The API as the screenshots see it: answers laid under page.route, one signed-in administrator.

import { adminAnswers } from "./mock-admin.mjs";

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

const answers = {
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
};

/** `overrides`: "METHOD /path" → body, or `{ status, body }`. */
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
