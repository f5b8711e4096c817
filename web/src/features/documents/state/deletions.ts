/** Documents that are being deleted, with a way back (lib/undoable.ts). */
import { deleteDocument } from "@/lib/documents/api";
import { announceDocument } from "@/lib/documents/events";
import { undoableDeletions } from "@/lib/undoable";

export const deletions = undoableDeletions(deleteDocument, (documentId) =>
  announceDocument({ type: "deleted", documentId }),
);
