import { ArrowUp, Paperclip, Square } from "lucide-react";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  Suspense,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { toApiError } from "@/lib/api/errors";
import { useMediaQuery } from "@/lib/media";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";
import { toast } from "@/ui/toast";
import { currentOptions } from "../../state/choices";
import { composeMessage, PASTE_LIMIT } from "../../state/drafts";
import { send, stop } from "../../state/runs";
import { useThreads } from "../../state/thread-store";
import { AgentPicker } from "./AgentPicker";
import { AttachmentArea, addFiles, PastedTexts, pickFiles, takeAttachments } from "./attachments";
import { hasOutgoing, isHeldUp, useAttachments, useLibrary } from "./attachments/store";
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

/** True a moment after the first paint: what the page can be shown without comes then. */
function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), 50);
    return () => clearTimeout(timer);
  }, []);
  return idle;
}

/** Where messages are written. Its typing touches nothing else on the page, however long the thread. */
export function Composer({ threadId, agentType, isEmpty, onEditLast, ref }: ComposerProps) {
  const { t } = useTranslation("chat");
  const { draft, setDraft, clear, kept } = useDraft(threadId);
  const field = useRef<HTMLTextAreaElement>(null);
  const touch = useMediaQuery("(pointer: coarse)");
  const answering = useThreads((state) => (state.threads[threadId]?.activeRuns.length ?? 0) > 0);
  const message = composeMessage(draft);
  const attachments = useAttachments(threadId);
  const idle = useIdle();
  const failed = (error: unknown) =>
    toast.error(t("composer.attachFailed"), { description: toApiError(error).detail });
  const empty = message === "" && !hasOutgoing(attachments);
  const blocked = empty || isHeldUp(attachments);

  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    insert: (text) => {
      setDraft((before) => ({ ...before, text: before.text === "" ? text : `${before.text}\n${text}` }));
      field.current?.focus();
    },
  }));

  const submit = () => {
    if (blocked) return;
    clear();
    send(threadId, message, currentOptions(threadId), takeAttachments(threadId));
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
    const files = [...event.clipboardData.files];
    // Office programs put a picture beside the text that was copied: the text is what is meant.
    if (files.length > 0 && !event.clipboardData.types.includes("text/plain")) {
      event.preventDefault();
      addFiles(threadId, files).catch(failed);
      return;
    }
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

  return (
    <form
      className="rounded-2xl border border-border bg-surface shadow-md transition-[border-color,box-shadow] duration-140 focus-within:border-control focus-within:shadow-lg"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {draft.pasted.length === 0 ? null : (
        <Suspense>
          <PastedTexts draft={draft} onChange={setDraft} onDone={() => field.current?.focus()} />
        </Suspense>
      )}
      {idle || attachments.length > 0 ? (
        <Suspense>
          <AttachmentArea threadId={threadId} />
        </Suspense>
      ) : null}
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
        <Menu
          side="top"
          trigger={
            <IconButton label={t("composer.attach")}>
              <Paperclip aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => void pickFiles(threadId).catch(failed)}>
            {t("composer.attachFiles")}
          </MenuItem>
          <MenuItem onSelect={() => useLibrary.setState({ open: true })}>
            {t("composer.attachLibrary")}
          </MenuItem>
        </Menu>
        <AgentPicker threadId={threadId} current={agentType} />
        <ModelPicker />
        <span className="flex-1" />
        {answering ? (
          <IconButton
            label={t("composer.stop")}
            keys="escape"
            variant={empty ? "primary" : "secondary"}
            className="rounded-full"
            onClick={halt}
          >
            <Square aria-hidden className="fill-current [&]:size-3.5" />
          </IconButton>
        ) : null}
        {answering && empty ? null : (
          <IconButton
            label={t("composer.send")}
            keys="enter"
            type="submit"
            variant="primary"
            className="rounded-full"
            disabled={blocked}
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
