import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { server } from "@/test/server";
import { type DocumentEvent, onDocumentEvent } from "./events";
import { testDocument } from "./fixtures.test-data";
import { stopWatching, useDocumentProgress, watchDocument } from "./watch";

const encoder = new TextEncoder();
const event = (id: number, name: string, data: unknown) =>
  encoder.encode(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);

interface Connection {
  documentId: string;
  lastEventId: string | null;
  send: (id: number, name: string, data: unknown) => void;
  cut: () => void;
}

function eventServer(): Connection[] {
  const connections: Connection[] = [];
  server.use(
    http.get("*/api/documents/:id/events", ({ params, request }) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          connections.push({
            documentId: String(params["id"]),
            lastEventId: request.headers.get("last-event-id"),
            send: (id, name, data) => {
              controller.enqueue(event(id, name, data));
              if (name !== "progress") controller.close();
            },
            cut: () => controller.error(new Error("cut")),
          });
        },
      });
      return new HttpResponse(body, { headers: { "content-type": "text/event-stream" } });
    }),
    http.get("*/api/documents/:id", ({ params }) =>
      HttpResponse.json({ document: testDocument({ id: String(params["id"]), pageCount: 4 }) }),
    ),
  );
  return connections;
}

beforeEach(() => {
  session.signIn(fixtures.token());
  stopWatching();
});

it("tells progress, goes on where a lost connection stopped, and fetches the record at the end", async () => {
  const connections = eventServer();
  const heard: DocumentEvent[] = [];
  const off = onDocumentEvent((one) => heard.push(one));
  watchDocument("a");
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  connections[0]?.send(1, "progress", { stage: "parse", done: 3, total: 12 });
  await vi.waitFor(() =>
    expect(useDocumentProgress.getState().progress["a"]).toEqual({ stage: "parse", done: 3, total: 12 }),
  );
  connections[0]?.cut();
  await vi.waitFor(() => expect(connections).toHaveLength(2), 10_000);
  expect(connections[1]?.lastEventId).toBe("1");
  connections[1]?.send(2, "ready", {});
  await vi.waitFor(() => expect(heard.at(-1)?.type).toBe("changed"));
  expect(heard.at(-1)).toMatchObject({ document: { id: "a", pageCount: 4 } });
  expect(useDocumentProgress.getState().progress).toEqual({});
  off();
});

it("follows two at once, and the next when one is over", async () => {
  const connections = eventServer();
  for (const id of ["a", "b", "c"]) watchDocument(id);
  await vi.waitFor(() => expect(connections.map((one) => one.documentId)).toEqual(["a", "b"]));
  connections[0]?.send(1, "failed", { code: "damaged", detail: "It is damaged." });
  await vi.waitFor(() => expect(connections.map((one) => one.documentId)).toEqual(["a", "b", "c"]));
});

it("is one connection however many places look, and none when all have gone", async () => {
  const connections = eventServer();
  const first = watchDocument("a");
  const second = watchDocument("a");
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  first();
  first();
  connections[0]?.send(1, "progress", { stage: "index", done: 1, total: 1 });
  await vi.waitFor(() => expect(useDocumentProgress.getState().progress["a"]).toBeDefined());
  second();
  await vi.waitFor(() => expect(useDocumentProgress.getState().progress["a"]).toBeUndefined());
});

it("says that what is known may be out of date when the events cannot be had", async () => {
  const heard: string[] = [];
  const off = onDocumentEvent((one) => heard.push(one.type));
  server.use(
    http.get("*/api/documents/:id/events", () =>
      HttpResponse.json({ code: "not_found", title: "Not found" }, { status: 404 }),
    ),
  );
  watchDocument("gone");
  await vi.waitFor(() => expect(heard).toEqual(["stale"]));
  off();
});
