import { useCallback, useEffect, useRef, useState } from "react";
import { type Draft, emptyDraft, loadDraft, saveDraft } from "../../state/drafts";

const SAVE_AFTER_MS = 200;

export interface DraftState {
  draft: Draft;
  setDraft: (change: (draft: Draft) => Draft) => void;
  clear: () => void;
  /** False when the browser had no room to keep it. */
  kept: boolean;
}

/** The draft of one chat, kept in this browser a moment after each change and before the page goes away. */
export function useDraft(threadId: string): DraftState {
  const [draft, setState] = useState(() => loadDraft(threadId));
  const [kept, setKept] = useState(true);
  const pending = useRef<Draft | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    if (pending.current === null) return;
    setKept(saveDraft(threadId, pending.current));
    pending.current = null;
  }, [threadId]);

  const setDraft = useCallback(
    (change: (draft: Draft) => Draft) => {
      setState((before) => {
        const next = change(before);
        pending.current = next;
        return next;
      });
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, SAVE_AFTER_MS);
    },
    [flush],
  );

  const clear = useCallback(() => {
    clearTimeout(timer.current);
    pending.current = null;
    setState(emptyDraft);
    saveDraft(threadId, emptyDraft);
    setKept(true);
  }, [threadId]);

  useEffect(() => {
    const onHide = () => flush();
    window.addEventListener("pagehide", onHide);
    document.addEventListener("visibilitychange", onHide);
    return () => {
      window.removeEventListener("pagehide", onHide);
      document.removeEventListener("visibilitychange", onHide);
      flush();
    };
  }, [flush]);

  return { draft, setDraft, clear, kept };
}
