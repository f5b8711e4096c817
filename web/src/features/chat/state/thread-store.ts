/**
 * What the chat view shows: messages by id, and per chat the tree over them and the path that is on screen. Streamed
 * text changes one entry of `messagesById` and nothing else, so only its row renders again. Runs write here through
 * `state/runs.ts`; components read and never write.
 */
import { create } from "zustand";
import type { Message } from "../api/types";
import type { RunState } from "../stream/reducer";
import { type Children, indexChildren, newestLeafUnder, pathTo } from "./tree";

/** A send that did not reach the server. */
export interface SendFailure {
  code: string;
  title: string;
  detail: string;
}

export interface ThreadMessage extends Message {
  /** Stays the same when the server's id replaces the local one, so that the row is not mounted anew. */
  key: string;
  /** The run that makes this answer, while and after it is followed on this page. */
  run?: RunState;
  /** Set on the person's message until the server has it. */
  delivery?: "sending" | "failed";
  failure?: SendFailure;
}

export type Connection = "live" | "reconnecting" | "lost";

export interface Thread {
  /** Stays the same when a new chat gets its id. */
  key: string;
  chatId: string | null;
  /** Ids of all loaded messages, of every branch. */
  ids: readonly string[];
  children: Children;
  leafId: string | null;
  /** The shown messages, root first. */
  path: readonly string[];
  load: "empty" | "loading" | "ready" | "failed";
  loadError: SendFailure | null;
  /** Where the older messages continue; null when all are loaded, undefined when nothing was asked yet. */
  olderCursor: string | null | undefined;
  loadingOlder: boolean;
  olderError: SendFailure | null;
  connection: Connection;
  /** Assistant messages whose run is not over, in the order they were sent. */
  activeRuns: readonly string[];
  /** The message that was sent last on this page: the view brings it near the top. */
  lastSentKey: string | null;
  title: string | null;
}

export interface ThreadState {
  threads: Readonly<Record<string, Thread>>;
  messagesById: Readonly<Record<string, ThreadMessage>>;
}

/** Under this id a chat lives until the server has given it one. */
export const NEW_THREAD = "new";

export const useThreads = create<ThreadState>(() => ({ threads: {}, messagesById: {} }));

let keys = 0;

export function emptyThread(chatId: string | null): Thread {
  keys += 1;
  return {
    key: `thread-${keys}`,
    chatId,
    ids: [],
    children: {},
    leafId: null,
    path: [],
    load: chatId === null ? "ready" : "empty",
    loadError: null,
    olderCursor: chatId === null ? null : undefined,
    loadingOlder: false,
    olderError: null,
    connection: "live",
    activeRuns: [],
    lastSentKey: null,
    title: null,
  };
}

export function getThread(id: string): Thread | undefined {
  return useThreads.getState().threads[id];
}

export function getMessage(id: string): ThreadMessage | undefined {
  return useThreads.getState().messagesById[id];
}

/** Makes the thread if it is not there yet. */
export function ensureThread(id: string): Thread {
  const known = getThread(id);
  if (known) return known;
  const thread = emptyThread(id === NEW_THREAD ? null : id);
  useThreads.setState(({ threads }) => ({ threads: { ...threads, [id]: thread } }));
  return thread;
}

export function updateThread(id: string, change: Partial<Thread>): void {
  useThreads.setState(({ threads }) => {
    const thread = threads[id];
    return thread ? { threads: { ...threads, [id]: { ...thread, ...change } } } : {};
  });
}

/** Changes one message, if it is still there. */
export function updateMessage(id: string, change: Partial<ThreadMessage>): void {
  useThreads.setState(({ messagesById }) => {
    const message = messagesById[id];
    return message ? { messagesById: { ...messagesById, [id]: { ...message, ...change } } } : {};
  });
}

/**
 * Adds or replaces messages of a thread and shows the path to `leafId` (by default the newest leaf below the one that
 * is shown). A message whose run is followed here keeps what the run has said: the server's copy is a checkpoint, and
 * may be older than the run's end.
 */
export function putMessages(
  threadId: string,
  messages: readonly ThreadMessage[],
  leafId?: string | null,
): void {
  useThreads.setState(({ threads, messagesById }) => {
    const thread = threads[threadId];
    if (!thread) return {};
    const nodes = { ...messagesById };
    for (const message of messages) {
      const known = nodes[message.id];
      const live = known?.run !== undefined && thread.activeRuns.includes(message.id);
      nodes[message.id] =
        known && (live || isOutrun(message, known))
          ? known
          : { ...message, key: known?.key ?? message.key, ...carriedRun(message, known) };
    }
    const ids = [...new Set([...thread.ids, ...messages.map((message) => message.id)])];
    return { messagesById: nodes, threads: { ...threads, [threadId]: arrange(thread, nodes, ids, leafId) } };
  });
}

/**
 * A copy that was read from the server before the run's end reached this page by its events, and arrived after. Only a
 * failed run can be at work again.
 */
function isOutrun(copy: ThreadMessage, known: ThreadMessage): boolean {
  const phase = copy.status === "streaming" ? known.run?.phase : undefined;
  return phase === "done" || phase === "cancelled";
}

/** What a run told that the stored message does not (its reasoning) stays, brought in line with how it ended. */
function carriedRun(message: ThreadMessage, known: ThreadMessage | undefined): { run?: RunState } {
  const run = message.run ?? known?.run;
  if (!run) return {};
  if (message.status === "streaming") return { run };
  const phase = message.status === "complete" ? "done" : message.status;
  return { run: { ...run, phase, text: message.content, error: message.error ?? null } };
}

/** Takes messages out again, e.g. the empty answer of a send that failed. */
export function removeMessages(threadId: string, gone: readonly string[]): void {
  useThreads.setState(({ threads, messagesById }) => {
    const thread = threads[threadId];
    if (!thread) return {};
    const nodes = { ...messagesById };
    for (const id of gone) delete nodes[id];
    const ids = thread.ids.filter((id) => !gone.includes(id));
    let leaf = thread.leafId;
    while (leaf !== null && gone.includes(leaf)) leaf = messagesById[leaf]?.parentId ?? null;
    const activeRuns = thread.activeRuns.filter((id) => !gone.includes(id));
    return {
      messagesById: nodes,
      threads: { ...threads, [threadId]: arrange({ ...thread, activeRuns }, nodes, ids, leaf) },
    };
  });
}

function arrange(
  thread: Thread,
  nodes: ThreadState["messagesById"],
  ids: readonly string[],
  leafId?: string | null,
): Thread {
  const children = indexChildren(nodes, ids);
  const wanted = leafId === undefined ? thread.leafId : leafId;
  const start = wanted !== null && nodes[wanted] ? wanted : newestOf(nodes, ids);
  const leaf = start === null ? null : newestLeafUnder(children, start);
  return { ...thread, ids, children, leafId: leaf, path: pathTo(nodes, leaf) };
}

function newestOf(nodes: ThreadState["messagesById"], ids: readonly string[]): string | null {
  let newest: ThreadMessage | null = null;
  for (const id of ids) {
    const node = nodes[id];
    if (node && (newest === null || node.createdAt >= newest.createdAt)) newest = node;
  }
  return newest?.id ?? null;
}

/**
 * The server has named what was sent: the local ids give way to its own, and a new chat moves to its id. Rows keep
 * their keys.
 */
export function adoptIds(threadId: string, renamed: ReadonlyMap<string, string>, chatId: string): void {
  useThreads.setState(({ threads, messagesById }) => {
    const thread = threads[threadId];
    if (!thread) return {};
    const now = (id: string) => renamed.get(id) ?? id;
    const nodes: Record<string, ThreadMessage> = { ...messagesById };
    const ids: string[] = [];
    for (const id of thread.ids) {
      const message = messagesById[id];
      if (!message) continue;
      const fresh = now(id);
      if (fresh !== id) delete nodes[id];
      const parentId = message.parentId === null ? null : now(message.parentId);
      nodes[fresh] =
        fresh === id && parentId === message.parentId
          ? message
          : { ...message, id: fresh, chatId, parentId, ...(fresh === id ? {} : timeOf(fresh)) };
      if (!ids.includes(fresh)) ids.push(fresh);
    }
    const leafId = thread.leafId === null ? null : now(thread.leafId);
    const moved = arrange(
      { ...thread, chatId, leafId, activeRuns: [...new Set(thread.activeRuns.map(now))] },
      nodes,
      ids,
      leafId,
    );
    const rest = { ...threads };
    if (threadId !== chatId) delete rest[threadId];
    return { messagesById: nodes, threads: { ...rest, [chatId]: moved } };
  });
}

/** The server's ids (UUIDv7) carry the server's time of creation, by which siblings are ordered. */
function timeOf(id: string): { createdAt?: string } {
  const hex = id.replaceAll("-", "");
  if (!/^[0-9a-f]{12}7[0-9a-f]{19}$/i.test(hex)) return {};
  return { createdAt: new Date(Number.parseInt(hex.slice(0, 12), 16)).toISOString() };
}

/** Forgets everything: another person signs in, or this one out. */
export function clearThreads(): void {
  useThreads.setState({ threads: {}, messagesById: {} }, true);
}

/** Forgets one chat, because it was deleted. */
export function dropThread(threadId: string): void {
  useThreads.setState(({ threads, messagesById }) => {
    const thread = threads[threadId];
    if (!thread) return {};
    const rest = { ...threads };
    delete rest[threadId];
    const nodes = { ...messagesById };
    for (const id of thread.ids) delete nodes[id];
    return { threads: rest, messagesById: nodes };
  });
}

/** A message as the server gives it, ready for the store. */
export function toThreadMessage(message: Message): ThreadMessage {
  return { ...message, key: message.id };
}
