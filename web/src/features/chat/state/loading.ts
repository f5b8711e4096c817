/**
 * Brings chats into the thread store: the newest page when one is opened, older pages on the way up, and fresh copies
 * when another tab or device changed something.
 */
import { toApiError } from "@/lib/api/errors";
import { session, useSession } from "@/lib/session";
import { getChat, listMessages, patchChat } from "../api/chats";
import type { Chat, Message } from "../api/types";
import { forgetQuestions } from "./approvals";
import { announce, onChatEvent } from "./chat-events";
import { keepAgentOf } from "./choices";
import { awaitMemories, forgetAwaited } from "./late-memories";
import { abandonAll, follow, isFollowing, isLocal, isLookedAt, whenIdle } from "./runs";
import {
  clearThreads,
  dropThread,
  ensureThread,
  getMessage,
  getThread,
  putMessages,
  type SendFailure,
  toThreadMessage,
  updateThread,
  useThreads,
} from "./thread-store";
import { newestLeafUnder, pathTo } from "./tree";

const inFlight = new Map<string, Promise<void>>();

/** Shows what is known of a chat at once and brings it up to date. Failures land in the thread's `loadError`. */
export function openThread(chatId: string): Promise<void> {
  const known = inFlight.get(chatId);
  // What is on its way for a thread that was dropped since has nowhere to go.
  if (known && getThread(chatId)) return known;
  const thread = ensureThread(chatId);
  if (thread.load !== "ready") updateThread(chatId, { load: "loading", loadError: null });
  const loading = fetchNewest(chatId).finally(() => {
    if (inFlight.get(chatId) === loading) inFlight.delete(chatId);
  });
  inFlight.set(chatId, loading);
  return loading;
}

async function fetchNewest(chatId: string): Promise<void> {
  try {
    const [chat, page] = await Promise.all([getChat(chatId), listMessages(chatId, null)]);
    const thread = getThread(chatId);
    if (!thread) return;
    if (thread.olderCursor === undefined) updateThread(chatId, { olderCursor: page.nextCursor });
    putMessages(chatId, page.items.map(toThreadMessage), leafAfterLoad(chat, page.items, thread.leafId));
    updateThread(chatId, { load: "ready", loadError: null, title: chat.title });
    if (chat.activeJobId) follow(chatId, chat.activeJobId);
    catchUpSoon(chatId);
    awaitMemories(chatId, openThread);
  } catch (error) {
    const thread = getThread(chatId);
    if (thread)
      updateThread(chatId, {
        load: thread.load === "ready" ? "ready" : "failed",
        loadError: asFailure(error),
      });
  }
}

/** How long an answer whose run is not known here may stand before it is asked for again. */
const CATCH_UP_MS = 1_500;

const catchingUp = new Map<string, ReturnType<typeof setTimeout>>();

/**
 * Of several runs in a chat the server names one. An answer that is being written by another of them is read from its
 * checkpoints until that one is done and its own run can be followed.
 */
function catchUpSoon(chatId: string): void {
  clearTimeout(catchingUp.get(chatId));
  catchingUp.delete(chatId);
  const thread = getThread(chatId);
  if (!thread || !isLookedAt(thread.key)) return;
  const unknown = thread.path.some(
    (id) => getMessage(id)?.status === "streaming" && !isLocal(id) && !thread.activeRuns.includes(id),
  );
  if (unknown)
    catchingUp.set(
      chatId,
      setTimeout(() => void openThread(chatId), CATCH_UP_MS),
    );
}

/** Which branch to show: what is being written here, else what the server remembers, else the newest message. */
function leafAfterLoad(
  chat: Chat,
  items: readonly Message[],
  shown: string | null,
): string | null | undefined {
  if (shown !== null && (isLocal(shown) || (getThread(chat.id)?.activeRuns.length ?? 0) > 0)) return shown;
  const chosen = chat.activeMessageId ?? null;
  if (chosen !== null && (items.some((item) => item.id === chosen) || getMessage(chosen))) return chosen;
  return shown ?? items.at(-1)?.id ?? null;
}

/** Loads older messages until at least one more of the shown path is there, or there are none. */
export async function loadOlder(threadId: string): Promise<void> {
  const thread = getThread(threadId);
  if (!thread?.chatId || thread.loadingOlder || !thread.olderCursor) return;
  updateThread(threadId, { loadingOlder: true, olderError: null });
  try {
    const before = thread.path.length;
    while (true) {
      const cursor = getThread(threadId)?.olderCursor;
      if (!cursor) break;
      const page = await listMessages(thread.chatId, cursor);
      if (!getThread(threadId)) return;
      updateThread(threadId, { olderCursor: page.nextCursor });
      putMessages(threadId, page.items.map(toThreadMessage));
      if ((getThread(threadId)?.path.length ?? 0) > before) break;
    }
    updateThread(threadId, { loadingOlder: false });
  } catch (error) {
    updateThread(threadId, { loadingOlder: false, olderError: asFailure(error) });
  }
}

/** Loads everything older, for a search over the whole chat. `enough` ends it early. */
export async function loadAllOlder(threadId: string, enough: () => boolean): Promise<void> {
  while (!enough()) {
    const thread = getThread(threadId);
    if (!thread?.olderCursor || thread.olderError) return;
    await loadOlder(threadId);
  }
}

/** Shows the branch of a sibling and has the server remember it. Rejects with `ApiError` when that failed. */
export async function chooseBranch(threadId: string, messageId: string): Promise<void> {
  const thread = getThread(threadId);
  if (!thread) return;
  const leafId = newestLeafUnder(thread.children, messageId);
  updateThread(threadId, { leafId, path: pathTo(useThreads.getState().messagesById, leafId) });
  if (thread.chatId && !isLocal(leafId)) {
    await patchChat(thread.chatId, { activeMessageId: leafId });
    announce({ type: "changed", chatId: thread.chatId });
  }
}

function asFailure(error: unknown): SendFailure {
  const { code, title, detail } = toApiError(error);
  return { code, title, detail };
}

/** Keeps open chats right while other tabs, other people's sign-ins and returning focus happen. Returns the undo. */
export function watchThreads(): () => void {
  whenIdle((chatId) => void openThread(chatId));
  const offEvents = onChatEvent((event, from) => {
    if (event.type === "created" && from === "here") keepAgentOf(event.chatId);
    if (event.type === "ended" && from === "here") awaitMemories(event.chatId, openThread);
    if (event.type === "deleted") dropThread(event.chatId);
    else if (from === "elsewhere" && event.type !== "titled" && getThread(event.chatId))
      void openThread(event.chatId);
    else if (event.type === "titled" && from === "elsewhere")
      updateThread(event.chatId, { title: event.title });
  });
  let userId = session.userId();
  const offSession = useSession.subscribe((state) => {
    const now = state.claims?.userId ?? null;
    if (now === userId) return;
    userId = now;
    forgetQuestions();
    abandonAll();
    forgetAwaited();
    clearThreads();
  });
  return () => {
    offEvents();
    offSession();
    forgetAwaited();
    whenIdle(() => undefined);
  };
}

/** Fetches a chat anew when nothing of it is being followed: the tab was away and may have missed something. */
export function refreshIfQuiet(chatId: string): void {
  const thread = getThread(chatId);
  if (thread && !isFollowing(thread.key)) void openThread(chatId);
}
