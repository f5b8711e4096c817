import { RotateCw, X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { progressText, progressValue } from "@/lib/documents/progress";
import { useDocument, useWatchDocument } from "@/lib/documents/queries";
import { retryUpload } from "@/lib/documents/uploads";
import { useDocumentProgress } from "@/lib/documents/watch";
import { IconButton } from "@/ui/button";
import { DocumentIcon } from "@/ui/document-icon";
import { Progress } from "@/ui/progress";
import { changeDocument } from "./changes";
import { failedReason } from "./documents";
import type { DocumentDraft } from "./store";

/** A document that goes with the message: on its way, being read, ready, or why it cannot go. */
export function DocumentChip({ document, onRemove }: { document: DocumentDraft; onRemove: () => void }) {
  const { t } = useTranslation(["attachments", "documents", "common"]);
  const { id, documentId, name, problem } = document;
  const record = useDocument(documentId).data;
  useWatchDocument(record);
  const failure = failedReason(record);
  // A message with a document that cannot be read would be refused: it waits until this one is taken away.
  const displayName = record?.displayName;
  const pageCount = record?.pageCount;
  useEffect(() => {
    if (displayName === undefined || pageCount === undefined) return;
    changeDocument(id, { name: displayName, pageCount, problem: failure });
  }, [id, displayName, pageCount, failure]);
  const sending = documentId === null && problem === null;
  return (
    <li
      className={cn(
        "relative flex min-h-18 max-w-full animate-appear items-center gap-3 rounded-lg border border-border bg-muted py-2 ps-3.5 text-sm",
        problem === null ? "w-64 pe-3" : "w-104 pe-5",
      )}
    >
      <DocumentIcon file={{ filename: record?.filename ?? name, mimeType: record?.mimeType ?? "" }} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        {problem !== null ? (
          <span role="alert" className="block text-danger text-xs">
            {problem}
          </span>
        ) : sending ? (
          <Busy value={document.progress} label={t("attachments:sending", { name })}>
            {t("attachments:uploading")}
          </Busy>
        ) : record?.status === "processing" ? (
          <Reading documentId={record.id} name={name} />
        ) : (
          <span className="block truncate text-fg-muted text-xs">
            {document.pageCount === null
              ? t("attachments:ready")
              : t("attachments:pages", { count: document.pageCount })}
          </span>
        )}
      </span>
      {problem !== null && documentId === null ? (
        <IconButton label={t("attachments:retryUpload", { name })} size="sm" onClick={() => retryUpload(id)}>
          <RotateCw aria-hidden />
        </IconButton>
      ) : null}
      <IconButton
        label={t("attachments:remove", { name })}
        size="sm"
        variant="secondary"
        tooltip={false}
        className="absolute -end-1.5 -top-1.5 size-6 rounded-full touch:min-h-8 touch:min-w-8 [&_svg]:size-3.5"
        onClick={onRemove}
      >
        <X aria-hidden />
      </IconButton>
    </li>
  );
}

/** The message need not wait for this: the answer does. */
function Reading({ documentId, name }: { documentId: string; name: string }) {
  const { t } = useTranslation("documents");
  const stored = useDocument(documentId).data?.progress;
  const progress = useDocumentProgress((state) => state.progress[documentId]) ?? stored;
  return (
    <Busy value={progressValue(progress)} label={t("stage.label", { name })}>
      {progressText(progress, t)}
    </Busy>
  );
}

function Busy({ value, label, children }: { value: number | null; label: string; children: ReactNode }) {
  return (
    <span className="block">
      <span className="block truncate text-fg-muted text-xs tabular-nums">{children}</span>
      <Progress value={value} label={label} className="mt-1" />
    </span>
  );
}
