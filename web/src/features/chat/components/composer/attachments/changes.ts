/** Adding to what is attached, and taking away from it. */
import { type Attachment, attachmentsOf, type DocumentDraft, useAttached } from "./store";

function set(threadId: string, attachments: readonly Attachment[]): void {
  useAttached.setState(({ byThread }) => ({ byThread: { ...byThread, [threadId]: attachments } }));
}

/** Adds to the end; one that is there already (by its id) is replaced. */
export function putAttachment(threadId: string, attachment: Attachment): void {
  const before = attachmentsOf(threadId);
  const known = before.some((one) => one.id === attachment.id);
  set(
    threadId,
    known ? before.map((one) => (one.id === attachment.id ? attachment : one)) : [...before, attachment],
  );
}

export function removeAttachment(threadId: string, id: string): void {
  set(
    threadId,
    attachmentsOf(threadId).filter((one) => one.id !== id),
  );
}

/** Changes a document wherever it is attached: a new chat may have got its id meanwhile. */
export function changeDocument(id: string, fields: Partial<DocumentDraft>): void {
  for (const [threadId, attachments] of Object.entries(useAttached.getState().byThread)) {
    const draft = attachments.find((one) => one.kind === "document" && one.id === id);
    if (draft?.kind !== "document") continue;
    const isNews = Object.entries(fields).some(
      ([name, value]) => draft[name as keyof DocumentDraft] !== value,
    );
    if (isNews) putAttachment(threadId, { ...draft, ...fields });
  }
}

/** Says at the message why a file cannot go with it. */
export function refuseFile(threadId: string, name: string, problem: string): void {
  putAttachment(threadId, { kind: "refused", id: crypto.randomUUID(), name, problem });
}

/** Takes everything away and gives it. */
export function clearAttachments(threadId: string): readonly Attachment[] {
  const all = attachmentsOf(threadId);
  set(threadId, []);
  return all;
}

/** A new chat has got its id: what is attached goes along. */
export function moveAttachments(from: string, to: string): void {
  const moved = clearAttachments(from);
  if (moved.length > 0) set(to, [...attachmentsOf(to), ...moved]);
}

/** For tests. */
export function forgetAttachments(): void {
  useAttached.setState({ byThread: {} });
}
