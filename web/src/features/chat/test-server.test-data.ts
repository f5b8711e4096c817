/** A small fake of the chat endpoints for tests: recorded runs, released piece by piece, over real streams. */
import { HttpResponse, http } from "msw";
import { server } from "@/test/server";
import type { Chat, Message } from "./api/types";
import type { RunEvent } from "./stream/events";
import { asEventStream } from "./stream/fixtures.test-data";

export interface Gate {
  /** Sends these events on the open connection. */
  release(events: readonly RunEvent[]): void;
  /** Ends the connection properly, or cuts it. */
  end(how?: "closed" | "cut"): void;
}

export interface SeenRequest {
  method: string;
  path: string;
  body: Record<string, unknown>;
  idempotencyKey: string | null;
  lastEventId: string | null;
}

/** Answers every stream request with a gated stream; `onOpen` is told of each. */
export function streamServer(onOpen: (request: SeenRequest, gate: Gate) => unknown): SeenRequest[] {
  const seen: SeenRequest[] = [];
  const answer = async ({ request }: { request: Request }) => {
    const record: SeenRequest = {
      method: request.method,
      path: new URL(request.url).pathname,
      body: await bodyOf(request),
      idempotencyKey: request.headers.get("idempotency-key"),
      lastEventId: request.headers.get("last-event-id"),
    };
    seen.push(record);
    const encoder = new TextEncoder();
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(value) {
        controller = value;
      },
    });
    const gate: Gate = {
      release: (events) => controller.enqueue(encoder.encode(asEventStream(events))),
      end: (how = "closed") => (how === "closed" ? controller.close() : controller.error(new Error("cut"))),
    };
    const refused = onOpen(record, gate);
    return refused instanceof Response
      ? refused
      : new HttpResponse(body, { headers: { "content-type": "text/event-stream" } });
  };
  server.use(
    http.post("*/api/chat/stream", answer),
    http.post("*/api/chat/:chatId/messages/:messageId/regenerate", answer),
    http.put("*/api/chat/:chatId/messages/:messageId", answer),
    http.get("*/api/chat/jobs/:jobId/events", answer),
  );
  return seen;
}

/** The fields of JSON or of a form; those of one name as a list. */
async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  if (request.method === "GET") return {};
  if (!request.headers.get("content-type")?.startsWith("multipart/")) {
    return (await request.json()) as Record<string, unknown>;
  }
  const form = await request.formData();
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}

export const testChat = (fields: Partial<Chat> = {}): Chat => ({
  id: "01936f3e-0000-7000-8000-00000000c4a7",
  title: "Bears",
  agentType: "router",
  pinned: false,
  archived: false,
  waitsForApproval: false,
  createdAt: "2026-11-23T09:00:00.000Z",
  updatedAt: "2026-11-23T09:30:00.000Z",
  ...fields,
});

export const testMessage = (fields: Partial<Message> & Pick<Message, "id" | "role">): Message => ({
  chatId: testChat().id,
  parentId: null,
  content: "",
  toolCalls: [],
  imageAttachments: [],
  documentAttachments: [],
  citations: [],
  model: fields.role === "assistant" ? "local/smollm2-135m" : null,
  usage: null,
  status: "complete",
  createdAt: "2026-11-23T09:00:00.000Z",
  ...fields,
});

/** Serves one chat with its messages on a single page. */
export function chatServer(chat: Chat, messages: Message[]): void {
  server.use(
    http.get(`*/api/chat/${chat.id}`, () => HttpResponse.json({ chat })),
    http.get(`*/api/chat/${chat.id}/messages`, () =>
      HttpResponse.json({ items: messages, nextCursor: null }),
    ),
  );
}
