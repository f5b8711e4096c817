import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { testDocument } from "@/lib/documents/fixtures.test-data";
import type { DocumentRecord } from "@/lib/documents/types";
import { abandonUploads } from "@/lib/documents/uploads";
import { stopWatching } from "@/lib/documents/watch";
import { UNDO_MS } from "@/lib/undoable";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { DocumentsPage } from "./documents-page";
import { deletions } from "./state/deletions";

const id = (number: number) => `0199dddd-0000-7000-8000-00000000000${number}`;

/** A server with these documents, which can be changed, retried and deleted. */
function library(initial: DocumentRecord[]) {
  const state = { documents: initial, seen: [] as string[] };
  const one = (documentId: unknown) => state.documents.find((document) => document.id === documentId);
  server.use(
    http.get("*/api/documents", ({ request }) => {
      const q = new URL(request.url).searchParams.get("q")?.toLowerCase() ?? "";
      const items = state.documents.filter((document) => document.displayName.toLowerCase().includes(q));
      return HttpResponse.json({ items, nextCursor: null });
    }),
    http.get("*/api/documents/storage", () =>
      HttpResponse.json({ documents: state.documents.length, bytes: 2_960_000, maxFileBytes: 1_000_000 }),
    ),
    http.get("*/api/documents/:id", ({ params }) => HttpResponse.json({ document: one(params["id"]) })),
    http.patch("*/api/documents/:id", async ({ params, request }) => {
      const change = (await request.json()) as Partial<DocumentRecord>;
      state.documents = state.documents.map((document) =>
        document.id === params["id"] ? { ...document, ...change } : document,
      );
      return HttpResponse.json({ document: one(params["id"]) });
    }),
    http.post("*/api/documents/:id/retry", ({ params }) => {
      state.seen.push(`retry ${String(params["id"])}`);
      state.documents = state.documents.map((document) => ({
        ...document,
        status: "ready" as const,
        error: null,
      }));
      return HttpResponse.json({ document: one(params["id"]) }, { status: 202 });
    }),
    http.delete("*/api/documents/:id", ({ params }) => {
      state.seen.push(`delete ${String(params["id"])}`);
      state.documents = state.documents.filter((document) => document.id !== params["id"]);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return state;
}

const routes = [
  { path: "/documents", element: <DocumentsPage /> },
  { path: "/documents/:id", element: <p>the document</p> },
  { path: "/chat", element: <p>the chat</p> },
];
const open = (path = "/documents") => renderPage(null, { path, routes });

beforeEach(() => {
  abandonUploads();
  stopWatching();
  deletions.useHidden.setState({ hidden: new Set() });
});

it("says what it is for while there is nothing", async () => {
  library([]);
  open();
  expect(await screen.findByText("Give Kuma something to read")).toBeVisible();
  expect(screen.getByRole("button", { name: "Choose files" })).toBeVisible();
  await expectAccessible();
});

it("lists documents with what they are, and what all of them take up", async () => {
  library([
    testDocument({ id: id(1) }),
    testDocument({
      id: id(2),
      displayName: "Scan",
      status: "failed",
      error: { code: "no_text", detail: "There is no text in it.", retryable: false },
    }),
  ]);
  open();
  const list = await screen.findByRole("region", { name: "Your documents" });
  expect(within(list).getByRole("link", { name: "Bears in winter" })).toHaveAttribute(
    "href",
    `/documents/${id(1)}`,
  );
  expect(within(list).getByText(/12 pages · 1\.5 MB/)).toBeVisible();
  expect(within(list).getByText("There is no text in it.")).toBeVisible();
  expect(await screen.findByText(/2 documents · 3 MB stored/)).toBeVisible();
  await expectAccessible();
});

it("tries a failed one again", async () => {
  const state = library([
    testDocument({ id: id(1), status: "failed", error: { code: "x", detail: "Broken.", retryable: true } }),
  ]);
  const { user } = open();
  await screen.findByText("Broken.");
  const [button] = screen.getAllByRole("button", { name: "Try again" });
  if (button) await user.click(button);
  await waitFor(() => expect(state.seen).toEqual([`retry ${id(1)}`]));
  expect(await screen.findByText(/12 pages/)).toBeVisible();
});

it("follows a document's processing to its end", async () => {
  const state = library([testDocument({ id: id(1), status: "processing", pageCount: null })]);
  const encoder = new TextEncoder();
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  server.use(
    http.get("*/api/documents/:id/events", () => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          stream = controller;
        },
      });
      return new HttpResponse(body, { headers: { "content-type": "text/event-stream" } });
    }),
  );
  open();
  const bar = await screen.findByRole("progressbar", { name: "Getting Bears in winter ready" });
  await waitFor(() => expect(stream).toBeDefined());
  stream?.enqueue(encoder.encode('id: 1\nevent: progress\ndata: {"stage":"parse","done":6,"total":12}\n\n'));
  expect(await screen.findByText("Reading, 6 of 12")).toBeVisible();
  expect(bar).toHaveAttribute("aria-valuenow", "21");
  state.documents = [testDocument({ id: id(1) })];
  stream?.enqueue(encoder.encode("id: 2\nevent: ready\ndata: {}\n\n"));
  stream?.close();
  expect(await screen.findByText(/12 pages/)).toBeVisible();
});

it("renames in place", async () => {
  const state = library([testDocument({ id: id(1) })]);
  const { user } = open();
  (await screen.findByRole("link", { name: "Bears in winter" })).focus();
  await user.keyboard("{F2}");
  const field = screen.getByRole("textbox", { name: "Name of this document" });
  await user.clear(field);
  await user.type(field, "Bears in spring{Enter}");
  expect(await screen.findByRole("link", { name: "Bears in spring" })).toBeVisible();
  await waitFor(() => expect(state.documents[0]?.displayName).toBe("Bears in spring"));
});

it("takes a name back that the server refuses", async () => {
  library([testDocument({ id: id(1) })]);
  server.use(
    http.patch("*/api/documents/:id", () =>
      problem(422, { code: "validation", title: "No", detail: "Too long a name." }),
    ),
  );
  const { user } = open();
  (await screen.findByRole("link", { name: "Bears in winter" })).focus();
  await user.keyboard("{F2}");
  await user.type(screen.getByRole("textbox", { name: "Name of this document" }), "x{Enter}");
  expect(await screen.findByText("Too long a name.")).toBeVisible();
  expect(await screen.findByRole("link", { name: "Bears in winter" })).toBeVisible();
});

it("deletes with a way back", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  const state = library([testDocument({ id: id(1) }), testDocument({ id: id(2), displayName: "Other" })]);
  const { user } = open();
  const remove = async (name: string) => {
    (await screen.findByRole("link", { name })).focus();
    await user.keyboard("{Delete}");
  };
  await remove("Other");
  expect(screen.queryByRole("link", { name: "Other" })).toBeNull();
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByRole("link", { name: "Other" })).toBeVisible();
  await remove("Bears in winter");
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  vi.useRealTimers();
  await waitFor(() => expect(state.seen).toEqual([`delete ${id(1)}`]));
});

it("uploads what is chosen, and refuses what is too large before sending it", async () => {
  const state = library([]);
  server.use(
    http.post("*/api/documents", () => {
      const document = testDocument({ id: id(3), filename: "new.pdf", displayName: "new" });
      state.documents = [document];
      return HttpResponse.json({ document }, { status: 202 });
    }),
  );
  const { user } = open();
  await screen.findByText("Give Kuma something to read");
  await waitFor(() => expect(screen.getByTestId("document-picker")).toBeInTheDocument());
  await user.upload(screen.getByTestId("document-picker"), [
    new File(["%PDF"], "new.pdf", { type: "application/pdf" }),
    new File([new Uint8Array(1_000_001)], "huge.pdf", { type: "application/pdf" }),
  ]);
  expect(await screen.findByText("This file is too large")).toBeVisible();
  expect(screen.getByText(/takes files of up to 1 MB/)).toBeVisible();
  expect(await screen.findByRole("link", { name: "new" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Dismiss huge.pdf" }));
  expect(screen.queryByText("huge.pdf")).toBeNull();
});

it("takes files that are dropped anywhere", async () => {
  library([testDocument({ id: id(1) })]);
  const sent: string[] = [];
  server.use(
    http.post("*/api/documents", ({ request }) => {
      sent.push(request.headers.get("content-type") ?? "");
      return HttpResponse.json({ document: testDocument({ id: id(4) }) }, { status: 202 });
    }),
  );
  open();
  await screen.findByRole("link", { name: "Bears in winter" });
  const file = new File(["a"], "dropped.txt", { type: "text/plain" });
  const dataTransfer = {
    types: ["Files"],
    items: [{ kind: "file", getAsFile: () => file }],
    dropEffect: "none",
  };
  fireEvent.dragEnter(document.body, { dataTransfer });
  expect(await screen.findByText("Drop to add to your documents")).toBeVisible();
  fireEvent.drop(document.body, { dataTransfer });
  await waitFor(() => expect(sent).toEqual([expect.stringMatching(/^multipart\/form-data/)]));
  expect(screen.queryByText("Drop to add to your documents")).toBeNull();
});

it("searches inside all documents and leads to the place", async () => {
  library([testDocument({ id: id(1) })]);
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/documents/search", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({
        items: [
          {
            documentId: id(1),
            displayName: "Bears in winter",
            page: 7,
            headings: ["Results", "Heart"],
            text: "The heart beats eight times a minute.",
            matches: [[4, 9]],
            score: 0.9,
            places: [],
          },
        ],
      });
    }),
  );
  const { user, router } = open();
  await user.type(
    await screen.findByRole("searchbox", { name: "Search inside all documents" }),
    "heart beat",
  );
  expect(await screen.findByText("1 passage in 1 document")).toBeVisible();
  expect(asked.at(-1)).toMatchObject({ query: "heart beat" });
  const marks = screen.getAllByText((_, element) => element?.tagName === "MARK");
  expect(marks.map((mark) => mark.textContent)).toEqual(["heart", "beats"]);
  await expectAccessible();
  const [mark] = marks;
  if (mark) await user.click(mark);
  expect(await screen.findByText("the document")).toBeVisible();
  const search = new URLSearchParams(router.state.location.search);
  expect(router.state.location.pathname).toBe(`/documents/${id(1)}`);
  expect(search.get("page")).toBe("7");
  expect(search.get("quote")).toBe("The heart beats eight times a minute.");
});

it("offers no second try where none can help, and says when only words were looked for", async () => {
  library([
    testDocument({
      id: id(1),
      status: "failed",
      error: { code: "encrypted", detail: "Locked.", retryable: false },
    }),
  ]);
  server.use(
    http.post("*/api/documents/search", () =>
      HttpResponse.json({
        notice: "Only words were looked for.",
        items: [
          {
            documentId: id(1),
            displayName: "X",
            page: null,
            headings: [],
            text: "ran",
            matches: [[0, 3]],
            score: 1,
            places: [],
          },
        ],
      }),
    ),
  );
  const { user } = open();
  expect(await screen.findByText("Locked.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  await user.type(screen.getByRole("searchbox"), "running");
  expect(await screen.findByText("Only words were looked for.")).toBeVisible();
  expect(screen.getByText((_, element) => element?.tagName === "MARK")).toHaveTextContent("ran");
});

it("says that nothing was found, and clears the search with Escape", async () => {
  library([testDocument({ id: id(1) })]);
  server.use(http.post("*/api/documents/search", () => HttpResponse.json({ items: [] })));
  const { user } = open("/documents?q=zebra");
  expect(await screen.findByText("Nothing found for “zebra”")).toBeVisible();
  await user.click(screen.getByRole("searchbox"));
  await user.keyboard("{Escape}");
  expect(await screen.findByRole("link", { name: "Bears in winter" })).toBeVisible();
});

it("says what the search could not do when it found nothing, too", async () => {
  library([testDocument({ id: id(1) })]);
  const notice = "1 document was searched by its words alone.";
  server.use(http.post("*/api/documents/search", () => HttpResponse.json({ items: [], notice })));
  open("/documents?q=zebra");
  expect(await screen.findByText("Nothing found for “zebra”")).toBeVisible();
  expect(screen.getByText(notice)).toBeVisible();
  await expectAccessible();
});

it("opens a new chat with a document attached", async () => {
  library([testDocument({ id: id(1) })]);
  const { user, router } = open();
  await screen.findByRole("link", { name: "Bears in winter" });
  await user.click(screen.getByRole("button", { name: "Ask in a new chat" }));
  await screen.findByText("the chat");
  expect(router.state.location.search).toBe(`?attach=${id(1)}`);
});

it("offers to try again when the list cannot be loaded", async () => {
  library([testDocument({ id: id(1) })]);
  server.use(
    http.get("*/api/documents", () => problem(403, { code: "forbidden", title: "Not allowed" }), {
      once: true,
    }),
  );
  const { user } = open();
  expect(await screen.findByText("Not allowed")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Bears in winter" })).toBeVisible();
});
