import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { McpServer, McpTool } from "@/lib/api";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { McpLoginPage } from "./login-page";
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
    disabledFor: [],
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

  it("takes single tools from single agents, among those that get the server", async () => {
    const sent: unknown[] = [];
    const agents = ["router", "research", "financial"].map((name) =>
      fixtures.agent({ name, displayName: `The ${name}` }),
    );
    let shown = notes({ agents: ["router", "research"] });
    server.use(
      http.get("*/api/agents", () => HttpResponse.json({ items: agents })),
      http.get("*/api/mcp/servers", () => HttpResponse.json({ items: [shown] })),
      http.patch(`*/api/mcp/servers/${ID}`, async ({ request }) => {
        const body = (await request.json()) as { disabledFor: Record<string, string[]> };
        sent.push(body);
        const tools = shown.tools.map((one) => ({
          ...one,
          disabledFor: body.disabledFor[one.name] ?? one.disabledFor,
        }));
        shown = { ...shown, tools };
        return HttpResponse.json({ server: shown });
      }),
    );
    const { user, container } = renderPage(<McpPage />);
    await user.click(await screen.findByRole("button", { name: "Tools and access" }));
    await user.click(
      await screen.findByRole("button", { name: "add_note: For all agents that get this server" }),
    );
    const choice = within(screen.getByRole("group", { name: "Agents that get add_note" }));
    expect(choice.getAllByRole("checkbox")).toHaveLength(2);
    await expectAccessible(container);
    await user.click(choice.getByRole("checkbox", { name: "The research" }));
    await waitFor(() => expect(sent).toEqual([{ disabledFor: { add_note: ["research"] } }]));
    expect(await screen.findByRole("button", { name: "add_note: For 1 of 2 agents" })).toBeVisible();
    expect(
      screen.getByRole("button", { name: "list_notes: For all agents that get this server" }),
    ).toBeVisible();
    await user.click(choice.getByRole("checkbox", { name: "The research" }));
    await waitFor(() => expect(sent.at(-1)).toEqual({ disabledFor: { add_note: [] } }));
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
    expect(screen.queryByRole("button", { name: /Change notes|Remove notes|Try again now/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Tools and access" }));
    expect(screen.getByText("add_note")).toBeVisible();
    expect(screen.queryByRole("switch")).toBeNull();
    expect(screen.queryByRole("button", { name: /^add_note:/ })).toBeNull();
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

describe("the end of a login", () => {
  const came = "/settings/mcp/login?code=c%26d&state=s&iss=https%3A%2F%2Fnotes.example";
  const routes = [
    { path: "/settings/mcp/login", element: <McpLoginPage /> },
    { path: "/settings/mcp", element: <McpPage /> },
  ];

  it("is brought once, as the person who is signed in, and leaves nothing in the address", async () => {
    const sent: unknown[] = [];
    server.use(
      withServers(notes({ usesLogin: true, isLoggedIn: true })),
      http.post("*/api/mcp/login", async ({ request }) => {
        expect(request.headers.get("authorization")).toMatch(/^Bearer /);
        sent.push(await request.json());
        return HttpResponse.json({ server: notes() });
      }),
    );
    const { router } = renderPage(null, { routes, path: came });
    expect(await screen.findByText("notes is connected. Its tools are ready.")).toBeVisible();
    expect(sent).toEqual([{ code: "c&d", state: "s", iss: "https://notes.example", error: null }]);
    expect(router.state.location.search).toBe("?success=true&server=notes");
  });

  it.each([
    ["login_of_another", /Another account began this login/],
    ["login_denied", /You did not let Kuma in/],
    ["login_failed", /The server did not accept the login/],
  ])("says why it was not: %s", async (code, says) => {
    server.use(
      withServers(notes()),
      http.post("*/api/mcp/login", () => problem(403, { code, title: "No" })),
    );
    renderPage(null, { routes, path: came });
    expect(await screen.findByText("The login did not work")).toBeVisible();
    expect(screen.getByText(says)).toBeVisible();
  });
});
