import { RefreshCw } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { loadWords } from "@/lib/i18n";
import { CopyButton } from "@/markdown/CopyButton";
import { Markdown } from "@/markdown/Markdown";
import { IconButton } from "@/ui/button";
import { currentOptions } from "../../state/choices";
import { isLocal, regenerate } from "../../state/runs";
import type { ThreadMessage } from "../../state/thread-store";
import { ToolCalls } from "../tool-card/ToolCalls";
import { AnswerDetails } from "./AnswerDetails";
import { AnswerEnd } from "./AnswerEnd";
import { BranchSwitcher } from "./BranchSwitcher";
import { Reasoning } from "./Reasoning";
import { Dots, RunStatus } from "./RunStatus";
import { Sources } from "./Sources";
import { useThreadContext } from "./thread-context";

const ThreadNotes = lazy(async () => {
  const [module] = await Promise.all([import("../memory/ThreadNotes"), loadWords("memories")]);
  return { default: module.ThreadNotes };
});

interface AssistantMessageProps {
  message: ThreadMessage;
  labelId: string;
  isLast: boolean;
}

/** An answer: what was thought, done and said, what it rests on, and what can be done with it. */
export function AssistantMessage({ message, labelId, isLast }: AssistantMessageProps) {
  const { t } = useTranslation("chat");
  const streaming = message.status === "streaming";
  const reasoning = message.run?.reasoning || (message.reasoning ?? "");
  const text = message.content;
  const citations = message.citations.length > 0 ? message.citations : (message.run?.citations ?? []);
  // What is kept with the message may be more than what was told while it was made.
  const notes = message.memories ?? message.run?.memories ?? [];
  const waiting =
    streaming && (text === "" || message.run?.phase === "waiting_approval" || message.run?.retryInMs != null);
  return (
    <div className="pb-8">
      <h2 id={labelId} className="sr-only">
        {t("kuma")}
      </h2>
      {reasoning === "" ? null : (
        <Reasoning text={reasoning} active={streaming && text === ""} id={message.key} />
      )}
      <ToolCalls stored={message.toolCalls} live={message.run?.toolCalls} />
      {text === "" ? null : (
        <div dir="auto" data-message-text>
          <Markdown text={text} streaming={streaming} id={message.key} />
        </div>
      )}
      {waiting ? (
        reasoning !== "" && text === "" ? (
          <div className="pt-1">
            <Dots />
          </div>
        ) : (
          <RunStatus message={message} />
        )
      ) : null}
      <Sources citations={citations} />
      {notes.length === 0 ? null : (
        <Suspense>
          <ThreadNotes notes={notes} />
        </Suspense>
      )}
      {streaming ? null : (
        <>
          <AnswerEnd message={message} isLast={isLast} />
          <Actions message={message} />
        </>
      )}
    </div>
  );
}

function Actions({ message }: { message: ThreadMessage }) {
  const { t } = useTranslation("chat");
  const { threadId } = useThreadContext();
  const failed = message.status === "failed";
  return (
    <div className="-ms-1.5 mt-2 flex min-h-8 flex-wrap items-center gap-0.5">
      {message.content === "" ? null : <CopyButton label={t("message.copy")} text={() => message.content} />}
      {failed || isLocal(message.id) ? null : (
        <IconButton
          label={t("message.regenerate")}
          size="sm"
          onClick={() => regenerate(threadId, message.id, currentOptions())}
        >
          <RefreshCw aria-hidden />
        </IconButton>
      )}
      {message.content === "" ? null : <AnswerDetails message={message} />}
      <BranchSwitcher threadId={threadId} messageId={message.id} />
    </div>
  );
}
