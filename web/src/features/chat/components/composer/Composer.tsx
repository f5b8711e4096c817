import { ArrowUp, FileText, Square, X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type Ref, useImperativeHandle, useRef } from "react";
import { useTranslation } from "react-i18next";
import { toApiError } from "@/lib/api/errors";
import { useMediaQuery } from "@/lib/media";
import { IconButton } from "@/ui/button";
import { toast } from "@/ui/toast";
import { currentOptions } from "../../state/choices";
import { composeMessage, PASTE_LIMIT } from "../../state/drafts";
import { send, stop } from "../../state/runs";
import { useThreads } from "../../state/thread-store";
import { AgentPicker } from "./AgentPicker";
import { enterAction, isEditLast } from "./keys";
import { ModelPicker } from "./ModelPicker";
import { useDraft } from "./use-draft";

export interface ComposerHandle {
  focus: () => void;
  /** Puts text into the field, after what is there, and focuses it. */
  insert: (text: string) => void;
}

interface ComposerProps {
  threadId: string;
  agentType: string | null;
  isEmpty: boolean;
  /** ↑ in the empty field. */
  onEditLast: () => void;
  ref?: Ref<ComposerHandle>;
}

/** Where messages are written. Its typing touches nothing else on the page, however long the thread. */
export function Composer({ threadId, agentType, isEmpty, onEditLast, ref }: ComposerProps) {
  const { t, i18n } = useTranslation("chat");
  const { draft, setDraft, clear, kept } = useDraft(threadId);
  const field = useRef<HTMLTextAreaElement>(null);
  const touch = useMediaQuery("(pointer: coarse)");
  const answering = useThreads((state) => (state.threads[threadId]?.activeRuns.length ?? 0) > 0);
  const message = composeMessage(draft);

  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    insert: (text) => {
      setDraft((before) => ({ ...before, text: before.text === "" ? text : `${before.text}\n${text}` }));
      field.current?.focus();
    },
  }));

  const submit = () => {
    if (message === "") return;
    clear();
    send(threadId, message, currentOptions(threadId));
    field.current?.focus();
  };
  const halt = () => {
    stop(threadId).catch((error: unknown) =>
      toast.error(t("composer.stopFailed"), { description: toApiError(error).detail }),
    );
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (enterAction(event.nativeEvent, touch) === "send") {
      event.preventDefault();
      submit();
    } else if (isEditLast(event.nativeEvent, draft.text)) {
      event.preventDefault();
      onEditLast();
    }
  };

  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    if (text.length <= PASTE_LIMIT) return;
    event.preventDefault();
    setDraft((before) => ({
      ...before,
      pasted: [
        ...before.pasted,
        {
          name:
            before.pasted.length === 0
              ? t("composer.pasted")
              : t("composer.pastedNumbered", { number: before.pasted.length + 1 }),
          text,
        },
      ],
    }));
  };

  const removePasted = (index: number) =>
    setDraft((before) => ({ ...before, pasted: before.pasted.filter((_, at) => at !== index) }));
  const inlinePasted = (index: number) => {
    setDraft((before) => {
      const pasted = before.pasted[index];
      if (!pasted) return before;
      return {
        text: before.text === "" ? pasted.text : `${before.text}\n${pasted.text}`,
        pasted: before.pasted.filter((_, at) => at !== index),
      };
    });
    field.current?.focus();
  };

  return (
    <form
      className="rounded-2xl border border-border bg-surface shadow-md transition-[border-color,box-shadow] duration-140 focus-within:border-control focus-within:shadow-lg"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {draft.pasted.length === 0 ? null : (
        <ul className="flex flex-wrap gap-2 px-3 pt-3">
          {draft.pasted.map((pasted, index) => (
            <li
              key={pasted.name}
              className="flex min-w-0 items-center gap-2.5 rounded-lg border border-border bg-muted py-1.5 ps-3 pe-1 text-sm"
            >
              <FileText aria-hidden className="size-4.5 shrink-0 text-fg-muted" />
              <span className="min-w-0">
                <span className="block truncate font-medium">{pasted.name}</span>
                <span className="block text-fg-muted text-xs">
                  {t("composer.pastedSize", { size: pasted.text.length.toLocaleString(i18n.language) })}
                  {" · "}
                  <button
                    type="button"
                    className="cursor-pointer text-accent-text underline underline-offset-2"
                    onClick={() => inlinePasted(index)}
                  >
                    {t("composer.pastedInline")}
                  </button>
                </span>
              </span>
              <IconButton
                label={t("composer.pastedRemove", { name: pasted.name })}
                size="sm"
                onClick={() => removePasted(index)}
              >
                <X aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        value={draft.text}
        rows={1}
        dir="auto"
        aria-label={t("composer.label")}
        placeholder={isEmpty ? t("composer.placeholder") : t("composer.placeholderReply")}
        enterKeyHint={touch ? "enter" : "send"}
        onChange={(event) => setDraft((before) => ({ ...before, text: event.target.value }))}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="field-sizing-content block max-h-[min(40dvh,22rem)] min-h-13 w-full resize-none bg-transparent px-4.5 pt-3.5 pb-1.5 text-base outline-none placeholder:text-fg-subtle"
      />
      <div className="flex items-center gap-1 px-2 pb-2">
        <AgentPicker threadId={threadId} current={agentType} />
        <ModelPicker />
        <span className="flex-1" />
        {answering ? (
          <IconButton
            label={t("composer.stop")}
            keys="escape"
            variant={message === "" ? "primary" : "secondary"}
            className="rounded-full"
            onClick={halt}
          >
            <Square aria-hidden className="fill-current [&]:size-3.5" />
          </IconButton>
        ) : null}
        {answering && message === "" ? null : (
          <IconButton
            label={t("composer.send")}
            keys="enter"
            type="submit"
            variant="primary"
            className="rounded-full"
            disabled={message === ""}
          >
            <ArrowUp aria-hidden />
          </IconButton>
        )}
      </div>
      {kept ? null : (
        <p role="status" className="px-4.5 pb-2.5 text-warn text-meta">
          {t("composer.draftNotKept")}
        </p>
      )}
    </form>
  );
}
