/// <reference types="node" />
/** Loads the recorded event streams that the server's tests and these share. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseRunEvent, type RunEvent } from "./events";

export type RecordedRun =
  | "approval"
  | "cancelled"
  | "error"
  | "no-model"
  | "plain"
  | "queued"
  | "reasoning"
  | "reset"
  | "retried"
  | "tool"
  | "tool-reset"
  | "server/approval"
  | "server/approval-denied"
  | "server/approval-tainted"
  | "server/delegation";

export const recordedRuns: readonly RecordedRun[] = [
  "approval",
  "cancelled",
  "error",
  "no-model",
  "plain",
  "queued",
  "reasoning",
  "reset",
  "retried",
  "tool",
  "tool-reset",
  "server/approval",
  "server/approval-denied",
  "server/approval-tainted",
  "server/delegation",
];

/** The events of one recorded run, read through the same check as the wire's. */
export function recorded(name: RecordedRun): RunEvent[] {
  const path = resolve(process.cwd(), "../fixtures/run-events", `${name}.jsonl`);
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { id, event, data } = JSON.parse(line) as { id: number; event: string; data: unknown };
      const parsed = parseRunEvent(String(id), event, JSON.stringify(data));
      if (parsed.event === "unknown") throw new Error(`${name}: unknown event ${event}`);
      return parsed;
    });
}

/** The same run as if it had answered the message `userMessageId`. */
export function answering(userMessageId: string, events: readonly RunEvent[]): RunEvent[] {
  return events.map((event) => {
    if (event.event === "job_id") return { ...event, data: { ...event.data, userMessageId } };
    if (event.event === "done") {
      return {
        ...event,
        data: { ...event.data, message: { ...event.data.message, parentId: userMessageId } },
      };
    }
    return event;
  });
}

/** A recorded run as the bytes of an event stream. */
export function asEventStream(events: readonly RunEvent[]): string {
  return events
    .map(({ id, event, data }) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    .join("");
}
