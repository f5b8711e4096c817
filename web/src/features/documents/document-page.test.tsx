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

/** The document and its file, or the text that the server read out of it. */
function serve(document: DocumentRecord, text = "", file: BodyInit = text) {
  server.use(
    http.get("*/api/documents/:id", () => HttpResponse.json({ document })),
    http.get("*/api/documents/:id/file", () => new HttpResponse(file)),
    http.get("*/api/documents/:id/text", () => HttpResponse.text(text)),
  );
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

it("shows the text, with its tables, and nothing that the text could smuggle in", async () => {
  serve(notes, '# Notes\n\n| Bear | kg |\n|---|---|\n| Frida | 94 |\n\n<img src=x onerror="alert(1)">');
  open();
  expect(await screen.findByRole("cell", { name: "Frida" })).toBeVisible();
  expect(document.querySelector("img")).toBeNull();
  await expectAccessible();
});

it("shows what the server read where the file is no text that a browser knows", async () => {
  serve(notes, "Read by the server.", new Uint8Array([0xff, 0xfe, 0x41]));
  open();
  expect(await screen.findByText("Read by the server.")).toBeVisible();
});

it("shows as much of a long text as leads to the passage that the address names", async () => {
  const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
  const filler = `${"Something else is said here. ".repeat(60)}\n\n`;
  serve(notes, `${filler.repeat(20)}The **needle** is here.\n\n${filler.repeat(20)}The end of it.`);
  open(`?quote=${encodeURIComponent("the needle is here")}`);
  expect(await screen.findByText("needle")).toBeVisible();
  await waitFor(() => expect(scrolled).toHaveBeenCalled());
  expect(screen.queryByText("The end of it.")).toBeNull();
});

it("says when the passage is not there", async () => {
  serve(notes, "Something else.");
  open(`?quote=${encodeURIComponent("a sentence that nobody wrote")}`);
  expect(await screen.findByText("The quoted passage could not be found here")).toBeVisible();
});

it("answers a question with passages that lead to their place", async () => {
  serve(notes, "Frida lost least.");
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/documents/:id/query", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({
        answer: "It was **Frida**.",
        model: "openai/x",
        citations: [{ index: 1, page: null, quote: "Frida lost least.", score: 0.9, places: [] }],
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
  serve(notes, "Text.");
  server.use(
    http.post("*/api/documents/:id/query", () =>
      HttpResponse.json({
        answer: "",
        model: null,
        notice: "No model is connected that could answer; these are quotes.",
        citations: [{ index: 1, page: 2, quote: "The best passage.", score: 0.7, places: [] }],
      }),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "What is this about?" }));
  expect(await screen.findByText(/No model is connected that could answer/)).toBeVisible();
  expect(screen.getByRole("button", { name: /Page 2.*The best passage/s })).toBeVisible();
});

it("keeps a question that failed and asks it again", async () => {
  serve(notes, "Text.");
  let calls = 0;
  server.use(
    http.post("*/api/documents/:id/query", () => {
      calls += 1;
      return calls === 1
        ? problem(502, { code: "upstream", title: "The model did not answer", detail: "Try again." })
        : HttpResponse.json({ answer: "Now it did.", model: "openai/x", citations: [] });
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
    error: { code: "damaged", detail: "The file breaks off in the middle.", retryable: false },
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
  serve(notes, "Text.");
  const { user, router } = open();
  await user.click(await screen.findByRole("button", { name: "More about this document" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  expect(await screen.findByText("the list")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(path));
  await user.click(await screen.findByRole("button", { name: "All documents" }));
  expect(await screen.findByText("the list")).toBeVisible();
});
