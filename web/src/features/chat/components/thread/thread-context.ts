import { createContext, useContext } from "react";

/** What a message row may need of the thread it stands in. */
export interface ThreadContextValue {
  threadId: string;
  editingId: string | null;
  /** Opens the edit form of a message; null closes it. */
  edit: (messageId: string | null) => void;
  /** Puts text into the composer and focuses it. */
  compose: (text: string) => void;
}

export const ThreadContext = createContext<ThreadContextValue | null>(null);

export function useThreadContext(): ThreadContextValue {
  const value = useContext(ThreadContext);
  if (value === null) throw new Error("A message row stands outside of a thread.");
  return value;
}
