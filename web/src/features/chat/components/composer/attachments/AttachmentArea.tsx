import { EyeOff, FilePlus2, TriangleAlert, X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { toApiError } from "@/lib/api/errors";
import { getDocument } from "@/lib/documents/api";
import { ACCEPT } from "@/lib/documents/kinds";
import { useDocumentSync } from "@/lib/documents/queries";
import { IconButton } from "@/ui/button";
import { toast } from "@/ui/toast";
import { useModels } from "../../../api/queries";
import { useChoices } from "../../../state/choices";
import { findModel } from "../ModelPicker";
import { AltText } from "./AltText";
import { moveAttachments, putAttachment, removeAttachment } from "./changes";
import { DocumentChip } from "./DocumentChip";
import { attachDocument, detachDocument, documentTaker, restoreDocuments } from "./documents";
import { dropKept, keepAll, keepImage, restoreKept } from "./keep";
import {
  type Attachment,
  attachmentsOf,
  type ImageDraft,
  type RefusedFile,
  useAttachments,
  useLibrary,
} from "./store";
import { addTaker, takeFiles } from "./take";
import { useFileDrop } from "./use-file-drop";

export { takeAttachments } from "./outgoing";
export { PastedTexts } from "./PastedTexts";
export { pickFiles, takeFiles } from "./take";

addTaker(documentTaker, ACCEPT.split(","));

const LibraryPicker = lazy(async () => ({ default: (await import("./LibraryPicker")).LibraryPicker }));

/** What is attached to the message: images with their descriptions, documents, and what could not be attached. */
export function AttachmentArea({ threadId }: { threadId: string }) {
  const { t } = useTranslation("attachments");
  const attachments = useAttachments(threadId);
  const dragging = useFileDrop((files) => void takeFiles(threadId, files));
  const before = useRef(threadId);
  const library = useLibrary((state) => state.open);
  useDocumentSync();
  useAttachFromAddress(threadId);
  useEffect(() => {
    // A new chat has got its id while the next message is being written.
    const from = before.current;
    before.current = threadId;
    restoreDocuments(threadId);
    if (from === threadId) void restoreKept(threadId);
    else {
      moveAttachments(from, threadId);
      void keepAll(threadId);
    }
  }, [threadId]);
  const remove = (attachment: Attachment) => {
    if (attachment.kind === "document") detachDocument(threadId, attachment);
    else removeAttachment(threadId, attachment.id);
    if (attachment.kind !== "image") return;
    URL.revokeObjectURL(attachment.preview);
    void dropKept(attachment.id);
  };
  const describe = (image: ImageDraft, alt: string) => {
    const changed = { ...image, alt };
    // It may have been taken away or sent in the meantime.
    if (!attachmentsOf(threadId).some((one) => one.id === image.id)) return;
    putAttachment(threadId, changed);
    void keepImage(threadId, changed);
  };
  const shown = attachments.filter((one) => one.kind !== "refused");
  const refused = attachments.filter((one) => one.kind === "refused");
  return (
    <>
      {dragging ? <DropHint /> : null}
      {shown.length === 0 ? null : (
        <ul aria-label={t("label")} className="flex flex-wrap gap-2 px-3 pt-3">
          {shown.map((one) =>
            one.kind === "image" ? (
              <Image
                key={one.id}
                image={one}
                onRemove={() => remove(one)}
                onDescribe={(alt) => describe(one, alt)}
              />
            ) : (
              <DocumentChip key={one.id} document={one} onRemove={() => remove(one)} />
            ),
          )}
        </ul>
      )}
      {refused.length === 0 ? null : (
        <ul className="grid gap-1.5 px-3 pt-3">
          {refused.map((one) => (
            <Refused key={one.id} file={one} onRemove={() => remove(one)} />
          ))}
        </ul>
      )}
      {attachments.some((one) => one.kind === "image") ? <BlindNote /> : null}
      {library ? (
        <Suspense>
          <LibraryPicker
            open
            onClose={() => useLibrary.setState({ open: false })}
            onPick={(documents) => {
              for (const document of documents) attachDocument(threadId, document);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}

/** `?attach=ID`: somebody asked about a document elsewhere, and was sent here with it. */
function useAttachFromAddress(threadId: string): void {
  const { t } = useTranslation("attachments");
  const [params, setParams] = useSearchParams();
  const wanted = params.getAll("attach").join(" ");
  const take = useRef<(ids: readonly string[]) => void>(() => undefined);
  useEffect(() => {
    take.current = (ids) => {
      setParams({}, { replace: true });
      for (const id of ids)
        getDocument(id).then(
          (document) => attachDocument(threadId, document),
          (error: unknown) => toast.error(t("notAttached"), { description: toApiError(error).detail }),
        );
    };
  });
  useEffect(() => {
    if (wanted !== "") take.current(wanted.split(" "));
  }, [wanted]);
}

function Image({
  image,
  onRemove,
  onDescribe,
}: {
  image: ImageDraft;
  onRemove: () => void;
  onDescribe: (alt: string) => void;
}) {
  const { t } = useTranslation("attachments");
  return (
    <li className="relative animate-appear">
      <img
        src={image.preview}
        alt={image.alt === "" ? image.name : image.alt}
        title={image.name}
        className="size-18 rounded-lg border border-border bg-muted object-cover"
      />
      <Remove label={t("remove", { name: image.name })} onRemove={onRemove} />
      <AltText image={image} onDescribe={onDescribe} />
    </li>
  );
}

function Remove({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <IconButton
      label={label}
      size="sm"
      variant="secondary"
      tooltip={false}
      className="absolute -end-1.5 -top-1.5 size-6 rounded-full touch:min-h-8 touch:min-w-8 [&_svg]:size-3.5"
      onClick={onRemove}
    >
      <X aria-hidden />
    </IconButton>
  );
}

function Refused({ file, onRemove }: { file: RefusedFile; onRemove: () => void }) {
  const { t } = useTranslation("attachments");
  return (
    <li
      role="alert"
      className="flex animate-appear items-center gap-2.5 rounded-lg bg-warn-soft py-1 ps-3 pe-1 text-meta text-warn"
    >
      <TriangleAlert aria-hidden className="size-4 shrink-0" />
      <span className="wrap-anywhere min-w-0 flex-1">
        <span className="font-medium">{file.name}</span>: {file.problem}
      </span>
      <IconButton label={t("dismiss", { name: file.name })} size="sm" onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </li>
  );
}

/** The model that answers next does not see: better said before the message is sent. */
function BlindNote() {
  const { t } = useTranslation("attachments");
  const models = useModels();
  const chosen = useChoices((state) => state.model);
  if (!models) return null;
  const next = findModel(models.items, chosen) ?? findModel(models.items, models.default);
  if (!next || next.capabilities.includes("vision")) return null;
  const other = models.items.find((model) => model.capabilities.includes("vision"));
  return (
    <p role="status" className="flex gap-2 px-4.5 pt-2.5 text-fg-muted text-meta">
      <EyeOff aria-hidden className="mt-0.5 size-4 shrink-0" />
      {other ? t("blindWithOther", { name: next.name, other: other.name }) : t("blind", { name: next.name })}
    </p>
  );
}

function DropHint() {
  const { t } = useTranslation("attachments");
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed inset-3 z-50 grid animate-appear place-items-center rounded-2xl border-2 border-focus border-dashed bg-bg/85"
    >
      <p className="flex flex-col items-center gap-3 font-medium text-lg">
        <FilePlus2 className="size-9 text-accent-text" />
        {t("drop")}
      </p>
    </div>
  );
}
