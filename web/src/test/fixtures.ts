import type {
  Agent,
  AgentDetails,
  ApiKey,
  Model,
  Models,
  Provider,
  Ready,
  ServerSettings,
  ToolSwitch,
  User,
} from "@/lib/api";

/** Plausible objects of the API; give the fields a test is about. */
export const fixtures = {
  user: (fields: Partial<User> = {}): User => ({
    id: "0199aaaa-0000-7000-8000-000000000001",
    email: "ada@example.com",
    name: "Ada Lovelace",
    role: "admin",
    preferences: {},
    createdAt: "2026-11-01T09:00:00Z",
    ...fields,
  }),
  ready: (fields: Partial<Ready> = {}): Ready => ({
    database: { status: "ok" },
    queue: { status: "ok" },
    storage: { status: "ok" },
    model: { status: "ok", detail: "openai/gpt-5-mini" },
    signup: { mode: "open", firstAccount: false },
    version: "0.1.0",
    ...fields,
  }),
  model: (fields: Partial<Model> = {}): Model => ({
    id: "openai/gpt-5-mini",
    provider: "openai",
    name: "GPT-5 mini",
    contextWindow: 400_000,
    capabilities: ["tools", "vision"],
    demo: false,
    ...fields,
  }),
  demoModel: (): Model =>
    fixtures.model({
      id: "local/smollm2-135m-instruct",
      provider: "local",
      name: "SmolLM2 135M",
      contextWindow: 2048,
      capabilities: [],
      demo: true,
    }),
  models: (items: Model[] = [fixtures.model()]): Models => ({ items, default: items[0]?.id ?? null }),
  agent: (fields: Partial<Agent> = {}): Agent => ({
    name: "router",
    displayName: "Assistant",
    description: "Answers, and calls in the others when they know better.",
    model: null,
    temperature: null,
    tools: [],
    isActive: true,
    ...fields,
  }),
  agentDetails: (fields: Partial<AgentDetails> = {}): AgentDetails => ({
    ...fixtures.agent(),
    systemPrompt: "You are Kuma.",
    isDefault: true,
    ...fields,
  }),
  toolSwitch: (fields: Partial<ToolSwitch> = {}): ToolSwitch => ({
    name: "webSearch",
    displayName: "Search the web",
    description: "Searches the web.",
    category: "search",
    effect: "read",
    isActive: true,
    ...fields,
  }),
  apiKey: (fields: Partial<ApiKey> = {}): ApiKey => ({
    id: "0199bbbb-0000-7000-8000-000000000001",
    name: "Editor",
    prefix: "kuma_Ab3d",
    scopes: ["full"],
    lastUsedAt: null,
    expiresAt: null,
    createdAt: "2026-11-01T09:00:00Z",
    ...fields,
  }),
  provider: (fields: Partial<Provider> = {}): Provider => ({
    name: "openai",
    kind: "openai",
    displayName: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    source: "settings",
    keyHint: "…k3Qa",
    status: "ok",
    error: null,
    models: 12,
    ...fields,
  }),
  serverSettings: (fields: Partial<ServerSettings> = {}): ServerSettings => ({
    defaultModel: "openai/gpt-5-mini",
    smallModel: null,
    signup: "open",
    ...fields,
  }),
  /** A token whose claims decode; its signature is nobody's. */
  token: (claims: { userId?: string; email?: string; exp?: number; ver?: number } = {}): string => {
    const body = {
      userId: fixtures.user().id,
      email: fixtures.user().email,
      iat: 1_760_000_000,
      exp: 4_000_000_000,
      ver: 1,
      ...claims,
    };
    const encode = (value: unknown) =>
      btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
    return `${encode({ alg: "HS256", typ: "JWT" })}.${encode(body)}.signature`;
  },
};
