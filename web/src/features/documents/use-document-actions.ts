import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { toApiError } from "@/lib/api/errors";
import { documentFile, renameDocument, retryDocument } from "@/lib/documents/api";
import { documentKeys, rememberDocument } from "@/lib/documents/queries";
import type { DocumentRecord } from "@/lib/documents/types";
import { UNDO_MS } from "@/lib/undoable";
import { toast } from "@/ui/toast";
import { deletions } from "./state/deletions";

/** What can be done with a document. Shown at once, taken back with a word when the server refuses. */
export function useDocumentActions() {
  const { t } = useTranslation(["documents", "common"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { pathname } = useLocation();

  const failed = (title: string) => (error: unknown) => {
    toast.error(title, { description: toApiError(error).detail });
    void client.invalidateQueries({ queryKey: documentKeys.all });
  };

  return {
    rename: (document: DocumentRecord, displayName: string) => {
      rememberDocument(client, { ...document, displayName });
      renameDocument(document.id, displayName).then(
        (changed) => rememberDocument(client, changed),
        failed(t("documents:list.renameFailed")),
      );
    },
    retry: (document: DocumentRecord) => {
      rememberDocument(client, { ...document, status: "processing", error: null });
      retryDocument(document.id).then(
        (changed) => rememberDocument(client, changed),
        failed(t("documents:list.retryFailed")),
      );
    },
    ask: (document: DocumentRecord) => void navigate(`/chat?attach=${document.id}`),
    download: (document: DocumentRecord) => {
      saveFile(document).catch(failed(t("documents:list.downloadFailed")));
    },
    remove: (document: DocumentRecord) => {
      const path = `/documents/${document.id}`;
      const open = pathname === path;
      deletions.schedule(document.id, failed(t("documents:list.deleteFailed")));
      if (open) void navigate("/documents");
      toast(t("documents:list.deleted"), {
        description: document.displayName,
        duration: UNDO_MS,
        action: {
          label: t("common:undo"),
          onClick: () => {
            if (deletions.undo(document.id) && open) void navigate(path);
          },
        },
      });
    },
  };
}

export type DocumentActions = ReturnType<typeof useDocumentActions>;

/** A link would lack the session: the file is fetched, then handed to the browser as if it were downloaded. */
async function saveFile(document: DocumentRecord): Promise<void> {
  const response = await documentFile(document.id);
  const url = URL.createObjectURL(await response.blob());
  const link = window.document.createElement("a");
  link.href = url;
  link.download = document.filename;
  link.click();
  // The browser has taken hold of it by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
