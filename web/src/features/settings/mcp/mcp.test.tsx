import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { McpServer, McpTool } from "@/lib/api";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { McpPage } from "./mcp-page";

const ID = "0199dddd-0000-7000-8000-000000000001";

function tool(over: Partial<McpTool> = {}): McpTool {
  return {
    name: "add_note",
    tool: "mcp__notes__add_note",
    description: "Adds a note.",
    effect: "write",
    readOnlyHint: false,
    enabled: true,
    changedAt: "2026-11-20T10:00:00Z",
    ...over,
  };
}

function notes(over: Partial<McpServer> = {}): McpServer {
  return {
    id: ID,
    name: "notes",
    transport: "http",
    url: "https://notes.example/mcp",
    headers: ["authorization"],
    env: [],
    scope: "user",
    agents: null,
    trustReadOnlyHint: false,
    enabled: true,
    canEdit: true,
    status: "connected",
    usesLogin: false,
    isLoggedIn: false,
    lastSeenAt: "2026-11-20T10:00:00Z",
    createdAt: "2026-11-20T09:00:00Z",
    tools: [tool(), tool({ name: "list_notes", tool: "mcp__notes__list_notes", description: "Lists." })],
    ...over,
  };
}

const withServers = (...items: McpServer[]) =>
  http.get("*/api/mcp/servers", () => HttpResponse.json({ items }));
const asMember = () =>
  http.get("*/api/auth/me", () => HttpResponse.json({ user: fixtures.user({ role: "user" }) }));

describe("MCP servers", () => {
  it("says what they are when there is none, and adds one", async () => {
    let sent: unknown;
    server.use(
      withServers(),
      http.post("*/api/mcp/servers", async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ server: notes() }, { status: 201 });
      }),
    );
    const { user, container } = renderPage(<McpPage />);
    expect(await screen.findByText("No MCP server yet")).toBeVisible();
    await expectAccessible(container);
    await user.click(screen.getByRole("button", { name: "Add a server" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Add and connect" }));
    expect(within(dialog).getByText("Give it a name.")).toBeVisible();
    await user.type(within(dialog).getByLabelText("Name"), " notes ");
    await user.type(within(dialog).getByLabelText("Address"), "https://notes.example/mcp");
    await user.click(within(dialog).getByRole("button", { name: "Add another" }));
    await user.type(within(dialog).getByLabelText("Headers: Name"), "authorization");
    await user.type(within(dialog).getByLabelText("Headers: Value"), "Bearer s3cret");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "Add and connect" }));
    expect(await screen.findByText("notes is connected with 2 tools.")).toBeVisible();
    expect(sent).toEqual({
      name: "notes",
      transport: "http",
      scope: "user",
      url: "https://notes.example/mcp",
      headers: { authorization: "Bearer s3cret" },
    });
    expect(await screen.findByRole("heading", { name: "notes" })).toBeVisible();
  });

  it("says at the field what the server refuses", async () => {
    server.use(
      withServers(),
      http.post("*/api/mcp/servers", () =>
        problem(422, {
          code: "validation",
          title: "No",
          errors: { url: ["10.0.0.7 leads to 10.0.0.7, which is not on the public internet."] },
        }),
      ),
    );
    const { user } = renderPage(<McpPage />);
    await user.click(await screen.findByRole("button", { name: "Add a server" }));
    await user.type(await screen.findByLabelText("Name"), "x");
    await user.type(screen.getByLabelText("Address"), "http://10.0.0.7/mcp");
    await user.click(screen.getByRole("button", { name: "Add and connect" }));
    await waitFor(() =>
      expect(screen.getByLabelText("Address")).toHaveAccessibleDescription(/not on the public internet/),
    );
  });

  it("switches tools, trust and agents", async () => {
    const sent: unknown[] = [];
    server.use(
      withServers(notes()),
      http.patch(`*/api/mcp/servers/${ID}`, async ({ request }) => {
        const body = (await request.json()) as Partial<McpServer> & { disabledTools?: string[] };
        sent.push(body);
        const { disabledTools = [], ...rest } = body;
        const tools = notes().tools.map((one) => ({ ...one, enabled: !disabledTools.includes(one.name) }));
        return HttpResponse.json({ server: notes({ ...rest, tools }) });
      }),
    );
    const { user, container } = renderPage(<McpPage />);
    await user.click(await screen.findByRole("button", { name: "Tools and access" }));
    await expectAccessible(container);
    await user.click(screen.getByRole("switch", { name: /add_note/ }));
    await waitFor(() => expect(sent).toEqual([{ disabledTools: ["add_note"] }]));
    expect(screen.getByRole("switch", { name: /add_note/ })).not.toBeChecked();
    await user.click(screen.getByRole("switch", { name: /Believe it/ }));
    await waitFor(() => expect(sent.at(-1)).toEqual({ trustReadOnlyHint: true }));
    await user.click(screen.getByRole("radio", { name: "Only these" }));
    await waitFor(() => expect(sent.at(-1)).toEqual({ agents: [fixtures.agent().name] }));
  });

  it("takes a change back that the server refuses", async () => {
    server.use(
      withServers(notes()),
      http.patch(`*/api/mcp/servers/${ID}`, () =>
        problem(503, { code: "database_unavailable", title: "Not available right now" }),
      ),
    );
    const { user } = renderPage(<McpPage />);
    await user.click(await screen.findByRole("button", { name: "Tools and access" }));
    await user.click(screen.getByRole("switch", { name: /Believe it/ }));
    expect(await screen.findByText("Not available right now")).toBeVisible();
    await waitFor(() => expect(screen.getByRole("switch", { name: /Believe it/ })).not.toBeChecked());
  });

  it("shows what is wrong, tries again, and offers the login", async () => {
    server.use(
      withServers(
        notes({ status: "error", error: "notes.example cannot be reached: refused.", tools: [] }),
        notes({
          id: `${ID.slice(0, -1)}2`,
          name: "tickets",
          status: "needs_auth",
          usesLogin: true,
          tools: [],
        }),
      ),
      http.post(`*/api/mcp/servers/${ID}/refresh`, () => HttpResponse.json({ server: notes() })),
    );
    const { user, container } = renderPage(<McpPage />);
    expect(await screen.findByText("notes.example cannot be reached: refused.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Log in at tickets" })).toBeVisible();
    await expectAccessible(container);
    await user.click(screen.getByRole("button", { name: "Try again now: notes" }));
    await waitFor(() =>
      expect(screen.queryByText("notes.example cannot be reached: refused.")).not.toBeInTheDocument(),
    );
  });

  it("lets members see what is everyone's, and change nothing of it", async () => {
    server.use(asMember(), withServers(notes({ scope: "global", canEdit: false, headers: [] })));
    const { user } = renderPage(<McpPage />);
    expect(await screen.findByText("Everyone")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Change notes|Remove notes/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Tools and access" }));
    expect(screen.getByText("add_note")).toBeVisible();
    expect(screen.queryByRole("switch")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Add a server" }));
    await screen.findByRole("dialog");
    expect(screen.queryByText("A program on this server")).toBeNull();
  });

  it("keeps saved secrets unless another is typed, and removes what is taken out", async () => {
    let sent: unknown;
    server.use(
      withServers(notes({ headers: ["authorization", "x-team"] })),
      http.patch(`*/api/mcp/servers/${ID}`, async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ server: notes() });
      }),
    );
    const { user } = renderPage(<McpPage />);
    await user.click(await screen.findByRole("button", { name: "Change notes" }));
    await user.click(await screen.findByRole("button", { name: "Remove x-team" }));
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await waitFor(() =>
      expect(sent).toEqual({ name: "notes", url: "https://notes.example/mcp", headers: { "x-team": null } }),
    );
  });

  it("asks before it removes one", async () => {
    server.use(
      withServers(notes()),
      http.delete(`*/api/mcp/servers/${ID}`, () => new HttpResponse(null, { status: 204 })),
    );
    const { user } = renderPage(<McpPage />);
    await user.click(await screen.findByRole("button", { name: "Remove notes?" }));
    const dialog = await screen.findByRole("alertdialog");
    await user.click(within(dialog).getByRole("button", { name: "Remove" }));
    expect(await screen.findByText("No MCP server yet")).toBeVisible();
  });
});
