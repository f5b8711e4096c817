import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { loadWords } from "@/lib/i18n";
import { renderPage } from "@/test/render";
import { server } from "@/test/server";
import { ThreadNotes } from "./ThreadNotes";

beforeEach(() => loadWords("memories"));

describe("in the thread", () => {
  it("tells what was used on demand, and takes back what was saved", async () => {
    let undone = "";
    server.use(
      http.post("*/api/memories/:id/undo", ({ params }) => {
        undone = String(params["id"]);
        return HttpResponse.json({ memory: null });
      }),
    );
    const notes = [
      { action: "recalled" as const, items: [{ id: "a", content: "The user lives in Pune." }] },
      { action: "saved" as const, items: [{ id: "b", content: "The user is vegan." }] },
      { action: "saved" as const, items: [{ id: "b", content: "The user is vegan." }] },
    ];
    const { user } = renderPage(<ThreadNotes notes={notes} />);
    await user.click(screen.getByRole("button", { name: "Used 1 memory" }));
    expect(await screen.findByText("The user lives in Pune.")).toBeVisible();
    await user.keyboard("{Escape}");
    expect(screen.getAllByText("Remembered: The user is vegan.")).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(await screen.findByText("Taken back")).toBeVisible();
    await waitFor(() => expect(undone).toBe("b"));
  });

  it("says that memory was unavailable", () => {
    renderPage(<ThreadNotes notes={[{ action: "unavailable", items: [] }]} />);
    expect(screen.getByText("Memory was unavailable for this answer")).toBeVisible();
  });
});
