import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { testDocument } from "@/lib/documents/fixtures.test-data";
import type { DocumentRecord } from "@/lib/documents/types";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { DocumentPage } from "./document-page";

const notes = testDocument({
  filename: "notes.md",
  displayName: "Field notes",
  mimeType: "text/markdown",
  pageCount: null,
});
const path = `/documents/${notes.id}`;

function serve(
  document: DocumentRecord,
  parts: { page: number | null; label?: string; text: string }[][] = [],
) {
  const asked: (string | null)[] = [];
  server.use(
    http.get("*/api/documents/:id", () => HttpResponse.json({ document })),
    http.get("*/api/documents/:id/text", ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      asked.push(cursor);
      const at = Number(cursor ?? 0);
      return HttpResponse.json({
        items: parts[at] ?? [],
        nextCursor: at + 1 < parts.length ? String(at + 1) : null,
      });
    }),
  );
  return asked;
}

const open = (search = "") =>
  renderPage(null, {
    path: path + search,
    routes: [
      { path: "/documents/:documentId", element: <DocumentPage /> },
      { path: "/documents", element: <p>the list</p> },
      { path: "/chat", element: <p>the chat</p> },
    ],
  });

it("shows the text that was read, with its tables, and nothing that the text could smuggle in", async () => {
  serve(notes, [
    [
      {
        page: null,
        text: '# Notes\n\n| Bear | kg |\n|---|---|\n| Frida | 94 |\n\n<img src=x onerror="alert(1)">',
      },
    ],
  ]);
  open();
  expect(await screen.findByRole("cell", { name: "Frida" })).toBeVisible();
  expect(document.querySelector("img")).toBeNull();
  await expectAccessible();
});

it("loads further until it has the passage that the address names", async () => {
  const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
  const asked = serve(notes, [
    [{ page: 1, text: "The first page." }],
    [{ page: 2, text: "The second page." }],
    [{ page: 3, text: "The **needle** is here." }],
  ]);
  open(`?quote=${encodeURIComponent("the needle is here")}`);
  expect(await screen.findByText("needle")).toBeVisible();
  expect(asked).toEqual([null, "1", "2"]);
  await waitFor(() => expect(scrolled).toHaveBeenCalled());
});

it("says when the passage is not there", async () => {
  serve(notes, [[{ page: null, text: "Something else." }]]);
  open(`?quote=${encodeURIComponent("a sentence that nobody wrote")}`);
  expect(await screen.findByText("The quoted passage could not be found here")).toBeInTheDocument();
});

it("answers a question with passages that lead to their place", async () => {
  serve(notes, [[{ page: null, text: "Frida lost least." }]]);
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/documents/:id/query", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({
        answer: "It was **Frida**.",
        citations: [{ page: null, quote: "Frida lost least.", score: 0.9 }],
      });
    }),
  );
  const { user, router } = open();
  const panel = await screen.findByRole("region", { name: "Ask this document" });
  await user.type(within(panel).getByRole("textbox", { name: "Your question" }), "Who lost least?{Enter}");
  expect(await within(panel).findByText("Frida")).toBeVisible();
  expect(asked).toEqual([{ question: "Who lost least?" }]);
  await user.click(within(panel).getByRole("button", { name: /Frida lost least/ }));
  await waitFor(() =>
    expect(new URLSearchParams(router.state.location.search).get("quote")).toBe("Frida lost least."),
  );
  await expectAccessible();
});

it("says that quotes are quotes when no model could answer", async () => {
  serve(notes, [[{ page: null, text: "Text." }]]);
  server.use(
    http.post("*/api/documents/:id/query", () =>
      HttpResponse.json({
        answer: "",
        quotesOnly: true,
        citations: [{ page: 2, quote: "The best passage.", score: 0.7 }],
      }),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "What is this about?" }));
  expect(await screen.findByText(/No model is connected that could answer/)).toBeVisible();
  expect(screen.getByRole("button", { name: /Page 2.*The best passage/s })).toBeVisible();
});

it("keeps a question that failed and asks it again", async () => {
  serve(notes, [[{ page: null, text: "Text." }]]);
  let calls = 0;
  server.use(
    http.post("*/api/documents/:id/query", () => {
      calls += 1;
      return calls === 1
        ? problem(502, { code: "upstream", title: "The model did not answer", detail: "Try again." })
        : HttpResponse.json({ answer: "Now it did.", citations: [] });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "What are the main points?" }));
  expect(await screen.findByText("The model did not answer")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Now it did.")).toBeVisible();
});

it("says why a document could not be read, and that a missing one is missing", async () => {
  serve({
    ...notes,
    status: "failed",
    error: { code: "damaged", detail: "The file breaks off in the middle." },
  });
  const { unmount } = open();
  expect(await screen.findByText("The file breaks off in the middle.")).toBeVisible();
  expect(screen.getByText("You can ask as soon as Kuma has read it.")).toBeVisible();
  unmount();
  server.use(http.get("*/api/documents/:id", () => problem(404, { code: "not_found", title: "Not found" })));
  open();
  expect(await screen.findByText("This document is not here")).toBeVisible();
  await expectAccessible();
});

it("goes back to the list, and deletes with a way back to the page", async () => {
  serve(notes, [[{ page: null, text: "Text." }]]);
  const { user, router } = open();
  await user.click(await screen.findByRole("button", { name: "More about this document" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  expect(await screen.findByText("the list")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(path));
  await user.click(await screen.findByRole("button", { name: "All documents" }));
  expect(await screen.findByText("the list")).toBeVisible();
});
