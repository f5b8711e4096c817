/** Tool calls as the cards show them: the same from a run that is on and from a stored message, specialists' under theirs. */
import type { Effect, ToolCall } from "../../api/types";
import { isAsking, type RunToolCall } from "../../stream/reducer";

/** The tool that hands a task to another agent. */
export const DELEGATE = "delegate";

export interface ShownCall {
  callId: string;
  tool: string;
  arguments: unknown;
  effect: Effect;
  /** What the call would do, in the server's words; only while it is known. */
  description: string;
  state: "running" | "waiting" | "done" | "failed";
  /** What it said of its progress, oldest first. */
  progress: readonly string[];
  summary: string;
  result?: unknown;
  error?: string | null | undefined;
  durationMs: number | null;
  /** What the specialist did, for a `delegate` call. */
  children: readonly ShownCall[];
}

/** All calls of an answer, each under the call that made it. */
export function shownCalls(
  stored: readonly ToolCall[],
  live: readonly RunToolCall[] | undefined,
  streaming: boolean,
): ShownCall[] {
  const fromLive = live !== undefined && live.length > 0 && (streaming || stored.length === 0);
  return fromLive ? nest(live.map(ofRun)) : nest(stored.map(ofStored));
}

/** Every call, specialists' ones too, in the order in which they were made. */
export function flatten(calls: readonly ShownCall[]): ShownCall[] {
  return calls.flatMap((call) => [call, ...flatten(call.children)]);
}

type Flat = { parent: string | null; call: Omit<ShownCall, "children"> };

function nest(flat: readonly Flat[]): ShownCall[] {
  const known = new Set(flat.map(({ call }) => call.callId));
  const under = (parent: string | null): ShownCall[] =>
    flat
      .filter((one) => (one.parent !== null && known.has(one.parent) ? one.parent : null) === parent)
      // A specialist hands nothing on, so this ends; a call that names itself would not.
      .filter((one) => one.parent !== one.call.callId)
      .map(({ call }) => ({ ...call, children: call.tool === DELEGATE ? under(call.callId) : [] }));
  return under(null);
}

function ofStored(call: ToolCall): Flat {
  const { callId, tool, effect, summary, result, error, durationMs, ok } = call;
  return {
    parent: call.parentCallId ?? null,
    call: {
      callId,
      tool,
      arguments: call.arguments,
      effect,
      description: "",
      progress: [],
      summary,
      result,
      error,
      durationMs,
      state: ok ? "done" : "failed",
    },
  };
}

function ofRun(call: RunToolCall): Flat {
  const { callId, tool, effect, outcome, progress, description = "" } = call;
  return {
    parent: call.parentCallId,
    call: {
      callId,
      tool,
      arguments: call.arguments,
      effect,
      description,
      progress,
      state: outcome ? (outcome.ok ? "done" : "failed") : isAsking(call) ? "waiting" : "running",
      summary: outcome?.summary ?? "",
      result: outcome?.result,
      error: outcome?.error,
      durationMs: outcome?.durationMs ?? null,
    },
  };
}
