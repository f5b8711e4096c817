/**
 * Memories that are saved when their answer is complete already. The server says of the answer that more may come; it
 * is asked again, ever more seldom, until it says no more or the person has gone elsewhere.
 */
import { isLookedAt } from "./runs";
import { getMessage, getThread } from "./thread-store";

/** What takes longer than all of these is seen when the chat is opened again. */
const DELAYS_MS = [2_000, 3_000, 5_000, 10_000, 20_000, 40_000, 60_000];

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Has a chat fetched anew by `refresh` while any of its shown answers may still get memories. */
export function awaitMemories(chatId: string, refresh: (chatId: string) => Promise<void>): void {
  if (!waiting.has(chatId)) next(chatId, refresh, 0);
}

/** Another person signs in: nothing is waited for. */
export function forgetAwaited(): void {
  for (const timer of waiting.values()) clearTimeout(timer);
  waiting.clear();
}

function next(chatId: string, refresh: (chatId: string) => Promise<void>, tries: number): void {
  const delay = DELAYS_MS[tries];
  if (delay === undefined || !mayGetMore(chatId)) {
    waiting.delete(chatId);
    return;
  }
  const ask = async () => {
    if (!mayGetMore(chatId)) {
      waiting.delete(chatId);
      return;
    }
    await refresh(chatId);
    if (waiting.get(chatId) === timer) next(chatId, refresh, tries + 1);
  };
  const timer = setTimeout(() => void ask(), delay);
  waiting.set(chatId, timer);
}

function mayGetMore(chatId: string): boolean {
  const thread = getThread(chatId);
  if (!thread || !isLookedAt(thread.key)) return false;
  return thread.path.some((id) => getMessage(id)?.memories?.some((note) => note.action === "pending"));
}
