/**
 * Follows documents while the server reads them, over `GET /api/documents/{id}/events`. A browser allows six connections
 * to a server, so only a few are followed at once; the others wait for their turn, and their progress with them.
 */
import { create } from "zustand";
import { isAbort } from "../api/errors";
import { session, useSession } from "../session";
import { followEvents, openEvents } from "../sse";
import { getDocument } from "./api";
import { announceDocument } from "./events";
import type { DocumentProgress } from "./types";

const AT_ONCE = 2;

interface Watched {
  /** By document; an entry goes when the document is ready or has failed. */
  progress: Readonly<Record<string, DocumentProgress>>;
}

export const useDocumentProgress = create<Watched>(() => ({ progress: {} }));

interface Entry {
  /** How many places on the page want it. */
  wanted: number;
  controller: AbortController | null;
}

const entries = new Map<string, Entry>();

/** Follows a document that is being processed, until the returned function is called by all who asked. */
export function watchDocument(documentId: string): () => void {
  const entry = entries.get(documentId) ?? { wanted: 0, controller: null };
  entries.set(documentId, entry);
  entry.wanted += 1;
  startNext();
  let released = false;
  return () => {
    if (released) return;
    released = true;
    entry.wanted -= 1;
    if (entry.wanted > 0 || entries.get(documentId) !== entry) return;
    entries.delete(documentId);
    entry.controller?.abort();
    startNext();
  };
}

function startNext(): void {
  let running = [...entries.values()].filter((entry) => entry.controller !== null).length;
  for (const [documentId, entry] of entries) {
    if (running >= AT_ONCE) return;
    if (entry.controller !== null) continue;
    entry.controller = new AbortController();
    running += 1;
    void follow(documentId, entry, entry.controller.signal);
  }
}

async function follow(documentId: string, entry: Entry, signal: AbortSignal): Promise<void> {
  try {
    const events = followEvents({
      open: (lastEventId) =>
        openEvents({ url: `/api/documents/${encodeURIComponent(documentId)}/events`, lastEventId, signal }),
      isFinal: (event) => event.event === "ready" || event.event === "failed",
      signal,
      maxAttempts: 60,
    });
    for await (const event of events) {
      if (event.event !== "progress") continue;
      const progress = parseProgress(event.data);
      if (progress === null) continue;
      setProgress(documentId, progress);
      announceDocument({ type: "progress", documentId, progress });
    }
    // The end says that it is over; the record says how.
    announceDocument({ type: "changed", document: await getDocument(documentId, signal) });
  } catch (error) {
    // Its events cannot be had (it was deleted, or the server is gone for good): whoever shows it asks anew.
    if (!isAbort(error) && !signal.aborted) announceDocument({ type: "stale", documentId });
  } finally {
    setProgress(documentId, null);
    if (entries.get(documentId) === entry) entries.delete(documentId);
    startNext();
  }
}

function parseProgress(data: string): DocumentProgress | null {
  try {
    const value = JSON.parse(data) as Partial<DocumentProgress>;
    return typeof value.stage === "string"
      ? { stage: value.stage, done: value.done ?? 0, total: value.total ?? null }
      : null;
  } catch {
    return null; // Progress that cannot be read is progress that is not shown; the end is what counts.
  }
}

function setProgress(documentId: string, value: DocumentProgress | null): void {
  useDocumentProgress.setState(({ progress }) => {
    const next = { ...progress };
    if (value === null) delete next[documentId];
    else next[documentId] = value;
    return { progress: next };
  });
}

/** Follows nothing any more: another person signs in. */
export function stopWatching(): void {
  for (const entry of entries.values()) entry.controller?.abort();
  entries.clear();
  useDocumentProgress.setState({ progress: {} });
}

let userId = session.userId();
useSession.subscribe((state) => {
  const now = state.claims?.userId ?? null;
  if (now === userId) return;
  userId = now;
  stopWatching();
});
