/**
 * Reads `text/event-stream` over `fetch`, which unlike `EventSource` can POST, send a token and report why it
 * failed. Three layers: `SseParser` (text → events, any chunking), `readEvents` (bytes → events), and
 * `followEvents` (keeps going over dropped connections with `Last-Event-ID`).
 */
import { sessionFetch } from "./api/client";
import { ApiError, errorFromResponse, isAbort, networkError, toApiError } from "./api/errors";
import { deferred } from "./deferred";
import { reconnectDelay, waitUntilWorthTrying } from "./waiting";

export interface SseEvent {
  /** The event's own `id:`; null when it has none. */
  id: string | null;
  /** `message` when the stream names none. */
  event: string;
  data: string;
}

/** Incremental parser by the HTML standard's rules. Feed it text in any pieces. */
export class SseParser {
  private buffer = "";
  private data: string[] = [];
  private event = "";
  private id: string | null = null;
  private atStart = true;
  private afterCarriageReturn = false;
  /** From a `retry:` line, in milliseconds. */
  retryMs: number | null = null;

  push(chunk: string): SseEvent[] {
    let text = chunk;
    if (this.atStart && text !== "") {
      this.atStart = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    // A CRLF may be split between two chunks: its line has ended with the CR already.
    if (this.afterCarriageReturn && text !== "") {
      this.afterCarriageReturn = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    this.afterCarriageReturn = text === "" ? this.afterCarriageReturn : text.endsWith("\r");
    const lines = (this.buffer + text).split(/\r\n|\r|\n/);
    this.buffer = lines.pop() ?? "";
    const events: SseEvent[] = [];
    for (const line of lines) {
      const event = this.line(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  private line(line: string): SseEvent | null {
    if (line === "") return this.dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null; // A comment: it only shows that the server lives.
    const field = colon === -1 ? line : line.slice(0, colon);
    const raw = colon === -1 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  private dispatch(): SseEvent | null {
    const { data, event, id } = this;
    this.data = [];
    this.event = "";
    this.id = null;
    if (data.length === 0) return null;
    return { id, event: event === "" ? "message" : event, data: data.join("\n") };
  }
}

/** The server sends a comment at least every 15 s; three missed ones mean a dead connection. */
const SILENCE_MS = 45_000;

/** Events of one response body, until it ends. Throws `ApiError` (`network_error`) when it is cut or falls silent. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  options: { signal?: AbortSignal | undefined; silenceMs?: number } = {},
): AsyncGenerator<SseEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  const onAbort = () => void reader.cancel().catch(() => undefined);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (true) {
      const { done, value } = await withSilenceLimit(reader.read(), options.silenceMs ?? SILENCE_MS);
      options.signal?.throwIfAborted();
      if (done) return; // An unfinished event at the end is dropped, as the standard says.
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    if (isAbort(error) || error instanceof ApiError) throw error;
    throw networkError(error);
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await reader.cancel().catch(() => undefined);
  }
}

async function withSilenceLimit<T>(promise: Promise<T>, ms: number): Promise<T> {
  const { promise: silence, reject } = deferred<never>();
  const timer = setTimeout(() => reject(networkError(new Error(`no byte for ${ms} ms`))), ms);
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

export interface StreamRequest {
  /** Path on this origin, e.g. `/api/chat/stream`. */
  url: string;
  method?: "GET" | "POST" | "PUT";
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: FormData | string | Record<string, unknown>;
  signal?: AbortSignal;
  lastEventId?: string | null;
}

/** Opens one event stream. Throws `ApiError` when the server refuses or answers something else. */
export async function openEvents(request: StreamRequest): Promise<AsyncGenerator<SseEvent, void, undefined>> {
  const headers = new Headers(request.headers);
  headers.set("Accept", "text/event-stream");
  if (request.lastEventId) headers.set("Last-Event-ID", request.lastEventId);
  const isJson = typeof request.body === "object" && !(request.body instanceof FormData);
  if (isJson) headers.set("Content-Type", "application/json");
  const body = isJson ? JSON.stringify(request.body) : (request.body as FormData | string | undefined);
  const response = await sessionFetch(new URL(request.url, location.origin), {
    method: request.method ?? "GET",
    headers,
    body: body ?? null,
    signal: request.signal ?? null,
  });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !type.startsWith("text/event-stream") || response.body === null) {
    throw await errorFromResponse(response);
  }
  return readEvents(response.body, { signal: request.signal });
}

export interface FollowOptions {
  /** Opens the stream; from the second time on with the id of the last event that was handed out. */
  open: (lastEventId: string | null) => Promise<AsyncIterable<SseEvent>>;
  /** Whether this event is the last one: then the end of the stream is no loss. */
  isFinal: (event: SseEvent) => boolean;
  signal?: AbortSignal;
  lastEventId?: string | null;
  /** Told before each wait, e.g. to show "reconnecting". */
  onReconnect?: (attempt: number, delayMs: number, cause: ApiError | null) => void;
  /** Attempts in a row without a single event before giving up; default 10 (about a minute). */
  maxAttempts?: number;
  /** For tests. */
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Follows a stream to its final event over any number of connections, each event handed out once. Gives up
 * on what can't heal (4xx other than 408 and 429) and after `maxAttempts` in vain, by throwing `ApiError`.
 */
export async function* followEvents(options: FollowOptions): AsyncGenerator<SseEvent, void, undefined> {
  const { open, isFinal, signal, onReconnect, maxAttempts = 10, wait = waitUntilWorthTrying } = options;
  let lastEventId = options.lastEventId ?? null;
  let attempt = 0;
  while (true) {
    let cause: ApiError | null = null;
    try {
      for await (const event of await open(lastEventId)) {
        if (isSeen(event.id, lastEventId)) continue;
        attempt = 0;
        lastEventId = event.id ?? lastEventId;
        yield event;
        if (isFinal(event)) return;
      }
    } catch (error) {
      if (isAbort(error) || signal?.aborted) throw error;
      cause = toApiError(error);
      if (!cause.isRetryable) throw cause;
    }
    signal?.throwIfAborted();
    attempt += 1;
    if (attempt > maxAttempts) throw cause ?? networkError(new Error("the stream ended early"));
    const delay = cause?.retryAfterMs ?? reconnectDelay(attempt);
    onReconnect?.(attempt, delay, cause);
    await wait(delay, signal);
  }
}

/** A server may replay a little more than it was asked for. Ids are numbers from 1, so compare them as such. */
function isSeen(id: string | null, lastEventId: string | null): boolean {
  if (id === null || lastEventId === null) return false;
  const [now, last] = [Number(id), Number(lastEventId)];
  return Number.isNaN(now) || Number.isNaN(last) ? id === lastEventId : now <= last;
}
