/**
 * Follows one run to its end over as many connections as it takes: starts it with a POST (or PUT), and whenever the
 * connection drops goes on by `GET /api/chat/jobs/{id}/events` after the last event it has. Events go through the
 * reducer as they come; the app is told of the newest state about twelve times a second.
 */
import { ApiError, isAbort } from "@/lib/api/errors";
import { followEvents, openEvents, type SseEvent } from "@/lib/sse";
import { isTerminal, parseRunEvent } from "./events";
import { initialRun, type RunState, reduceRun } from "./reducer";

/** How often streamed text reaches React. Faster costs CPU and looks no smoother. */
export const COMMIT_MS = 80;

/** A start that never reached the server is given up this soon, so that the message can be offered for retry. */
const START_ATTEMPTS = 3;

/** About a quarter of an hour of trying before the person is asked. */
const FOLLOW_ATTEMPTS = 120;

/** Resuming in vain this often in a row means that the events are not to be had. */
const MAX_GAPS = 5;

export interface RunStart {
  url: string;
  method: "POST" | "PUT";
  body: Record<string, unknown> | FormData;
  /** The same key gives the same job, so a start whose answer was lost can be sent again. */
  idempotencyKey: string;
}

export interface FollowRunOptions {
  start?: RunStart;
  /** What is known of the run; with a `jobId` it is followed, not started. */
  from?: Partial<RunState>;
  /** Called with each state worth showing: batched for text, at once for everything that changes the phase. */
  onCommit: (state: RunState) => void;
  onConnection?: (connection: "live" | "reconnecting") => void;
  signal: AbortSignal;
  /** For tests. */
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Resolves with the finished run. Throws `ApiError` when it could not be started or found, `AbortError` when told to stop. */
export async function followRun(options: FollowRunOptions): Promise<RunState> {
  const { start, onCommit, onConnection, signal } = options;
  let state: RunState = { ...initialRun, ...options.from };
  const commits = new Batch<RunState>(onCommit, COMMIT_MS);
  let starts = 0;
  let gaps = 0;

  const open = async (): Promise<AsyncIterable<SseEvent>> => {
    if (state.jobId !== null) {
      return openEvents({
        url: `/api/chat/jobs/${state.jobId}/events`,
        lastEventId: state.lastEventId > 0 ? String(state.lastEventId) : null,
        signal,
      });
    }
    if (start === undefined) throw new Error("A run needs a start or a job to follow.");
    starts += 1;
    try {
      return await openEvents({
        url: start.url,
        method: start.method,
        body: start.body,
        headers: { "Idempotency-Key": start.idempotencyKey },
        signal,
      });
    } catch (error) {
      if (error instanceof ApiError && error.isRetryable && starts >= START_ATTEMPTS) throw givenUp(error);
      throw error;
    }
  };

  try {
    while (true) {
      const events = followEvents({
        open,
        isFinal: (event) => event.event === "done" || event.event === "error",
        signal,
        maxAttempts: FOLLOW_ATTEMPTS,
        onReconnect: () => onConnection?.("reconnecting"),
        ...(options.wait ? { wait: options.wait } : {}),
      });
      for await (const raw of events) {
        const event = parseRunEvent(raw.id ?? "", raw.event, raw.data);
        const before = state;
        state = reduceRun(state, event);
        if (state.gap !== null) {
          gaps += 1;
          if (gaps > MAX_GAPS) throw unreadable(state.gap);
          break;
        }
        if (state === before) continue;
        gaps = 0;
        onConnection?.("live");
        const urgent = before.phase !== state.phase || before.jobId !== state.jobId || before.text === "";
        if (urgent) commits.now(state);
        else commits.soon(state);
        if (isTerminal(event)) {
          commits.now(state);
          return state;
        }
      }
      signal.throwIfAborted();
      // Out of turn: leave this connection and ask for what is missing.
    }
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) commits.flush();
    throw error;
  } finally {
    commits.cancel();
  }
}

/** The failure of a start, no longer to be repeated by itself. */
function givenUp(cause: ApiError): ApiError {
  const error = new ApiError({
    status: 0,
    code: "not_sent",
    title: cause.title,
    detail: cause.detail,
    requestId: cause.requestId,
  });
  error.cause = cause;
  return error;
}

function unreadable(gap: { expected: number; received: number }): ApiError {
  return new ApiError({
    status: 0,
    code: "events_missing",
    title: "Part of this answer could not be read",
    detail: `The server skipped from event ${gap.expected} to ${gap.received}. Reload the page: the answer itself is kept.`,
  });
}

/** Hands on the newest of many values at most once per interval, the first and the urgent ones at once. */
export class Batch<T> {
  #pending: { value: T } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  readonly #deliver: (value: T) => void;
  readonly #intervalMs: number;

  constructor(deliver: (value: T) => void, intervalMs: number) {
    this.#deliver = deliver;
    this.#intervalMs = intervalMs;
  }

  soon(value: T): void {
    this.#pending = { value };
    this.#timer ??= setTimeout(() => this.flush(), this.#intervalMs);
  }

  now(value: T): void {
    this.#pending = { value };
    this.flush();
  }

  flush(): void {
    this.#clearTimer();
    const pending = this.#pending;
    this.#pending = null;
    if (pending) this.#deliver(pending.value);
  }

  cancel(): void {
    this.#clearTimer();
    this.#pending = null;
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
