/**
 * What a run looks like after the events so far. Pure: the same events give the same state, whoever delivers them, in
 * however many connections. An event seen before changes nothing; a missing one is noted and nothing after it is
 * applied, so the caller resumes from `lastEventId`.
 */
import type { Citation, Effect, FinishReason, JobStatus, Message, RunFailure, Usage } from "../api/types";
import type { RunEvent, UnknownRunEvent } from "./events";

export type RunPhase =
  | "starting"
  | "queued"
  | "running"
  | "waiting_approval"
  | "done"
  | "cancelled"
  | "failed";

export interface RunToolCall {
  callId: string;
  tool: string;
  arguments: unknown;
  effect: Effect;
  /** What the call would do, in one plain line. */
  description?: string;
  /** The `delegate` call whose specialist makes this one. */
  parentCallId: string | null;
  /** Where in the answer text the call was made. */
  at: number;
  /** What it said of its progress, oldest first; the last line is the one that holds. */
  progress: readonly string[];
  approval?: Approval;
  outcome?: { ok: boolean; summary: string; result?: unknown; error?: string | null; durationMs: number };
}

/** A call that its owner is asked about. */
export interface Approval {
  reason: string;
  preview: unknown;
  taint: readonly string[];
  /** The run went on after it had waited: the question is answered. */
  decided: boolean;
}

export interface RunMemory {
  action: "saved" | "recalled";
  items: { id: string; content: string }[];
}

/** So much of what a call said of its progress is kept. */
const PROGRESS_LINES = 40;

/** Whether a call waits for its owner now. */
export function isAsking(call: RunToolCall): boolean {
  return call.approval !== undefined && !call.approval.decided && call.outcome === undefined;
}

export interface RunState {
  phase: RunPhase;
  lastEventId: number;
  /** Set when an event arrived out of turn: everything after `lastEventId` has to be asked for again. */
  gap: { expected: number; received: number } | null;
  jobId: string | null;
  chatId: string | null;
  userMessageId: string | null;
  assistantMessageId: string | null;
  status: JobStatus | null;
  attempt: number;
  retryInMs: number | null;
  /** How many runs stand before this one while it is queued. */
  position: number | null;
  text: string;
  reasoning: string;
  /** How much of `reasoning` belongs to finished steps; the rest goes when the reply is made again. */
  settledReasoning: number;
  toolCalls: RunToolCall[];
  citations: Citation[];
  memories: RunMemory[];
  title: string | null;
  message: Message | null;
  usage: Usage | null;
  finishReason: FinishReason | null;
  error: RunFailure | null;
}

export const initialRun: RunState = {
  phase: "starting",
  lastEventId: 0,
  gap: null,
  jobId: null,
  chatId: null,
  userMessageId: null,
  assistantMessageId: null,
  status: null,
  attempt: 1,
  retryInMs: null,
  position: null,
  text: "",
  reasoning: "",
  settledReasoning: 0,
  toolCalls: [],
  citations: [],
  memories: [],
  title: null,
  message: null,
  usage: null,
  finishReason: null,
  error: null,
};

export function reduceRun(state: RunState, event: RunEvent | UnknownRunEvent): RunState {
  if (event.id <= state.lastEventId) return state;
  const expected = state.lastEventId + 1;
  if (event.id !== expected) {
    if (state.gap?.expected === expected) return state;
    return { ...state, gap: { expected, received: event.id } };
  }
  return apply({ ...state, lastEventId: event.id, gap: null }, event);
}

function apply(state: RunState, event: RunEvent | UnknownRunEvent): RunState {
  switch (event.event) {
    case "unknown":
      return state;
    case "job_id":
      return { ...state, ...event.data };
    case "status":
      return withStatus(state, event.data);
    case "reset":
      return {
        ...state,
        text: event.data.text,
        reasoning: state.reasoning.slice(0, state.settledReasoning),
        toolCalls: state.toolCalls.map((call) =>
          call.at > event.data.text.length ? { ...call, at: event.data.text.length } : call,
        ),
      };
    case "reasoning":
      return { ...state, phase: "running", reasoning: state.reasoning + event.data.text };
    case "chunk":
      return { ...state, phase: "running", text: state.text + event.data.text };
    case "tool_call": {
      const { description } = event.data;
      return {
        ...state,
        phase: "running",
        toolCalls: upsertCall(state, event.data, description === undefined ? {} : { description }),
      };
    }
    case "tool_progress": {
      const { callId, text } = event.data;
      const toolCalls = state.toolCalls.map((call) =>
        call.callId === callId
          ? { ...call, progress: [...call.progress, text].slice(-PROGRESS_LINES) }
          : call,
      );
      return { ...state, phase: "running", toolCalls };
    }
    case "approval_required": {
      const { reason, preview, taint = [], ...call } = event.data;
      const approval: Approval = { reason, preview, taint, decided: false };
      return {
        ...state,
        phase: "waiting_approval",
        toolCalls: upsertCall(state, { ...call, effect: "write" }, { approval }),
      };
    }
    case "tool_result": {
      const { callId, tool, parentCallId, arguments: changed, ...outcome } = event.data;
      const known = state.toolCalls.find((call) => call.callId === callId);
      const call = known ?? { callId, tool, arguments: null, effect: "read" as const, parentCallId };
      return {
        ...state,
        phase: "running",
        settledReasoning: state.reasoning.length,
        toolCalls: upsertCall(state, changed === undefined ? call : { ...call, arguments: changed }, {
          outcome,
        }),
      };
    }
    case "citation":
      return {
        ...state,
        citations: [...state.citations.filter((one) => one.index !== event.data.index), event.data],
      };
    case "memory":
      return { ...state, memories: [...state.memories, event.data] };
    case "title":
      return { ...state, title: event.data.title };
    case "done":
      return finished(state, event.data);
    case "error":
      return { ...state, phase: "failed", error: event.data, retryInMs: null, position: null };
  }
}

function withStatus(state: RunState, data: Extract<RunEvent, { event: "status" }>["data"]): RunState {
  // A run goes on from its wait when everything it asked about is decided.
  const answered = state.status === "WAITING_APPROVAL" && data.status !== "WAITING_APPROVAL";
  const next: RunState = {
    ...state,
    toolCalls: answered ? state.toolCalls.map(asDecided) : state.toolCalls,
    status: data.status,
    attempt: data.attempt ?? state.attempt,
    retryInMs: data.retryInMs ?? null,
    position: data.position ?? null,
  };
  switch (data.status) {
    case "PENDING":
      return { ...next, phase: "queued", error: null, finishReason: null };
    case "PROCESSING":
      // A run that had failed may be tried again, and goes on counting: what it said of its failure is over.
      return { ...next, phase: "running", error: null, finishReason: null };
    case "WAITING_APPROVAL":
      return { ...next, phase: "waiting_approval" };
    case "COMPLETED":
    case "CANCELLED":
    case "FAILED":
    case "DEAD":
      // The stream's own last event says how it ended; until it is here, the run is not over for the reader.
      return next;
  }
}

function asDecided(call: RunToolCall): RunToolCall {
  return call.approval && !call.outcome ? { ...call, approval: { ...call.approval, decided: true } } : call;
}

interface CallData {
  callId: string;
  tool: string;
  arguments: unknown;
  effect: Effect;
  parentCallId?: string | null | undefined;
}

function upsertCall(
  state: RunState,
  call: CallData,
  extra: Pick<RunToolCall, "approval" | "outcome" | "description">,
): RunToolCall[] {
  const index = state.toolCalls.findIndex((known) => known.callId === call.callId);
  if (index < 0) {
    const { callId, tool, effect, parentCallId = null } = call;
    const fresh = { callId, tool, arguments: call.arguments, effect, parentCallId };
    return [...state.toolCalls, { ...fresh, at: state.text.length, progress: [], ...extra }];
  }
  return state.toolCalls.map((known, at) =>
    at === index ? { ...known, arguments: call.arguments, ...extra } : known,
  );
}

function finished(state: RunState, data: Extract<RunEvent, { event: "done" }>["data"]): RunState {
  const cancelled = data.finishReason === "cancelled";
  return {
    ...state,
    phase: cancelled ? "cancelled" : "done",
    // The stored message is the last word on what was said.
    text: data.message.content,
    message: data.message,
    usage: data.usage ?? data.message.usage ?? null,
    finishReason: data.finishReason,
    citations: data.message.citations.length > 0 ? data.message.citations : state.citations,
    position: null,
    retryInMs: null,
    error: null,
  };
}

/** Whether the run is over, for now: no more events are to be expected on this connection. */
export function isOver(state: RunState): boolean {
  return state.phase === "done" || state.phase === "cancelled" || state.phase === "failed";
}
