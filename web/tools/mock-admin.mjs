// API keys, agents, tools, people and the record, as the screenshots see them.

const key = (id, name, prefix, scopes, more = {}) => ({
  id: `0199dddd-0000-7000-8000-00000000000${id}`,
  name,
  prefix,
  scopes,
  lastUsedAt: null,
  expiresAt: null,
  createdAt: "2026-11-03T09:00:00Z",
  ...more,
});
const madeKey = key(9, "Editor on the laptop", "kuma_Ab3d", ["chat"]);

const agent = (name, displayName, description, tools, more = {}) => ({
  name,
  displayName,
  description,
  systemPrompt:
    "You are Kuma, a helpful and careful assistant. Answer in the language of the person you talk to.\nBegin with the answer itself; add only the detail that helps.",
  model: null,
  temperature: null,
  tools,
  isActive: true,
  isDefault: name === "router",
  ...more,
});
const tool = (name, displayName, category, more = {}) => ({
  name,
  displayName,
  description: displayName,
  category,
  effect: "read",
  isActive: true,
  ...more,
});
const person = (id, name, role) => ({
  id: `0199aaaa-0000-7000-8000-00000000000${id}`,
  name,
  email: `${name.split(" ")[0].toLowerCase()}@example.com`,
  role,
  preferences: {},
  createdAt: "2026-11-01T09:00:00Z",
});
const entry = (id, userId, action, subject, details = {}) => ({
  id: String(id),
  userId,
  action,
  subject,
  details,
  createdAt: `2026-11-2${id}T14:0${id}:12Z`,
});
const people = [
  person(1, "Ada Lovelace", "admin"),
  person(2, "Alan Turing", "user"),
  person(3, "Grace Hopper", "user"),
];

export const adminAnswers = {
  "GET /api/keys": {
    items: [
      key(1, "Home automation", "kuma_9xQe", ["full"], { lastUsedAt: "2026-11-22T08:00:00Z" }),
      key(2, "Editor on the laptop", "kuma_Ab3d", ["chat"], { expiresAt: "2099-02-01T00:00:00Z" }),
      key(3, "Another assistant", "kuma_Zk2p", ["chat", "mcp"], { expiresAt: "2026-11-04T00:00:00Z" }),
    ],
    nextCursor: null,
  },
  "POST /api/keys": { apiKey: madeKey, key: "kuma_Ab3dJ8sQmT4wXyZ0123456789abcdefghijklmnopqr" },
  "GET /api/admin/agents": {
    items: [
      agent(
        "router",
        "Kuma",
        "The everyday assistant: answers, writes, explains, and uses whatever tools the question needs.",
        ["webSearch", "getPageContent"],
      ),
      agent(
        "research",
        "Research",
        "Looks things up in several sources, compares them, and answers with citations.",
        ["webSearch", "getPageContent", "deepResearch"],
        { model: "openai/gpt-5", temperature: 0.4 },
      ),
      agent("lawyer", "Lawyer", "Reads contracts and says what they mean.", [], { isActive: false }),
    ],
  },
  "GET /api/admin/tools": {
    items: [
      tool("webSearch", "Search the web", "search"),
      tool("getPageContent", "Read a page", "search"),
      tool("deepResearch", "Research in depth", "search", { isActive: false }),
      tool("getStockPrice", "Look up a share price", "stock"),
      tool("sendEmail", "Send a mail", "gmail", { effect: "write" }),
    ],
  },
  "GET /api/admin/users": { items: people, nextCursor: "more" },
  "GET /api/admin/audit": {
    items: [
      entry(3, people[0].id, "agent.changed", "research", { fields: ["systemPrompt", "tools"] }),
      entry(2, people[1].id, "tool.called", "sendEmail", { ok: true, to: "ben@example.com" }),
      entry(1, null, "operator.user_created", people[2].id),
    ],
    nextCursor: "more",
  },
};
