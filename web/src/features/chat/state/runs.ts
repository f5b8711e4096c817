/**
 * Everything that makes the thread store change: sending, editing, regenerating, following runs, stopping them. One
 * turn at a time is on its way to the server per chat, because the next one needs the ids of the one before; the runs
 * themselves go on side by side and are queued by the server.
 */
import { type ApiError, isAbort, toApiError } from "@/lib/api/errors";
import { type Deferred, deferred } from "@/lib/deferred";
import { cancelJob } from "../api/chats";
import type { SendRequest } from "../api/types";
import type { Outgoing } from "../components/composer/attachments/store";
import { followRun, type RunStart } from "../stream/follow-run";
import { initialRun, isOver, type RunState } from "../stream/reducer";
import { announce } from "./chat-events";
import { holdUnsent, releaseUnsent } from "./drafts";
import {
  adoptIds,
  ensureThread,
  getMessage,
  getThread,
  putMessages,
  removeMessages,
  type SendFailure,
  type Thread,
  type ThreadMessage,
  updateMessage,
  updateThread,
  useThreads,
} from "./thread-store";

export interface SendOptions {
  /** `provider/model`; without it the server's default answers. */
  model?: string | undefined;
  agentType?: string | undefined;
}

/** One thing the person asked for, from the click to the server's word for it. */
interface Turn {
  threadKey: string;
  kind: "send" | "edit" | "regenerate";
  text: string;
  attached: Outgoing | null;
  /** `edit`: the message that is edited; `regenerate`: the answer that is made again. */
  targetId: string | null;
  userKey: string | null;
  answerKey: string;
  options: SendOptions;
  idempotencyKey: string;
  /** Settles when the server has the turn, or it was given up. */
  accepted: Deferred<void>;
}

interface Follower {
  threadKey: string;
  controller: AbortController;
  accepted: boolean;
}

/** By the key of the answer that is made. */
const followers = new Map<string, Follower>();
/** The job of each answer that is being made, by the answer's id: known before any of its text is. */
const jobs = new Map<string, string>();
/** The turn of each message that is not delivered, by the message's key. */
const undelivered = new Map<string, Turn>();
/** Jobs whose events cannot be had any more. */
const unreadable = new Set<string>();
/** Per thread: settles when the last turn has its ids. */
const lanes = new Map<string, Promise<void>>();
/** Called when a thread may have work that nobody follows; set by `state/loading.ts`. */
let onIdle: (chatId: string) => void = () => undefined;

export function whenIdle(callback: (chatId: string) => void): void {
  onIdle = callback;
}

/** Sends a new message at the end of the shown path. Returns the key of the person's message. */
export function send(
  threadId: string,
  text: string,
  options: SendOptions = {},
  attached: Outgoing | null = null,
): string {
  const thread = ensureThread(threadId);
  const user = { ...localMessage(thread, "user", thread.leafId, text), ...attached?.shown };
  return begin(thread, threadId, user, { kind: "send", text, targetId: null, options, attached });
}

/** Asks anew with another wording, as a sibling of `messageId`. */
export function edit(
  threadId: string,
  messageId: string,
  text: string,
  options: SendOptions = {},
): string | null {
  const thread = getThread(threadId);
  const original = getMessage(messageId);
  if (!thread || !original) return null;
  const { imageAttachments, documentAttachments } = original;
  const user = {
    ...localMessage(thread, "user", original.parentId, text),
    imageAttachments,
    documentAttachments,
  };
  return begin(thread, threadId, user, {
    kind: "edit",
    text,
    targetId: messageId,
    options,
    attached: null,
  });
}

/** Has the answer `messageId` made again, as its sibling. */
export function regenerate(threadId: string, messageId: string, options: SendOptions = {}): void {
  const thread = getThread(threadId);
  const original = getMessage(messageId);
  if (!thread || !original) return;
  const answer = {
    ...localMessage(thread, "assistant", original.parentId, ""),
    status: "streaming" as const,
    run: initialRun,
  };
  putMessages(threadId, [answer], answer.id);
  updateThread(threadId, { activeRuns: [...thread.activeRuns, answer.id] });
  enqueue({
    ...turnBase(thread, options),
    kind: "regenerate",
    text: "",
    attached: null,
    targetId: messageId,
    userKey: null,
    answerKey: answer.key,
  });
}

/** Sends a message again that did not reach the server. The server takes it once, however often it is sent. */
export function retrySend(messageId: string): void {
  const message = getMessage(messageId);
  const turn = message && undelivered.get(message.key);
  const threadId = turn && threadIdOf(turn.threadKey);
  const thread = threadId === undefined ? undefined : getThread(threadId);
  if (!message || !turn || threadId === undefined || !thread) return;
  undelivered.delete(message.key);
  updateMessage(messageId, { delivery: "sending" });
  const answer = {
    ...localMessage(thread, "assistant", messageId, ""),
    status: "streaming" as const,
    run: initialRun,
  };
  putMessages(threadId, [answer], answer.id);
  updateThread(threadId, { activeRuns: [...thread.activeRuns, answer.id] });
  enqueue({ ...turn, answerKey: answer.key, accepted: deferred() });
}

/** Takes back a message that did not reach the server; gives its text, for the composer. What it had goes back there. */
export function discardSend(messageId: string): string {
  const message = getMessage(messageId);
  const turn = message && undelivered.get(message.key);
  const threadId = turn && threadIdOf(turn.threadKey);
  if (!message || !turn || threadId === undefined) return "";
  undelivered.delete(message.key);
  releaseUnsent(turn.idempotencyKey);
  turn.attached?.release(turn.idempotencyKey);
  turn.attached?.restore();
  removeMessages(threadId, [messageId]);
  return message.content;
}

/** Stops one run; by default the one that is being answered. The text so far is kept. Rejects with `ApiError`. */
export async function stop(threadId: string, answerId = getThread(threadId)?.activeRuns[0]): Promise<void> {
  if (answerId === undefined) return;
  let jobId = jobs.get(answerId);
  if (jobId === undefined) {
    // Still on its way to the server, which gives the answer another id.
    const key = getMessage(answerId)?.key;
    const threadKey = getThread(threadId)?.key;
    if (threadKey !== undefined) await lanes.get(threadKey);
    const answer = Object.values(useThreads.getState().messagesById).find((message) => message.key === key);
    jobId = answer && jobs.get(answer.id);
  }
  // Without a job the turn was refused, which its message says: there is nothing to stop.
  if (jobId !== undefined) await cancelJob(jobId);
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
export function park(threadKey: string): void {
  for (const follower of followers.values()) {
    if (follower.threadKey === threadKey && follower.accepted) follower.controller.abort();
  }
}

/** Forgets all that is on its way. */
export function abandonAll(): void {
  for (const follower of followers.values()) follower.controller.abort();
  followers.clear();
  jobs.clear();
  undelivered.clear();
  lanes.clear();
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

export function threadIdOf(threadKey: string): string | undefined {
  return Object.entries(useThreads.getState().threads).find(([, thread]) => thread.key === threadKey)?.[0];
}

// --- a turn ---------------------------------------------------------------------------------------------------------

function turnBase(
  thread: Thread,
  options: SendOptions,
): Pick<Turn, "threadKey" | "options" | "idempotencyKey" | "accepted"> {
  return { threadKey: thread.key, options, idempotencyKey: crypto.randomUUID(), accepted: deferred() };
}

function begin(
  thread: Thread,
  threadId: string,
  user: ThreadMessage,
  request: Pick<Turn, "kind" | "text" | "targetId" | "options" | "attached">,
): string {
  const question: ThreadMessage = { ...user, delivery: "sending" };
  const answer: ThreadMessage = {
    ...localMessage(thread, "assistant", user.id, ""),
    status: "streaming",
    run: initialRun,
  };
  putMessages(threadId, [question, answer], answer.id);
  updateThread(threadId, { activeRuns: [...thread.activeRuns, answer.id], lastSentKey: question.key });
  const turn: Turn = {
    ...turnBase(thread, request.options),
    ...request,
    userKey: question.key,
    answerKey: answer.key,
  };
  turn.attached?.hold(turn.idempotencyKey);
  holdUnsent(turn.idempotencyKey, threadId, turn.text);
  enqueue(turn);
  return question.key;
}

function enqueue(turn: Turn): void {
  const before = lanes.get(turn.threadKey) ?? Promise.resolve();
  const run = before.then(() => {
    const start = startOf(turn);
    if (start === null) {
      turn.accepted.resolve();
      return;
    }
    void drive({
      threadKey: turn.threadKey,
      answerKey: turn.answerKey,
      from: {},
      start,
      accepted: turn.accepted,
      turn,
    });
  });
  lanes.set(
    turn.threadKey,
    run.then(() => turn.accepted.promise),
  );
}

/** The request of a turn, with the ids known by now; null when what it stands on is gone. */
function startOf(turn: Turn): RunStart | null {
  const threadId = threadIdOf(turn.threadKey);
  const thread = threadId === undefined ? undefined : getThread(threadId);
  if (!thread) return null;
  const { model, agentType } = turn.options;
  const choice = { ...(model ? { model } : {}), ...(agentType ? { agentType } : {}) };
  const idempotencyKey = turn.idempotencyKey;
  if (turn.kind === "regenerate") {
    return {
      method: "POST",
      url: `/api/chat/${thread.chatId}/messages/${turn.targetId}/regenerate`,
      body: choice,
      idempotencyKey,
    };
  }
  if (turn.kind === "edit") {
    return {
      method: "PUT",
      url: `/api/chat/${thread.chatId}/messages/${turn.targetId}`,
      body: { message: turn.text, ...choice },
      idempotencyKey,
    };
  }
  const question = byKey(thread, turn.userKey);
  const parentId = question ? deliveredAncestor(question.parentId) : null;
  const body: SendRequest = {
    message: turn.text,
    ...(thread.chatId ? { chatId: thread.chatId } : {}),
    ...(parentId ? { parentId } : {}),
    ...choice,
  };
  return {
    method: "POST",
    url: "/api/chat/stream",
    body: turn.attached?.body(body) ?? { ...body },
    idempotencyKey,
  };
}

/** The nearest message above that the server knows: one that was never delivered cannot be a parent. */
function deliveredAncestor(id: string | null): string | null {
  let at = id;
  while (at !== null && isLocal(at)) at = getMessage(at)?.parentId ?? null;
  return at;
}

// --- following ------------------------------------------------------------------------------------------------------

interface Drive {
  threadKey: string;
  answerKey: string;
  from: Partial<RunState>;
  start: RunStart | null;
  accepted: Deferred<void> | null;
  turn: Turn | null;
}

async function drive(job: Drive): Promise<void> {
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
  if (state.title !== null && thread?.title !== state.title) {
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

/** Threads nobody looks at now. */
const parked = new Set<string>();

export function isLookedAt(threadKey: string): boolean {
  return !parked.has(threadKey);
}

export function setLookedAt(threadKey: string, looked: boolean): void {
  if (looked) {
    parked.delete(threadKey);
    settle(threadKey);
  } else {
    parked.add(threadKey);
    park(threadKey);
  }
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

// --- helpers --------------------------------------------------------------------------------------------------------

const LOCAL = "local:";

/** Whether a message has an id of this page only. */
export function isLocal(id: string): boolean {
  return id.startsWith(LOCAL);
}

function byKey(thread: Thread, key: string | null): ThreadMessage | undefined {
  if (key === null) return undefined;
  for (const id of thread.ids) {
    const message = getMessage(id);
    if (message?.key === key) return message;
  }
  return undefined;
}

/**
 * The time of a message that only this page knows: now, but after all it stands below, whatever this machine's clock
 * says, because order comes from these times.
 */
function timeAfter(thread: Thread): string {
  let latest = "";
  for (const id of thread.ids) {
    const time = getMessage(id)?.createdAt ?? "";
    if (time > latest) latest = time;
  }
  const after = Number.isNaN(Date.parse(latest)) ? 0 : Date.parse(latest) + 1;
  return new Date(Math.max(Date.now(), after)).toISOString();
}

function localMessage(
  thread: Thread,
  role: "user" | "assistant",
  parentId: string | null,
  content: string,
): ThreadMessage {
  const id = `${LOCAL}${crypto.randomUUID()}`;
  return {
    id,
    key: id,
    chatId: thread.chatId ?? "",
    parentId,
    role,
    content,
    toolCalls: [],
    imageAttachments: [],
    documentAttachments: [],
    citations: [],
    model: null,
    usage: null,
    status: "complete",
    createdAt: timeAfter(thread),
  };
}
