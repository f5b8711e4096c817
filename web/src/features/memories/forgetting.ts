/**
 * Forgetting with a way back: the memory disappears at once, the server hears of it when the time for undoing has
 * passed, or when the page goes away, whichever comes first.
 */
import { create } from "zustand";
import { deleteMemory } from "./api";

export const UNDO_MS = 6_000;

interface Forgetting {
  /** Memories that are shown no more. */
  hidden: ReadonlySet<string>;
}

export const useForgetting = create<Forgetting>(() => ({ hidden: new Set() }));

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  onDone: (error: unknown) => void;
}

const pending = new Map<string, Pending>();

/** Hides a memory and forgets it once `UNDO_MS` have passed. `onDone` hears `null`, or why the server would not. */
export function scheduleForgetting(id: string, onDone: (error: unknown) => void): void {
  if (pending.has(id)) return;
  hide(id, true);
  const timer = setTimeout(() => void carryOut(id, false), UNDO_MS);
  pending.set(id, { timer, onDone });
}

/** Takes it back. False when it was carried out already. */
export function undoForgetting(id: string): boolean {
  const entry = pending.get(id);
  if (!entry) return false;
  clearTimeout(entry.timer);
  pending.delete(id);
  hide(id, false);
  return true;
}

async function carryOut(id: string, keepalive: boolean): Promise<void> {
  const entry = pending.get(id);
  if (!entry) return;
  clearTimeout(entry.timer);
  pending.delete(id);
  try {
    await deleteMemory(id, keepalive);
    entry.onDone(null);
  } catch (error) {
    hide(id, false);
    entry.onDone(error);
  }
}

function hide(id: string, hidden: boolean): void {
  useForgetting.setState((state) => {
    const next = new Set(state.hidden);
    if (hidden) next.add(id);
    else next.delete(id);
    return { hidden: next };
  });
}

window.addEventListener("pagehide", () => {
  for (const id of pending.keys()) void carryOut(id, true);
});
