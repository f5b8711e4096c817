/**
 * The pages that are photographed. `path`: where (a function of what `furnish` gives); `stranger`: nobody is signed in;
 * `morning`: the clock stands at half past nine; `arrive`: what is done and waited for before the picture; `leave`: after.
 */
import { until } from "../../lib/wait.js";

const QUESTION = "How does a bear find its den again, and how far is it?";
const ANSWER = `Mostly from memory: a bear keeps a **map of places**, and scent fills in the rest.

\`\`\`mermaid
flowchart LR
  A[First snow] --> B{Old den in reach?}
  B -- yes --> C[Known valleys]
  B -- no --> D[Search a slope]
  C --> E[Den]
  D --> E
\`\`\`

| Bear | Distance per day | Time on the way |
|:-----|-----------------:|----------------:|
| Brown bear | 12 km | 4 days |
| Polar bear | 20 km | 11 days |

\`\`\`python
def way(kilometres_per_day: float, days: int) -> float:
    return kilometres_per_day * days  # without detours for berries
\`\`\`

With a pace $v_i$ that changes from day to day the whole way is $s = \\sum_{i=1}^{n} v_i$, which for a young bear comes to rather more, since it follows its mother for two winters before it has a map of its own.`;

const settings = (name, arrive) => ({ name: `settings-${name}`, path: `/settings/${name}`, arrive });

export const scenes = [
  { name: "landing", path: "/", stranger: true, arrive: ({ page }) => page.getByRole("heading", { level: 1 }).waitFor() },
  {
    name: "signup",
    path: "/signup",
    stranger: true,
    async arrive({ page }) {
      await page.getByRole("button", { name: "Create account" }).waitFor();
      await page.getByLabel("Name").fill("Ada");
      await page.getByLabel("Email").fill("ada@lovelace.example");
    },
  },
  { name: "chat-empty", path: "/chat", morning: true, arrive: ({ page }) => page.getByRole("list", { name: "Suggestions" }).waitFor() },
  {
    name: "chat",
    path: "/chat",
    async arrive({ page, chat, upstream }) {
      const gate = upstream.gate();
      const pieces = ANSWER.split(/(?<=\s)/).map((text) => ({ text }));
      await upstream.control("POST", "anthropic/replies", { pieces, gate: gate.id });
      await chat.composer.fill(QUESTION);
      await page.getByRole("button", { name: "Send" }).click();
      await gate.wait("blocked");
      // Up to the middle of the last sentence.
      await gate.release(pieces.findIndex(({ text }) => text.startsWith("rather")));
      await chat.thread.locator(".md-diagram-drawing svg").waitFor();
      await until("the code is coloured", () => chat.thread.locator("pre span[style]").count());
      await chat.thread.getByText("for a young bear").waitFor();
      return gate;
    },
    // The next pictures begin with the same list.
    async leave({ chat, kuma, ada }, gate) {
      await gate.open();
      await chat.answered();
      await kuma.call(ada, "DELETE", `/api/chat/${await chat.chatId()}`);
    },
  },
  {
    name: "citations",
    path: ({ cited }) => `/chat/${cited}`,
    async arrive({ page, chat, phone }) {
      await chat.thread.getByRole("region", { name: "Sources" }).waitFor();
      await chat.thread.getByText("Your report says").waitFor();
      if (phone) return;
      await chat.thread.getByRole("button", { name: /^Source \d/ }).last().click();
      await page.getByRole("dialog", { name: /^Source/ }).waitFor();
    },
  },
  {
    name: "approval",
    path: ({ approval }) => `/chat/${approval}`,
    arrive: ({ page }) => page.getByRole("region", { name: "Kuma asks before it does this" }).getByRole("button", { name: "Approve" }).waitFor(),
  },
  {
    name: "documents",
    path: "/documents",
    arrive: ({ page }) => page.getByRole("region", { name: "Your documents" }).getByRole("link").nth(3).waitFor(),
  },
  {
    name: "document",
    path: ({ passage }) => passage,
    async arrive({ page }) {
      await page.locator("[data-mark=quote]").first().waitFor({ state: "attached", timeout: 30_000 });
      await page.getByRole("region", { name: "Page 2 of 3" }).locator("canvas").waitFor();
    },
  },
  { name: "memories", path: "/memories", arrive: ({ page }) => page.getByText("tabby cat called Pepper").waitFor() },
  settings("models", ({ page }) => page.getByText("Working").first().waitFor()),
  settings("tools", ({ page }) => page.getByText("Ready").first().waitFor()),
  settings("mcp", async ({ page }) => {
    await page.getByRole("heading", { name: "Team notes" }).waitFor();
    await page.getByText("Not working", { exact: true }).waitFor();
  }),
  {
    name: "mcp-tools",
    path: "/settings/mcp",
    arrive: async ({ page }) => {
      const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Team notes" }) });
      await card.getByRole("button", { name: "Tools and access" }).click();
      await card.getByRole("button", { name: /: For all agents/ }).first().click();
      await card.getByRole("group", { name: /^Agents that get/ }).waitFor();
    },
  },
  {
    // What a login leaves that nobody here began.
    name: "mcp-login",
    path: "/settings/mcp/login?code=of-somebody-else&state=unknown",
    arrive: async ({ page }) => {
      await page.waitForURL(/settings\/mcp\?error=/);
      await page.getByRole("heading", { name: "Team notes" }).waitFor();
    },
  },
  settings("keys", ({ page }) => page.getByText("Editor on the laptop").waitFor()),
  settings("agents", ({ page }) => page.getByText("Reads contracts").waitFor()),
  settings("people", ({ page }) => page.getByRole("combobox", { name: "Role of Alan Turing" }).waitFor()),
  settings("audit", ({ page }) => page.getByText("agent.created").first().waitFor()),
];
