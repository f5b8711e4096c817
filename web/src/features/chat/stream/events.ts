/** Run events exactly as the server numbers and sends them, and the check that stands between the wire and the app. */
import type { Citation, Effect, FinishReason, JobStatus, Message, RunFailure, Usage } from "../api/types";

/** What a specialist does carries the id of the `delegate` call that made it work. */
interface Nested {
  parentCallId?: string | null;
}

interface EventData {
  job_id: { jobId: string; chatId: string; userMessageId: string; assistantMessageId: string };
  status: { status: JobStatus; attempt?: number; retryInMs?: number; position?: number };
  reset: { text: string };
  reasoning: { text: string };
  chunk: { text: string };
  tool_call: Nested & {
    callId: string;
    tool: string;
    arguments: unknown;
    effect: Effect;
    /** What the call would do, in one plain line. */
    description?: string;
  };
  tool_progress: Nested & { callId: string; text: string };
  approval_required: Nested & {
    callId: string;
    tool: string;
    arguments: unknown;
    reason: string;
    preview: unknown;
    /** Where text from outside came from that could have asked for the call. */
    taint?: string[];
  };
  tool_result: Nested & {
    callId: string;
    tool: string;
    ok: boolean;
    summary: string;
    result?: unknown;
    error?: string | null;
    durationMs: number;
    /** What it was called with, when the person changed that. */
    arguments?: unknown;
  };
  citation: Citation;
  memory: { action: "saved" | "recalled"; items: { id: string; content: string }[] };
  title: { chatId: string; title: string };
  done: { message: Message; usage: Usage; finishReason: FinishReason };
  error: RunFailure;
}

export type RunEventName = keyof EventData;

/** One event of a run. `id` counts from 1 without a gap, per job. */
export type RunEvent = {
  [Name in RunEventName]: { id: number; event: Name; data: EventData[Name] };
}[RunEventName];

const required: Record<RunEventName, readonly string[]> = {
  job_id: ["jobId", "chatId", "userMessageId", "assistantMessageId"],
  status: ["status"],
  reset: ["text"],
  reasoning: ["text"],
  chunk: ["text"],
  tool_call: ["callId", "tool", "effect"],
  tool_progress: ["callId", "text"],
  approval_required: ["callId", "tool", "reason"],
  tool_result: ["callId", "tool", "ok", "summary"],
  citation: ["index", "title", "quote"],
  memory: ["action", "items"],
  title: ["chatId", "title"],
  done: ["message", "finishReason"],
  error: ["code", "title", "detail"],
};

/** A message of the stream that is not what the contract says. */
export class MalformedRunEvent extends Error {
  override readonly name = "MalformedRunEvent";
}

/** An event this build does not know: counted, so that numbering stays gapless, and otherwise left alone. */
export interface UnknownRunEvent {
  id: number;
  event: "unknown";
  name: string;
}

/**
 * Reads one server-sent event. Throws `MalformedRunEvent` when a known event lacks what it must have; a name that a
 * newer server may have added comes back as `unknown`.
 */
export function parseRunEvent(id: string, name: string, data: string): RunEvent | UnknownRunEvent {
  const number = Number(id);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new MalformedRunEvent(`Event “${name}” has no number: “${id}”.`);
  if (!Object.hasOwn(required, name)) return { id: number, event: "unknown", name };
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (cause) {
    throw new MalformedRunEvent(`Event ${id} (“${name}”) is not JSON.`, { cause });
  }
  if (typeof parsed !== "object" || parsed === null)
    throw new MalformedRunEvent(`Event ${id} (“${name}”) is not an object.`);
  const missing = required[name as RunEventName].find((key) => !Object.hasOwn(parsed, key));
  if (missing) throw new MalformedRunEvent(`Event ${id} (“${name}”) lacks “${missing}”.`);
  return { id: number, event: name, data: parsed } as RunEvent;
}

/** Whether this event ends the run's stream (a later retry may open it again). */
export function isTerminal(event: RunEvent | UnknownRunEvent): boolean {
  return event.event === "done" || event.event === "error";
}
