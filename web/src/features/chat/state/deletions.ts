/**
 * Deleting with a way back: the chat disappears at once, the server hears of it when the time for undoing has passed,
 * or when the page goes away, whichever comes first.
 */
import { create } from "zustand";
import { deleteChat } from "../api/chats";
import { announce } from "./chat-events";

export const UNDO_MS = 6_000;

interface Deletions {
  /** Chats that are shown no more. */
  hidden: ReadonlySet<string>;
}

export const useDeletions = create<Deletions>(() => ({ hidden: new Set() }));

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  onFailure: (error: unknown) => void;
}

const pending = new Map<string, Pending>();

/** Hides the chat and deletes it once `UNDO_MS` have passed. `onFailure` is told when the server would not. */
export function scheduleDeletion(chatId: string, onFailure: (error: unknown) => void): void {
  if (pending.has(chatId)) return;
  hide(chatId, true);
  const timer = setTimeout(() => void carryOut(chatId, false), UNDO_MS);
  pending.set(chatId, { timer, onFailure });
}

/** Takes the deletion back. False when it was carried out already. */
export function undoDeletion(chatId: string): boolean {
  const entry = pending.get(chatId);
  if (!entry) return false;
  clearTimeout(entry.timer);
  pending.delete(chatId);
  hide(chatId, false);
  return true;
}

/** Sends what is still waiting: the page is about to go. */
export function flushDeletions(): void {
  for (const chatId of pending.keys()) void carryOut(chatId, true);
}

async function carryOut(chatId: string, keepalive: boolean): Promise<void> {
  const entry = pending.get(chatId);
  if (!entry) return;
  clearTimeout(entry.timer);
  pending.delete(chatId);
  try {
    await deleteChat(chatId, keepalive);
    announce({ type: "deleted", chatId });
  } catch (error) {
    hide(chatId, false);
    entry.onFailure(error);
  }
}

function hide(chatId: string, hidden: boolean): void {
  useDeletions.setState((state) => {
    const next = new Set(state.hidden);
    if (hidden) next.add(chatId);
    else next.delete(chatId);
    return { hidden: next };
  });
}

window.addEventListener("pagehide", flushDeletions);
