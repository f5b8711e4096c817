/**
 * Following runs: what they tell goes into the thread store, until they are over or nobody looks at their chat. The runs
 * themselves go on at the server, followed or not.
 */
import { type ApiError, isAbort, toApiError } from "@/lib/api/errors";
import type { Deferred } from "@/lib/deferred";
import { followRun, type RunStart } from "../stream/follow-run";
import { isOver, type RunState } from "../stream/reducer";
import { announce } from "./chat-events";
import { releaseUnsent } from "./drafts";
import { byKey, threadIdOf } from "./local-messages";
import {
  adoptIds,
  getMessage,
  getThread,
  removeMessages,
  type SendFailure,
  type Thread,
  updateMessage,
  updateThread,
} from "./thread-store";
import { type Turn, undelivered } from "./turn";

interface Follower {
  threadKey: string;
  controller: AbortController;
  accepted: boolean;
}

/** By the key of the answer that is made. */
const followers = new Map<string, Follower>();
/** The job of each answer that is being made, by the answer's id: known before any of its text is. */
const jobs = new Map<string, string>();

/** Jobs whose events cannot be had any more. */
const unreadable = new Set<string>();
/** Threads nobody looks at now. */
const parked = new Set<string>();
/** Set by `state/loading.ts`. */
let onIdle: (chatId: string) => void = () => undefined;

/** Says whom to call when a thread may have work that nobody follows. */
export function whenIdle(callback: (chatId: string) => void): void {
  onIdle = callback;
}

/** The job of an answer that is being made. */
export function jobOf(answerId: string): string | undefined {
  return jobs.get(answerId);
}

/** Follows a run that was started elsewhere or before this page was loaded. Does nothing when it is followed already. */
export function follow(chatId: string, jobId: string): void {
  const thread = getThread(chatId);
  if (!thread || unreadable.has(jobId)) return;
  const known = thread.ids.map(getMessage).find((message) => message?.run?.jobId === jobId);
  if (known && followers.has(known.key)) return;
  const marker = known?.key ?? `job:${jobId}`;
  if (followers.has(marker)) return;
  const from = known?.run && !isOver(known.run) ? known.run : { jobId };
  void drive({ threadKey: thread.key, answerKey: marker, from, start: null, accepted: null, turn: null });
}

/** Stops following the runs of a chat that is no longer looked at; they go on at the server. */
function park(threadKey: string): void {
  for (const follower of followers.values()) {
    if (follower.threadKey === threadKey && follower.accepted) follower.controller.abort();
  }
}

/** Lets go of everything that is followed. */
export function forgetFollowed(): void {
  for (const follower of followers.values()) follower.controller.abort();
  followers.clear();
  jobs.clear();
  unreadable.clear();
  parked.clear();
}

/** Tries again to follow the runs of a chat whose connection was given up. */
export function reconnect(threadId: string): void {
  const thread = getThread(threadId);
  if (!thread) return;
  setConnection(thread.key, "reconnecting");
  settle(thread.key);
}

/** Whether anything of this chat is being followed here. */
export function isFollowing(threadKey: string): boolean {
  return [...followers.values()].some((follower) => follower.threadKey === threadKey);
}

/** Whether the page shows this chat. */
export function isLookedAt(threadKey: string): boolean {
  return !parked.has(threadKey);
}

/** Says whether the page shows this chat: only then its runs are followed. */
export function setLookedAt(threadKey: string, looked: boolean): void {
  if (looked) {
    parked.delete(threadKey);
    settle(threadKey);
  } else {
    parked.add(threadKey);
    park(threadKey);
  }
}

/** A run to follow: one that `start` begins, or one that is at work. */
interface Drive {
  threadKey: string;
  answerKey: string;
  from: Partial<RunState>;
  start: RunStart | null;
  accepted: Deferred<void> | null;
  turn: Turn | null;
}

/** Follows a run to its end, or as long as it is looked at. */
export async function drive(job: Drive): Promise<void> {
  const follower: Follower = {
    threadKey: job.threadKey,
    controller: new AbortController(),
    accepted: job.start === null,
  };
  followers.set(job.answerKey, follower);
  let attached = job.from.assistantMessageId ?? null;
  const onCommit = (state: RunState) => {
    const threadId = threadIdOf(job.threadKey);
    if (threadId === undefined || state.assistantMessageId === null) return;
    if (attached === null) {
      attached = state.assistantMessageId;
      attach(job, follower, threadId, state);
    }
    commit(job.threadKey, state, follower);
  };
  try {
    await followRun({
      ...(job.start ? { start: job.start } : {}),
      from: job.from,
      signal: follower.controller.signal,
      onCommit,
      onConnection: (connection) => setConnection(job.threadKey, connection),
    });
  } catch (error) {
    if (!isAbort(error) && !follower.controller.signal.aborted) failed(job, follower, toApiError(error));
  } finally {
    if (followers.get(job.answerKey) === follower) followers.delete(job.answerKey);
    job.accepted?.resolve();
    settle(job.threadKey);
  }
}

/** The first event is here: the server has the turn, and its names for things. */
function attach(job: Drive, follower: Follower, threadId: string, state: RunState): void {
  const { chatId, userMessageId, assistantMessageId, jobId } = state;
  if (chatId === null || assistantMessageId === null || jobId === null) return;
  const thread = getThread(threadId);
  if (!thread) return;
  const renamed = new Map<string, string>();
  const question = byKey(thread, job.turn?.userKey ?? null);
  const answer = byKey(thread, job.answerKey);
  if (question && userMessageId !== null) renamed.set(question.id, userMessageId);
  if (answer) renamed.set(answer.id, assistantMessageId);
  const isNew = thread.chatId === null;
  if (renamed.size > 0) adoptIds(threadId, renamed, chatId);
  if (question && userMessageId !== null) updateMessage(userMessageId, { delivery: undefined });
  if (!answer) {
    const active = getThread(chatId)?.activeRuns ?? [];
    if (!active.includes(assistantMessageId))
      updateThread(chatId, { activeRuns: [...active, assistantMessageId] });
    const known = getMessage(assistantMessageId);
    if (known && known.key !== job.answerKey) {
      followers.delete(job.answerKey);
      followers.set(known.key, follower);
      job.answerKey = known.key;
    }
  }
  jobs.set(assistantMessageId, jobId);
  follower.accepted = true;
  if (job.turn) releaseUnsent(job.turn.idempotencyKey);
  job.turn?.attached?.release(job.turn.idempotencyKey);
  job.accepted?.resolve();
  if (isNew) announce({ type: "created", chatId });
  announce({ type: "started", chatId, jobId });
}

function commit(threadKey: string, state: RunState, follower: Follower): void {
  const threadId = threadIdOf(threadKey);
  const id = state.assistantMessageId;
  if (threadId === undefined || id === null) return;
  const message = getMessage(id);
  if (isOver(state)) removeActive(threadId, id);
  if (!message) {
    // The run answers a message that another tab sent: its rows are fetched, the next commit finds them.
    onIdle(threadId);
    return;
  }
  const thread = getThread(threadId);
  // A run names a chat that has no name. Told again after a reload, that is older than what its owner has made of it.
  if (state.title !== null && !thread?.title) {
    updateThread(threadId, { title: state.title });
    announce({ type: "titled", chatId: threadId, title: state.title });
  }
  if (isOver(state)) {
    updateMessage(id, {
      ...state.message,
      id,
      content: state.text === "" && state.message === null ? message.content : state.text,
      status: state.phase === "failed" ? "failed" : state.phase === "cancelled" ? "cancelled" : "complete",
      error: state.error,
      run: state,
    });
    announce({ type: "ended", chatId: threadId });
    return;
  }
  // Replaying from the start must not shorten what a checkpoint already shows.
  const replaying =
    message.content.length > state.text.length &&
    message.content.startsWith(state.text) &&
    message.run?.jobId !== state.jobId;
  updateMessage(id, replaying ? {} : { content: state.text, status: "streaming", run: state });
  const waitsBehind = state.phase === "queued" && thread !== undefined && thread.activeRuns[0] !== id;
  // One connection per waiting run would soon use up the few a browser allows: it is followed when its turn comes.
  if (waitsBehind) follower.controller.abort();
}

function failed(job: Drive, follower: Follower, error: ApiError): void {
  const threadId = threadIdOf(job.threadKey);
  const thread = threadId === undefined ? undefined : getThread(threadId);
  if (threadId === undefined || !thread) return;
  if (follower.accepted) {
    if (error.isRetryable) {
      setConnection(job.threadKey, "lost");
      return;
    }
    // Its events are gone (they are kept for an hour) or refused: what was stored of the answer is all there is.
    if (job.from.jobId) unreadable.add(job.from.jobId);
    const answer = byKey(thread, job.answerKey);
    if (answer) removeActive(threadId, answer.id);
    onIdle(threadId);
    return;
  }
  const failure: SendFailure = { code: error.code, title: error.title, detail: error.detail };
  const answer = byKey(thread, job.answerKey);
  const question = byKey(thread, job.turn?.userKey ?? null);
  if (question && job.turn) {
    undelivered.set(question.key, job.turn);
    if (answer) removeMessages(threadId, [answer.id]);
    updateMessage(question.id, { delivery: "failed", failure });
  } else if (answer) {
    // A regeneration the server refused: the place where the answer would be says why.
    updateMessage(answer.id, { status: "failed", error: { ...failure, retryable: false } });
    removeActive(threadId, answer.id);
  }
  setConnection(job.threadKey, "live");
}

/** After a run: follow the next of this chat that nobody follows, or look whether the server has one. */
function settle(threadKey: string): void {
  const threadId = threadIdOf(threadKey);
  const thread = threadId === undefined ? undefined : getThread(threadId);
  if (threadId === undefined || !thread || thread.connection === "lost") return;
  const next = thread.activeRuns.map(getMessage).find((message) => message !== undefined);
  if (next?.run?.jobId && thread.chatId && !followers.has(next.key) && !parked.has(threadKey)) {
    follow(thread.chatId, next.run.jobId);
    return;
  }
  const waiting = thread.path.some(
    (id) => getMessage(id)?.status === "streaming" && !thread.activeRuns.includes(id),
  );
  if (waiting && thread.chatId && !parked.has(threadKey)) onIdle(thread.chatId);
}

function removeActive(threadId: string, answerId: string): void {
  jobs.delete(answerId);
  const thread = getThread(threadId);
  if (thread?.activeRuns.includes(answerId)) {
    updateThread(threadId, {
      activeRuns: thread.activeRuns.filter((id) => id !== answerId),
      connection: "live",
    });
  }
}

function setConnection(threadKey: string, connection: Thread["connection"]): void {
  const threadId = threadIdOf(threadKey);
  if (threadId !== undefined && getThread(threadId)?.connection !== connection)
    updateThread(threadId, { connection });
}
