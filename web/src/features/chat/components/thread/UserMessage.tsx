import { CircleAlert, FileText, Pencil } from "lucide-react";
import { lazy, Suspense, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { loadWords } from "@/lib/i18n";
import { CopyButton } from "@/markdown/CopyButton";
import { Button, IconButton } from "@/ui/button";
import { currentOptions } from "../../state/choices";
import { discardSend, edit, retrySend } from "../../state/runs";
import type { ThreadMessage } from "../../state/thread-store";
import { enterAction } from "../composer/keys";
import { BranchSwitcher } from "./BranchSwitcher";
import { useThreadContext } from "./thread-context";

const MessageImages = lazy(async () => {
  const [images] = await Promise.all([import("../images/MessageImages"), loadWords("attachments")]);
  return { default: images.MessageImages };
});

interface UserMessageProps {
  message: ThreadMessage;
  labelId: string;
}

/** What the person said: a tinted bubble at the end side, with edit, copy and its versions below. */
export function UserMessage({ message, labelId }: UserMessageProps) {
  const { t } = useTranslation("chat");
  const { threadId, editingId, edit: setEditing, compose } = useThreadContext();
  const failed = message.delivery === "failed";
  if (editingId === message.id) return <EditForm message={message} labelId={labelId} />;
  return (
    <div className="group flex flex-col items-end pt-3 pb-1.5">
      <h2 id={labelId} className="sr-only">
        {t("you")}
      </h2>
      {message.imageAttachments.length === 0 ? null : (
        <Suspense fallback={<div className="h-40" />}>
          <MessageImages images={message.imageAttachments} />
        </Suspense>
      )}
      <Attachments message={message} />
      {message.content === "" ? null : (
        <Bubble text={message.content} faded={message.delivery !== undefined} />
      )}
      {failed ? (
        <div
          role="alert"
          className="mt-2 flex max-w-[85%] flex-wrap items-center justify-end gap-x-3 gap-y-1 text-meta"
        >
          <span className="inline-flex items-center gap-1.5 font-medium text-danger">
            <CircleAlert aria-hidden className="size-4" />
            {t("message.notSent")}
          </span>
          <span className="text-fg-muted">{message.failure?.detail || message.failure?.title}</span>
          <span className="inline-flex gap-3">
            <Button variant="link" size="sm" onClick={() => retrySend(message.id)}>
              {t("message.retry")}
            </Button>
            <Button variant="link" size="sm" onClick={() => compose(discardSend(message.id))}>
              {t("message.discard")}
            </Button>
          </span>
        </div>
      ) : message.delivery === "sending" ? null : (
        <div className="mt-1 flex h-8 items-center gap-0.5 touch:h-11">
          <span className="flex items-center gap-0.5 opacity-0 transition-opacity duration-120 focus-within:opacity-100 group-hover:opacity-100 touch:opacity-100">
            <CopyButton label={t("message.copy")} text={() => message.content} />
            <IconButton label={t("message.edit")} size="sm" onClick={() => setEditing(message.id)}>
              <Pencil aria-hidden />
            </IconButton>
          </span>
          <BranchSwitcher threadId={threadId} messageId={message.id} />
        </div>
      )}
    </div>
  );
}

/** Longer ones are folded so that an answer is not a page away from its question. */
const FOLD_PX = 312;

function Bubble({ text, faded }: { text: string; faded: boolean }) {
  const { t } = useTranslation("chat");
  const content = useRef<HTMLDivElement>(null);
  const [tall, setTall] = useState(false);
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows from the text
  useLayoutEffect(() => {
    setTall((content.current?.scrollHeight ?? 0) > FOLD_PX + 60);
  }, [text]);
  const folded = tall && !open;
  return (
    <div
      className={`max-w-[85%] rounded-2xl rounded-ee-md bg-accent-soft px-4.5 py-2.5 transition-opacity sm:max-w-[78%] ${faded ? "opacity-70" : ""}`}
    >
      <div
        ref={content}
        dir="auto"
        className={cn(
          "wrap-anywhere whitespace-pre-wrap text-base",
          folded && "overflow-hidden [mask-image:linear-gradient(to_bottom,black_70%,transparent)]",
        )}
        style={folded ? { maxHeight: FOLD_PX } : undefined}
      >
        {text}
      </div>
      {tall ? (
        <Button
          variant="link"
          size="sm"
          className="mt-1.5"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? t("message.less") : t("message.more")}
        </Button>
      ) : null}
    </div>
  );
}

function Attachments({ message }: { message: ThreadMessage }) {
  const { t } = useTranslation("chat");
  if (message.documentAttachments.length === 0) return null;
  return (
    <ul aria-label={t("message.attachments")} className="mb-2 flex max-w-[85%] flex-wrap justify-end gap-2">
      {message.documentAttachments.map((document) => (
        <li key={document.documentId} className="max-w-full">
          <Link
            to={`/documents/${document.documentId}`}
            className="flex items-center gap-2.5 rounded-lg border border-border bg-surface px-3 py-2 text-sm transition-[background-color,border-color] duration-120 hover:border-control/60 hover:bg-hover touch:min-h-11"
          >
            <FileText aria-hidden className="size-4.5 shrink-0 text-fg-muted" />
            <span className="max-w-56 truncate">{document.displayName}</span>
            {document.pageCount === null ? null : (
              <span className="shrink-0 text-fg-muted text-meta">
                {t("message.pages", { count: document.pageCount })}
              </span>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function EditForm({ message, labelId }: UserMessageProps) {
  const { t } = useTranslation(["chat", "common"]);
  const { threadId, edit: setEditing } = useThreadContext();
  const [text, setText] = useState(message.content);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);
  const save = () => {
    const changed = text.trim();
    if (changed === "") return;
    setEditing(null);
    if (changed !== message.content.trim()) edit(threadId, message.id, changed, currentOptions(threadId));
  };
  return (
    <form
      className="pt-3 pb-5"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h2 id={labelId} className="sr-only">
        {t("chat:you")}
      </h2>
      <div className="rounded-xl border border-focus bg-surface p-3 shadow-sm">
        <textarea
          ref={field}
          value={text}
          dir="auto"
          aria-label={t("chat:message.editLabel")}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.stopPropagation();
              setEditing(null);
            } else if (enterAction(event.nativeEvent) === "send") {
              event.preventDefault();
              save();
            }
          }}
          className="field-sizing-content max-h-[50dvh] min-h-14 w-full resize-none bg-transparent px-1.5 text-base outline-none"
        />
        <div className="mt-2 flex flex-wrap items-center justify-end gap-2">
          <span className="me-auto px-1.5 text-fg-muted text-meta">{t("chat:message.editHint")}</span>
          <Button variant="ghost" size="sm" onClick={() => setEditing(null)}>
            {t("common:cancel")}
          </Button>
          <Button variant="primary" size="sm" type="submit" disabled={text.trim() === ""}>
            {t("chat:message.editSave")}
          </Button>
        </div>
      </div>
    </form>
  );
}
