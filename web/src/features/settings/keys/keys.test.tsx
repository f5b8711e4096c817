import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { KeysPage } from "../admin/pages";

const SECRET = `kuma_${"a".repeat(43)}`;

const withKeys = (...items: ReturnType<typeof fixtures.apiKey>[]) =>
  http.get("*/api/keys", () => HttpResponse.json({ items, nextCursor: null }));

describe("API keys", () => {
  it("lists what each is for and when it was used", async () => {
    server.use(
      withKeys(
        fixtures.apiKey(),
        fixtures.apiKey({
          id: "2",
          name: "Old",
          scopes: ["mcp"],
          lastUsedAt: "2026-11-02T09:00:00Z",
          expiresAt: "2026-11-03T09:00:00Z",
        }),
      ),
    );
    const { container } = renderPage(<KeysPage />);
    const row = (await screen.findByText("Editor")).closest("li") ?? document.body;
    expect(row).toHaveTextContent("Everything");
    expect(row).toHaveTextContent("kuma_Ab3d…");
    expect(row).toHaveTextContent("never used");
    const old = screen.getByText("Old").closest("li") ?? document.body;
    expect(old).toHaveTextContent("Expired");
    expect(old).toHaveTextContent("last used");
    await expectAccessible(container);
  });

  it("makes one, shows it once, and lists it", async () => {
    let asked: unknown;
    server.use(
      withKeys(),
      http.post("*/api/keys", async ({ request }) => {
        asked = await request.json();
        server.use(withKeys(fixtures.apiKey({ scopes: ["chat", "mcp"] })));
        const apiKey = fixtures.apiKey({ scopes: ["chat", "mcp"] });
        return HttpResponse.json({ apiKey, key: SECRET }, { status: 201 });
      }),
    );
    const { user } = renderPage(<KeysPage />);
    await screen.findByText("No keys yet");
    await user.click(screen.getAllByRole("button", { name: "New key" })[0] ?? document.body);
    const dialog = await screen.findByRole("dialog");
    await waitFor(() => expect(within(dialog).getByLabelText("Name")).toHaveFocus());
    await expectAccessible(dialog);
    await user.click(within(dialog).getByRole("button", { name: "Make key" }));
    expect(await within(dialog).findByText("Give it a name.")).toBeVisible();
    await user.type(within(dialog).getByLabelText("Name"), " Editor ");
    await user.click(within(dialog).getByRole("checkbox", { name: /^Everything/ }));
    await user.click(within(dialog).getByRole("button", { name: "Make key" }));
    expect(await within(dialog).findByText("Choose what it may be used for.")).toBeVisible();
    await user.click(within(dialog).getByRole("checkbox", { name: /^Answers/ }));
    await user.click(within(dialog).getByRole("checkbox", { name: /^Tools over MCP/ }));
    await user.click(within(dialog).getByRole("button", { name: "Make key" }));

    expect(await screen.findByText("Copy your key now")).toBeVisible();
    expect(asked).toEqual({ name: "Editor", scopes: ["chat", "mcp"] });
    expect(screen.getByLabelText("Key")).toHaveValue(SECRET);
    await user.keyboard("{Escape}");
    expect(screen.getByLabelText("Key")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "I have copied it" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(await screen.findByText("Editor")).toBeVisible();
    expect(document.body.innerHTML).not.toContain(SECRET);
  });

  it("keeps the dialog when it could not be made, and says why", async () => {
    server.use(
      withKeys(),
      http.post("*/api/keys", () =>
        problem(409, { code: "too_many_keys", title: "Conflict", detail: "You have 50 API keys." }),
      ),
    );
    const { user } = renderPage(<KeysPage />);
    await screen.findByText("No keys yet");
    await user.click(screen.getAllByRole("button", { name: "New key" })[0] ?? document.body);
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Name"), "Editor");
    await user.click(within(dialog).getByRole("button", { name: "Make key" }));
    expect(await within(dialog).findByText("You have 50 API keys.")).toBeVisible();
    expect(within(dialog).getByLabelText("Name")).toHaveValue("Editor");
  });

  it("revokes one after asking", async () => {
    let gone = "";
    server.use(
      withKeys(fixtures.apiKey()),
      http.delete("*/api/keys/:id", ({ params }) => {
        gone = String(params["id"]);
        server.use(withKeys());
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderPage(<KeysPage />);
    await user.click(await screen.findByRole("button", { name: "Revoke Editor" }));
    const dialog = await screen.findByRole("alertdialog");
    expect(dialog).toHaveTextContent("stop working at once");
    await user.click(within(dialog).getByRole("button", { name: "Revoke" }));
    expect(await screen.findByText("Editor works no more.")).toBeVisible();
    expect(gone).toBe(fixtures.apiKey().id);
    expect(await screen.findByText("No keys yet")).toBeVisible();
  });
});
