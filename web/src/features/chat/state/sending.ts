/**
 * Sending, editing and regenerating. One turn at a time is on its way to the server per chat, because the next one needs the
 * ids of the one before; the runs themselves go on side by side and are queued by the server.
 */
import { deferred } from "@/lib/deferred";
import type { SendRequest } from "../api/types";
import type { Outgoing } from "../components/composer/attachments/store";
import type { RunStart } from "../stream/follow-run";
import { initialRun } from "../stream/reducer";
import { holdUnsent, releaseUnsent } from "./drafts";
import { drive } from "./following";
import { byKey, isLocal, localMessage, threadIdOf } from "./local-messages";
import {
  ensureThread,
  getMessage,
  getThread,
  putMessages,
  removeMessages,
  type Thread,
  type ThreadMessage,
  updateMessage,
  updateThread,
} from "./thread-store";
import { type SendOptions, type Turn, undelivered } from "./turn";

/** Per thread: settles when the last turn has its ids. */
const lanes = new Map<string, Promise<void>>();

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

/** Settles when the server has the last turn of this chat, or it was given up. */
export function lastTurn(threadKey: string): Promise<void> | undefined {
  return lanes.get(threadKey);
}

/** Forgets what is on its way and what was not delivered. */
export function forgetTurns(): void {
  undelivered.clear();
  lanes.clear();
}

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
