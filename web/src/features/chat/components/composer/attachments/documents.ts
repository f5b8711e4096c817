/**
 * Documents on their way into a message: uploaded here, or picked from the library. They live in the library either way;
 * the message names them by their ids. Drafts keep them in this browser.
 */
import i18next from "i18next";
import type { DocumentRecord } from "@/lib/documents/types";
import { removeUpload, startUploads, useUploads } from "@/lib/documents/uploads";
import { session } from "@/lib/session";
import { NEW_THREAD } from "../../../state/thread-store";
import { changeDocument, putAttachment, refuseFile, removeAttachment } from "./changes";
import { attachmentsOf, type DocumentDraft, useAttached } from "./store";
import type { FileTaker } from "./take";

/** Everything that no other taker wants: what a file really is, the server finds out. */
export const documentTaker: FileTaker = {
  wants: () => true,
  take: (threadId, file) => {
    restoreDocuments(threadId);
    const chatId = threadId === NEW_THREAD ? null : threadId;
    let uploadId = "";
    [uploadId = ""] = startUploads([file], {
      place: threadId,
      chatId,
      onAccepted: (record) => changeDocument(uploadId, factsOf(record)),
    });
    const draft: DocumentDraft = {
      kind: "document",
      id: uploadId,
      name: file.name,
      documentId: null,
      pageCount: null,
      size: file.size,
      progress: 0,
      problem: null,
    };
    putAttachment(threadId, draft);
    followUpload(uploadId);
    return Promise.resolve();
  },
};

const factsOf = (record: DocumentRecord) => ({
  documentId: record.id,
  name: record.displayName,
  pageCount: record.pageCount,
  size: record.fileSize,
  progress: null,
});

/** Shows how much is sent; what the server will not take becomes a note that holds nothing up. */
function followUpload(uploadId: string): void {
  const stop = useUploads.subscribe(({ uploads }) => {
    const upload = uploads.find((one) => one.id === uploadId);
    if (upload === undefined) {
      stop();
      return;
    }
    if (upload.state !== "failed") {
      changeDocument(uploadId, {
        progress: upload.size === 0 ? 0 : upload.sent / upload.size,
        problem: null,
      });
      return;
    }
    const problem = upload.failure?.detail || upload.failure?.title || "";
    if (upload.failure?.code === "network_error") {
      // The connection may come back: it can be tried again.
      changeDocument(uploadId, { progress: null, problem });
      return;
    }
    stop();
    const threadId = threadWith(uploadId);
    removeUpload(uploadId);
    if (threadId === null) return;
    removeAttachment(threadId, uploadId);
    refuseFile(threadId, upload.name, problem);
  });
}

function threadWith(id: string): string | null {
  const threads = Object.entries(useAttached.getState().byThread);
  return threads.find(([, attachments]) => attachments.some((one) => one.id === id))?.[0] ?? null;
}

/** Attaches a document of the library; one that is there already stays as it is. */
export function attachDocument(threadId: string, record: DocumentRecord): void {
  restoreDocuments(threadId);
  const known = attachmentsOf(threadId).some(
    (one) => one.kind === "document" && one.documentId === record.id,
  );
  if (known) return;
  putAttachment(threadId, { kind: "document", id: record.id, problem: null, ...factsOf(record) });
}

/** Takes a document off the message; an upload that is on its way is stopped. What arrived stays in the library. */
export function detachDocument(threadId: string, draft: DocumentDraft): void {
  removeAttachment(threadId, draft.id);
  if (draft.documentId === null) removeUpload(draft.id);
}

/** Why a document cannot go with a message, told by whoever shows it; null when it can. */
export function failedReason(record: DocumentRecord | undefined): string | null {
  if (record?.status !== "failed") return null;
  return record.error?.detail || i18next.t("documents:list.failedUnknown");
}

// --- kept with the draft --------------------------------------------------------------------------------------------

type Kept = Pick<DocumentDraft, "id" | "name" | "pageCount" | "size"> & { documentId: string };

const keyOf = (threadId: string) => `kuma.attached.${session.userId() ?? "nobody"}.${threadId}`;

/** Threads whose kept documents are in the store: only those are written back, or nothing would overwrite something. */
const restored = new Set<string>();

/** Brings back what was kept for a thread. */
export function restoreDocuments(threadId: string): void {
  const key = keyOf(threadId);
  if (restored.has(key)) return;
  restored.add(key);
  for (const kept of read(key)) {
    if (attachmentsOf(threadId).some((one) => one.id === kept.id)) continue;
    putAttachment(threadId, { kind: "document", progress: null, problem: null, ...kept });
  }
}

useAttached.subscribe(({ byThread }, before) => {
  for (const [threadId, attachments] of Object.entries(byThread)) {
    const key = keyOf(threadId);
    if (attachments === before.byThread[threadId] || !restored.has(key)) continue;
    write(
      key,
      attachments.flatMap((one): Kept[] =>
        one.kind === "document" && one.documentId !== null
          ? [
              {
                id: one.id,
                name: one.name,
                pageCount: one.pageCount,
                size: one.size,
                documentId: one.documentId,
              },
            ]
          : [],
      ),
    );
  }
});

function read(key: string): Kept[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? (kept as Kept[]) : [];
  } catch {
    return []; // Storage is blocked, or holds what another version wrote: start empty.
  }
}

function write(key: string, kept: readonly Kept[]): void {
  try {
    if (kept.length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // Without room it lives as long as the page; the composer says so of the text already.
  }
}

/** For tests: as after a reload. */
export function forgetRestored(): void {
  restored.clear();
}
