/** What is attached, on its way to the server. */
import { clearAttachments, putAttachment } from "./changes";
import { holdSent, releaseSent } from "./keep";
import type { Attachment, DocumentDraft, ImageDraft, Outgoing } from "./store";

type SentDocument = DocumentDraft & { documentId: string };

/** Takes everything away for a message that is being sent now. Call it only when nothing is held up. */
export function takeAttachments(threadId: string): Outgoing {
  return outgoing(threadId, clearAttachments(threadId));
}

export function outgoing(threadId: string, attachments: readonly Attachment[]): Outgoing {
  const images = attachments.filter((one) => one.kind === "image");
  const documents = attachments.filter(
    (one): one is SentDocument => one.kind === "document" && one.documentId !== null,
  );
  return {
    shown: { imageAttachments: images.map(shownImage), documentAttachments: documents.map(shownDocument) },
    body: (fields) => {
      const documentIds = documents.map((document) => document.documentId);
      if (images.length === 0) return { ...fields, documentIds };
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value as string);
      for (const id of documentIds) form.append("documentIds", id);
      for (const image of images) {
        form.append("files", image.file, image.name);
        form.append("alts", image.alt);
      }
      return form;
    },
    hold: (key) => void holdSent(images, key),
    release: (key) => void releaseSent(images, key),
    restore: () => {
      for (const one of [...images, ...documents]) putAttachment(threadId, one);
    },
  };
}

function shownImage({ id, preview, file, width, height, alt }: ImageDraft) {
  return { id, url: preview, mimeType: file.type, width, height, ...(alt === "" ? {} : { alt }) };
}

function shownDocument({ documentId, name, pageCount }: SentDocument) {
  return { documentId, displayName: name, pageCount };
}
