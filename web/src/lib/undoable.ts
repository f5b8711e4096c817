/**
 * Deleting with a way back: the thing disappears at once, the server hears of it when the time for undoing has passed,
 * or when the page goes away, whichever comes first.
 */
import { create, type StoreApi, type UseBoundStore } from "zustand";

export const UNDO_MS = 6_000;

interface Hidden {
  /** Ids of what is shown no more. */
  hidden: ReadonlySet<string>;
}

export interface Deletions {
  useHidden: UseBoundStore<StoreApi<Hidden>>;
  /** Hides it and deletes it once `UNDO_MS` have passed. `onFailure` is told when the server would not. */
  schedule: (id: string, onFailure: (error: unknown) => void) => void;
  /** Takes the deletion back. False when it was carried out already. */
  undo: (id: string) => boolean;
  /** Sends what is still waiting: the page is about to go. */
  flush: () => void;
}

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  onFailure: (error: unknown) => void;
}

/** One per kind of thing. `remove` asks the server, with `keepalive` when the request must outlive the page. */
export function undoableDeletions(
  remove: (id: string, keepalive: boolean) => Promise<void>,
  onDeleted: (id: string) => void,
): Deletions {
  const useHidden = create<Hidden>(() => ({ hidden: new Set() }));
  const pending = new Map<string, Pending>();

  const hide = (id: string, hidden: boolean) =>
    useHidden.setState((state) => {
      const next = new Set(state.hidden);
      if (hidden) next.add(id);
      else next.delete(id);
      return { hidden: next };
    });

  const take = (id: string): Pending | undefined => {
    const entry = pending.get(id);
    clearTimeout(entry?.timer);
    pending.delete(id);
    return entry;
  };

  const carryOut = async (id: string, keepalive: boolean) => {
    const entry = take(id);
    if (!entry) return;
    try {
      await remove(id, keepalive);
      onDeleted(id);
    } catch (error) {
      hide(id, false);
      entry.onFailure(error);
    }
  };

  const flush = () => {
    for (const id of pending.keys()) void carryOut(id, true);
  };
  window.addEventListener("pagehide", flush);

  return {
    useHidden,
    schedule: (id, onFailure) => {
      if (pending.has(id)) return;
      hide(id, true);
      pending.set(id, { timer: setTimeout(() => void carryOut(id, false), UNDO_MS), onFailure });
    },
    undo: (id) => {
      if (take(id) === undefined) return false;
      hide(id, false);
      return true;
    },
    flush,
  };
}
