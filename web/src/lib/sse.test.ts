import fc from "fast-check";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { server } from "@/test/server";
import { ApiError } from "./api/errors";
import { followEvents, openEvents, readEvents, type SseEvent, SseParser } from "./sse";

const all = (text: string): SseEvent[] => new SseParser().push(text);

describe("SseParser", () => {
  it("reads id, event and data", () => {
    expect(all('id: 1\nevent: chunk\ndata: {"text":"a"}\n\n')).toEqual([
      { id: "1", event: "chunk", data: '{"text":"a"}' },
    ]);
  });

  it("joins data lines, defaults the event and takes off one leading space only", () => {
    expect(all("data:a\ndata:  b\ndata\n\n")).toEqual([{ id: null, event: "message", data: "a\n b\n" }]);
  });

  it("skips comments, unknown fields and events without data", () => {
    expect(all(": ping\n\nfoo: bar\n\nevent: x\n\ndata: y\n\n")).toEqual([
      { id: null, event: "message", data: "y" },
    ]);
  });

  it("takes CR, LF and CRLF alike and drops a byte order mark", () => {
    expect(all("\uFEFFdata: a\r\n\r\ndata: b\r\rdata: c\n\n").map((event) => event.data)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("does not hand out an event that has not ended", () => {
    expect(all("data: a\n")).toEqual([]);
  });

  const field = fc.constantFrom(
    "data: hello",
    "data: ",
    "data:日本語 🐻",
    "event: chunk",
    "id: 7",
    ": note",
    "retry: 10",
    "",
  );
  const newline = fc.constantFrom("\n", "\r\n", "\r");
  const stream = fc.array(fc.tuple(field, newline), { maxLength: 30 }).map((parts) => parts.flat().join(""));

  it("gives the same events for every way of cutting the text", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 12 }), { maxLength: 60 }), (text, sizes) => {
        const parser = new SseParser();
        const events: SseEvent[] = [];
        let rest = text;
        for (const size of sizes) {
          events.push(...parser.push(rest.slice(0, size)));
          rest = rest.slice(size);
        }
        events.push(...parser.push(rest));
        expect(events).toEqual(all(text));
      }),
      { numRuns: 500 },
    );
  });

  it("gives the same events for every way of cutting the bytes, inside characters too", async () => {
    await fc.assert(
      fc.asyncProperty(stream, fc.integer({ min: 1, max: 5 }), async (text, size) => {
        const bytes = new TextEncoder().encode(text);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
        const events: SseEvent[] = [];
        for await (const event of readEvents(streamOf(pieces))) events.push(event);
        expect(events).toEqual(all(text));
      }),
      { numRuns: 200 },
    );
  });
});

describe("readEvents", () => {
  it("says so when the connection is cut", async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("data: a\n\n"));
      },
      pull(controller) {
        controller.error(new TypeError("terminated"));
      },
    });
    await expect(collect(readEvents(body))).rejects.toMatchObject({ code: "network_error" });
  });

  it("takes silence for a dead connection", async () => {
    const body = new ReadableStream<Uint8Array>();
    await expect(collect(readEvents(body, { silenceMs: 5 }))).rejects.toMatchObject({
      code: "network_error",
    });
  });

  it("stops at once when aborted", async () => {
    const abort = new AbortController();
    const reading = collect(readEvents(new ReadableStream<Uint8Array>(), { signal: abort.signal }));
    abort.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("openEvents", () => {
  it("posts JSON, sends Last-Event-ID and yields events", async () => {
    let seen: { body: unknown; last: string | null; accept: string | null } | undefined;
    server.use(
      http.post("*/api/chat/stream", async ({ request }) => {
        seen = {
          body: await request.json(),
          last: request.headers.get("last-event-id"),
          accept: request.headers.get("accept"),
        };
        return sse("id: 5\nevent: chunk\ndata: hi\n\n");
      }),
    );
    const events = await collect(
      await openEvents({ url: "/api/chat/stream", method: "POST", body: { message: "x" }, lastEventId: "4" }),
    );
    expect(events).toEqual([{ id: "5", event: "chunk", data: "hi" }]);
    expect(seen).toEqual({ body: { message: "x" }, last: "4", accept: "text/event-stream" });
  });

  it("turns a refusal into an ApiError", async () => {
    server.use(
      http.get("*/api/chat/jobs/1/events", () =>
        HttpResponse.json({ code: "not_found", title: "Not found", status: 404 }, { status: 404 }),
      ),
    );
    await expect(openEvents({ url: "/api/chat/jobs/1/events" })).rejects.toMatchObject({
      status: 404,
      code: "not_found",
    });
  });
});

describe("followEvents", () => {
  const done = (event: SseEvent) => event.event === "done";
  const at = (id: number, event = "chunk"): SseEvent => ({ id: String(id), event, data: "" });
  const wait = async () => undefined;

  it("hands out every event once for every pattern of dropped connections and replays", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 3 }), fc.boolean()), { maxLength: 8 }),
        async (total, drops) => {
          const journal = Array.from({ length: total }, (_, index) =>
            at(index + 1, index + 1 === total ? "done" : "chunk"),
          );
          let connection = 0;
          const open = async (last: string | null) => {
            const drop = drops[connection++];
            const from = Math.max(0, Number(last ?? 0) - (drop?.[1] ?? 0));
            return cut(journal.slice(from), drop?.[0] ?? total, drop?.[2] ?? false);
          };
          const events = await collect(followEvents({ open, isFinal: done, wait }));
          expect(events.map((event) => event.id)).toEqual(journal.map((event) => event.id));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives up at once on what can't heal", async () => {
    const open = async () => Promise.reject(new ApiError({ status: 404, code: "not_found", title: "Gone" }));
    await expect(collect(followEvents({ open, isFinal: done, wait }))).rejects.toMatchObject({ status: 404 });
  });

  it("gives up after so many attempts in vain", async () => {
    let opened = 0;
    const open = async () => {
      opened += 1;
      return cut([], 0, false);
    };
    await expect(collect(followEvents({ open, isFinal: done, wait, maxAttempts: 3 }))).rejects.toMatchObject({
      code: "network_error",
    });
    expect(opened).toBe(4);
  });
});

/** The first `count` events; then the stream ends, or breaks when `breaks`. */
async function* cut(events: SseEvent[], count: number, breaks: boolean): AsyncGenerator<SseEvent> {
  yield* events.slice(0, count);
  if (breaks && count < events.length) throw new ApiError({ status: 0, code: "network_error", title: "cut" });
}

async function collect(events: AsyncIterable<SseEvent>): Promise<SseEvent[]> {
  const list: SseEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

function streamOf(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

function sse(text: string) {
  return new HttpResponse(text, { headers: { "content-type": "text/event-stream" } });
}
