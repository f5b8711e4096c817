/** What happens to documents on this page, told to whoever shows them. */
import type { DocumentProgress, DocumentRecord } from "./types";

export type DocumentEvent =
  | { type: "added"; document: DocumentRecord }
  | { type: "changed"; document: DocumentRecord }
  | { type: "progress"; documentId: string; progress: DocumentProgress }
  /** Its processing has ended one way or the other, or what is known of it may be out of date. */
  | { type: "stale"; documentId: string }
  | { type: "deleted"; documentId: string };

type Listener = (event: DocumentEvent) => void;
const listeners = new Set<Listener>();

export function announceDocument(event: DocumentEvent): void {
  for (const listener of listeners) listener(event);
}

/** Returns the undo. */
export function onDocumentEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
