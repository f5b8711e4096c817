import { useEffect, useLayoutEffect, useState } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { openThread, refreshIfQuiet } from "../state/loading";
import { setLookedAt, threadIdOf } from "../state/runs";
import { ensureThread, NEW_THREAD, type Thread, useThreads } from "../state/thread-store";

/**
 * The thread that the address names, open and followed while the page shows it. A new chat starts at /chat; when the
 * server has given it an id the address follows, and the page stays as it is. Null until the thread is made, which is
 * before anything is painted.
 */
export function useCurrentThread(): { threadId: string; thread: Thread } | null {
  const { chatId } = useParams();
  const { key: visit } = useLocation();
  const navigate = useNavigate();
  // Which new chat this visit of /chat began, so that it is still known when it has moved to its id.
  const [begun, setBegun] = useState<{ visit: string; key: string } | null>(null);
  const adopted = useThreads((state) => {
    if (chatId !== undefined || begun?.visit !== visit) return undefined;
    return Object.entries(state.threads).find(([, thread]) => thread.key === begun.key)?.[0];
  });
  const threadId = chatId ?? adopted ?? NEW_THREAD;
  const thread = useThreads((state) => state.threads[threadId]);
  useLayoutEffect(() => void ensureThread(threadId), [threadId]);

  const key = thread?.key;
  if (chatId === undefined && key !== undefined && begun?.visit !== visit) setBegun({ visit, key });

  useEffect(() => {
    if (adopted !== undefined && adopted !== NEW_THREAD) void navigate(`/chat/${adopted}`, { replace: true });
  }, [adopted, navigate]);

  useEffect(() => {
    if (chatId !== undefined) void openThread(chatId);
  }, [chatId]);

  useEffect(() => {
    if (key === undefined) return;
    setLookedAt(key, true);
    return () => {
      // A new chat that only got its id is still looked at; its key has not changed, so this does not run.
      setLookedAt(key, false);
    };
  }, [key]);

  useEffect(() => {
    if (key === undefined) return;
    const onReturn = () => {
      const id = threadIdOf(key);
      if (document.visibilityState === "visible" && id !== undefined && id !== NEW_THREAD) refreshIfQuiet(id);
    };
    document.addEventListener("visibilitychange", onReturn);
    window.addEventListener("focus", onReturn);
    return () => {
      document.removeEventListener("visibilitychange", onReturn);
      window.removeEventListener("focus", onReturn);
    };
  }, [key]);

  return thread ? { threadId, thread } : null;
}
