import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { AgentsPage, AuditPage, PeoplePage } from "./pages";

const withAgents = (...items: ReturnType<typeof fixtures.agentDetails>[]) =>
  http.get("*/api/admin/agents", () => HttpResponse.json({ items }));
const withTools = (...items: ReturnType<typeof fixtures.toolSwitch>[]) =>
  http.get("*/api/admin/tools", () => HttpResponse.json({ items }));

describe("agents", () => {
  it("are listed; the default one cannot be deleted", async () => {
    const lawyer = fixtures.agentDetails({
      name: "lawyer",
      displayName: "Lawyer",
      isDefault: false,
      isActive: false,
      temperature: 0.5,
      tools: ["webSearch"],
    });
    server.use(withAgents(fixtures.agentDetails(), lawyer), withTools(fixtures.toolSwitch()));
    const { container } = renderPage(<AgentsPage />);
    const row = (await screen.findByText("Lawyer")).closest("li") ?? document.body;
    expect(row).toHaveTextContent("Off");
    expect(row).toHaveTextContent("default model · temperature 0.5 · 1 tool");
    expect(within(row).getByRole("button", { name: "Delete Lawyer" })).toBeVisible();
    const first = screen.getByText("Assistant").closest("li") ?? document.body;
    expect(within(first).queryByRole("button", { name: /^Delete/ })).toBeNull();
    await expectAccessible(container);
  });

  it("are made with instructions, model, temperature and tools", async () => {
    let asked: unknown;
    server.use(
      withAgents(fixtures.agentDetails()),
      withTools(
        fixtures.toolSwitch(),
        fixtures.toolSwitch({ name: "sendEmail", displayName: "Send a mail", effect: "write" }),
      ),
      http.post("*/api/admin/agents", async ({ request }) => {
        asked = await request.json();
        const agent = fixtures.agentDetails({ name: "lawyer", displayName: "Lawyer" });
        return HttpResponse.json({ agent }, { status: 201 });
      }),
    );
    const { user } = renderPage(<AgentsPage />);
    await user.click(await screen.findByRole("button", { name: "New agent" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(await dialog.findByRole("button", { name: "Make agent" }));
    expect(await dialog.findAllByText("This cannot be empty.")).toHaveLength(3);
    await user.type(dialog.getByLabelText("Name"), "Lawyer");
    await user.type(dialog.getByLabelText("Short name"), "lawyer");
    await user.type(dialog.getByLabelText("Good for"), "Reads contracts.");
    await user.type(dialog.getByLabelText("Instructions"), "You read contracts.");
    await user.click(dialog.getByRole("checkbox", { name: "As the model does it" }));
    await user.click(await dialog.findByRole("checkbox", { name: /^Send a mail/ }));
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "Make agent" }));
    expect(await screen.findByText("Lawyer can be chosen from now on.")).toBeVisible();
    expect(asked).toEqual({
      name: "lawyer",
      displayName: "Lawyer",
      description: "Reads contracts.",
      systemPrompt: "You read contracts.",
      model: "",
      temperature: 0.7,
      tools: ["sendEmail"],
      isActive: true,
    });
  });

  it("are changed, and what the server refuses is said at the field", async () => {
    server.use(
      withAgents(fixtures.agentDetails()),
      withTools(),
      http.patch("*/api/admin/agents/router", () =>
        problem(422, {
          code: "validation",
          title: "Some fields need attention",
          errors: { description: ["At most 400 characters."] },
        }),
      ),
    );
    const { user } = renderPage(<AgentsPage />);
    await user.click(await screen.findByRole("button", { name: "Change Assistant" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(await dialog.findByLabelText("Instructions")).toHaveValue("You are Kuma.");
    expect(dialog.queryByLabelText("Short name")).toBeNull();
    expect(dialog.getByRole("switch", { name: "Can be chosen" })).toHaveAttribute("aria-disabled", "true");
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(await dialog.findByText("At most 400 characters.")).toBeVisible();
  });

  it("get single tools of MCP servers; a switch that could not be saved is saved the next time", async () => {
    const tool = (name: string, disabledFor: string[] = []) => ({
      name,
      tool: `mcp__notes__${name}`,
      description: "",
      effect: "write",
      readOnlyHint: false,
      enabled: true,
      disabledFor,
      changedAt: "2026-11-20T10:00:00Z",
    });
    const mcp = (id: string, name: string, more: object) => ({
      id,
      name,
      transport: "http",
      headers: [],
      env: [],
      scope: "global",
      agents: null,
      trustReadOnlyHint: false,
      enabled: true,
      canEdit: true,
      status: "connected",
      usesLogin: false,
      isLoggedIn: false,
      lastSeenAt: null,
      createdAt: "2026-11-20T09:00:00Z",
      ...more,
    });
    const shown = mcp("1", "notes", { tools: [tool("add_note", ["research"]), tool("count", ["router"])] });
    const sent: string[] = [];
    let saves = 0;
    server.use(
      withAgents(fixtures.agentDetails()),
      withTools(),
      http.get("*/api/mcp/servers", () =>
        HttpResponse.json({
          items: [
            shown,
            mcp("2", "of others", { agents: ["research"], tools: [tool("read_mail")] }),
            mcp("3", "not mine", { canEdit: false, tools: [tool("read_ticket")] }),
          ],
        }),
      ),
      http.patch("*/api/admin/agents/router", () => {
        saves += 1;
        return HttpResponse.json({ agent: fixtures.agentDetails() });
      }),
      http.patch("*/api/mcp/servers/:id", async ({ request, params }) => {
        sent.push(`${String(params["id"])} ${JSON.stringify(await request.json())}`);
        if (sent.length === 1) return problem(503, { code: "unavailable", title: "Not available right now" });
        return HttpResponse.json({ server: shown });
      }),
    );
    const { user } = renderPage(<AgentsPage />);
    await user.click(await screen.findByRole("button", { name: "Change Assistant" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(await dialog.findByRole("checkbox", { name: /^add_note/ })).toBeChecked();
    expect(dialog.getByRole("checkbox", { name: /^count/ })).not.toBeChecked();
    expect(dialog.queryByRole("checkbox", { name: /read_mail|read_ticket/ })).toBeNull();
    await user.click(dialog.getByRole("checkbox", { name: /^add_note/ }));
    await user.click(dialog.getByRole("checkbox", { name: /^count/ }));
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(await dialog.findByText("Not available right now")).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Assistant is saved.")).toBeVisible();
    const wanted = '1 {"disabledFor":{"add_note":["research","router"],"count":[]}}';
    expect([sent, saves]).toEqual([[wanted, wanted], 2]);
  });

  it("are nothing for members", async () => {
    server.use(http.get("*/api/auth/me", () => HttpResponse.json({ user: fixtures.user({ role: "user" }) })));
    renderPage(<AgentsPage />);
    expect(await screen.findByText("For administrators")).toBeVisible();
    expect(screen.queryByRole("button", { name: "New agent" })).toBeNull();
  });
});

describe("tools", () => {
  it("are switched off for everybody", async () => {
    server.use(
      withAgents(fixtures.agentDetails()),
      withTools(fixtures.toolSwitch()),
      http.patch("*/api/admin/tools/webSearch", async ({ request }) => {
        const tool = fixtures.toolSwitch((await request.json()) as { isActive: boolean });
        server.use(withTools(tool));
        return HttpResponse.json({ tool });
      }),
    );
    const { user } = renderPage(<AgentsPage />);
    const toggle = await screen.findByRole("switch", { name: "Search the web" });
    expect(toggle).toBeChecked();
    await user.click(toggle);
    expect(await screen.findByText("Search the web is off for everybody.")).toBeVisible();
    expect(await screen.findByRole("switch", { name: "Search the web", checked: false })).toBeVisible();
  });
});

describe("people and the record", () => {
  it("shows who is here, page by page; one's own role stays", async () => {
    const [ada, alan] = [
      fixtures.user(),
      fixtures.user({ id: "2", name: "Alan", email: "alan@example.com", role: "user" }),
    ];
    server.use(
      http.get("*/api/admin/users", ({ request }) =>
        new URL(request.url).searchParams.has("cursor")
          ? HttpResponse.json({ items: [alan], nextCursor: null })
          : HttpResponse.json({ items: [ada], nextCursor: "next" }),
      ),
    );
    const { user, container } = renderPage(<PeoplePage />);
    expect(await screen.findByRole("combobox", { name: "Role of Ada Lovelace" })).toHaveAttribute(
      "data-disabled",
    );
    await user.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("combobox", { name: "Role of Alan" })).toHaveTextContent("Member");
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
    await expectAccessible(container);
  });

  it("shows what was done and by whom", async () => {
    const entry = {
      id: "1",
      userId: fixtures.user().id,
      action: "agent.created",
      subject: "lawyer",
      details: { model: null },
      createdAt: "2026-11-02T09:00:00Z",
    };
    server.use(
      http.get("*/api/admin/users", () => HttpResponse.json({ items: [fixtures.user()], nextCursor: null })),
      http.get("*/api/admin/audit", () => HttpResponse.json({ items: [entry], nextCursor: null })),
    );
    const { container } = renderPage(<AuditPage />);
    const row = (await screen.findByText("agent.created")).closest("li") ?? document.body;
    expect(row).toHaveTextContent("lawyer");
    expect(await screen.findByText(/Ada Lovelace/)).toBeVisible();
    await expectAccessible(container);
  });
});
