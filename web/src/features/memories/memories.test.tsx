import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { loadWords } from "@/lib/i18n";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import type { Memory } from "./api";
import { MemoriesPage } from "./memories-page";

const memory = (id: string, content: string, more: Partial<Memory> = {}): Memory => ({
  id,
  content,
  source: "chat",
  tainted: false,
  chatId: "c1",
  messageId: "m1",
  createdAt: "2026-11-01T09:00:00Z",
  updatedAt: "2026-11-01T09:00:00Z",
  ...more,
});
const settings = { paused: false, service: "built-in", saving: "noticed" };
const kept = (items: Memory[]) =>
  http.get("*/api/memories", () => HttpResponse.json({ items, nextCursor: null }));

beforeEach(async () => {
  await loadWords("memories");
  server.use(
    kept([memory("a", "The user lives in Pune."), memory("b", "The user is vegan.", { source: "user" })]),
    http.get("*/api/memories/settings", () => HttpResponse.json({ settings })),
  );
});

describe("the page", () => {
  it("shows what is remembered and where it is from", async () => {
    const { container } = renderPage(<MemoriesPage />);
    expect(await screen.findByText("The user lives in Pune.")).toBeVisible();
    const rows = within(screen.getByRole("main")).getAllByRole("listitem");
    expect(within(rows[0] as HTMLElement).getByRole("link", { name: "From a chat" })).toHaveAttribute(
      "href",
      "/chat/c1#m1",
    );
    expect(document.title).toBe("Memories · Kuma");
    await expectAccessible(container);
  });

  it("says at the field why a secret is not kept, and loses nothing that was typed", async () => {
    server.use(
      http.post("*/api/memories", () =>
        problem(422, {
          code: "validation",
          title: "Check the fields",
          errors: { content: ["This looks like a password."] },
        }),
      ),
    );
    const { user } = renderPage(<MemoriesPage />);
    await user.click(await screen.findByRole("button", { name: "Add" }));
    const field = await screen.findByLabelText("What should Kuma remember?");
    await user.type(field, "my pin is 4711");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("This looks like a password.")).toBeVisible();
    expect(field).toHaveValue("my pin is 4711");
  });

  it("forgets at once on the page, and brings back what was a mistake without asking the server", async () => {
    let asked = 0;
    server.use(
      http.delete("*/api/memories/:id", () => {
        asked += 1;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderPage(<MemoriesPage />);
    await screen.findByText("The user lives in Pune.");
    const forget = screen.getAllByRole("button", { name: "Forget" })[0] as HTMLElement;
    await user.click(forget);
    expect(within(screen.getByRole("main")).queryByText("The user lives in Pune.")).toBeNull();
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await within(screen.getByRole("main")).findByText("The user lives in Pune.")).toBeVisible();
    expect(asked).toBe(0);
  });

  it("says when the service is away and what to do", async () => {
    server.use(
      http.get("*/api/memories", () =>
        problem(502, {
          code: "memory_unavailable",
          title: "Memories cannot be reached",
          detail: "Try again.",
        }),
      ),
    );
    renderPage(<MemoriesPage />);
    expect(await screen.findByText("Memories cannot be reached", {}, { timeout: 5_000 })).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("says what to do when nothing is remembered", async () => {
    server.use(kept([]));
    renderPage(<MemoriesPage />);
    expect(await screen.findByText("Nothing is remembered yet")).toBeVisible();
  });
});
