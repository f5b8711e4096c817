import { BookMarked, RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/markdown/CopyButton";
import { Markdown } from "@/markdown/Markdown";
import { IconButton } from "@/ui/button";
import { currentOptions } from "../../state/choices";
import { isLocal, regenerate } from "../../state/runs";
import type { ThreadMessage } from "../../state/thread-store";
import type { RunMemory } from "../../stream/reducer";
import { ToolCalls } from "../tool-card/ToolCalls";
import { AnswerDetails } from "./AnswerDetails";
import { AnswerEnd } from "./AnswerEnd";
import { BranchSwitcher } from "./BranchSwitcher";
import { Reasoning } from "./Reasoning";
import { Dots, RunStatus } from "./RunStatus";
import { Sources } from "./Sources";
import { useThreadContext } from "./thread-context";

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
  const waiting =
    streaming && (text === "" || message.run?.phase === "waiting_approval" || message.run?.retryInMs != null);
  return (
    <div className="pb-8">
      <h2 id={labelId} className="sr-only">
        {t("kuma")}
      </h2>
      <Memories memories={message.run?.memories ?? []} />
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

function Memories({ memories }: { memories: readonly RunMemory[] }) {
  const { t } = useTranslation("chat");
  if (memories.length === 0) return null;
  return (
    <ul className="mb-3 grid gap-1">
      {memories.map((memory) => (
        <li key={memory.action + memory.items.map((item) => item.id).join()}>
          <details className="text-fg-muted text-sm">
            <summary className="inline-flex min-h-7 cursor-pointer list-none items-center gap-2 rounded-sm">
              <BookMarked aria-hidden className="size-4" />
              {t(`memory.${memory.action}`, { count: memory.items.length })}
            </summary>
            <ul className="ms-6 list-disc ps-2">
              {memory.items.map((item) => (
                <li key={item.id}>{item.content}</li>
              ))}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  );
}
