import { HttpResponse, http } from "msw";
import { fixtures } from "./fixtures";

/** A server in good order with one signed-up administrator. Tests override what they are about. */
export const handlers = [
  http.get("*/api/ready", () => HttpResponse.json(fixtures.ready())),
  http.get("*/api/auth/me", () => HttpResponse.json({ user: fixtures.user() })),
  http.get("*/api/models", () => HttpResponse.json(fixtures.models())),
  http.get("*/api/agents", () => HttpResponse.json({ items: [fixtures.agent()] })),
  http.get("*/api/mcp/servers", () => HttpResponse.json({ items: [] })),
  http.get("*/api/tools", () => HttpResponse.json({ items: [] })),
  http.get("*/api/chat", () => HttpResponse.json({ items: [], nextCursor: null })),
  http.get("*/api/admin/providers", () => HttpResponse.json({ items: [] })),
  http.get("*/api/admin/settings", () => HttpResponse.json({ settings: fixtures.serverSettings() })),
];

/** A problem+json answer as the server gives it. */
export function problem(
  status: number,
  fields: { code: string; title: string; detail?: string; errors?: Record<string, string[]> },
  headers: Record<string, string> = {},
) {
  return HttpResponse.json(
    { type: "about:blank", status, requestId: "req-test", detail: "", ...fields },
    { status, headers: { "content-type": "application/problem+json", ...headers } },
  );
}
