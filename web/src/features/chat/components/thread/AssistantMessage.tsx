import { BookMarked, RefreshCw } from "lucide-react";
import { Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/markdown/CopyButton";
import { Markdown } from "@/markdown/Markdown";
import { IconButton } from "@/ui/button";
import type { Citation } from "../../api/types";
import { currentOptions } from "../../state/choices";
import { isLocal, regenerate } from "../../state/runs";
import type { ThreadMessage } from "../../state/thread-store";
import type { RunMemory } from "../../stream/reducer";
import { isAsking } from "../../stream/reducer";
import { CitationsContext } from "../sources/citations-context";
import { AnswerDetails } from "./AnswerDetails";
import { AnswerEnd } from "./AnswerEnd";
import { BranchSwitcher } from "./BranchSwitcher";
import { ApprovalCards, CitationMark, Sources, Steps } from "./later";
import { Reasoning } from "./Reasoning";
import { Dots, RunStatus } from "./RunStatus";
import { useThreadContext } from "./thread-context";

const NONE: readonly Citation[] = [];

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
  const citations = message.citations.length > 0 ? message.citations : (message.run?.citations ?? NONE);
  const marks = useMemo(
    () => ({ numbers: citations.map((citation) => citation.index), mark: showMark }),
    [citations],
  );
  const steps = Math.max(message.toolCalls.length, message.run?.toolCalls.length ?? 0);
  const asking = streaming && (message.run?.toolCalls.some(isAsking) ?? false);
  // A step at work says so itself.
  const working = message.run?.toolCalls.some((call) => call.outcome === undefined) ?? false;
  const waiting = streaming && !asking && ((text === "" && !working) || message.run?.retryInMs != null);
  return (
    <div className="pb-8">
      <h2 id={labelId} className="sr-only">
        {t("kuma")}
      </h2>
      <Memories memories={message.run?.memories ?? []} />
      {reasoning === "" ? null : (
        <Reasoning text={reasoning} active={streaming && text === ""} id={message.key} />
      )}
      {steps > 0 ? (
        <Suspense fallback={<StepsPlaceholder count={steps} />}>
          <Steps stored={message.toolCalls} live={message.run?.toolCalls} streaming={streaming} />
        </Suspense>
      ) : null}
      {text === "" ? null : (
        <div dir="auto" data-message-text>
          <CitationsContext value={citations}>
            <Markdown
              text={text}
              streaming={streaming}
              id={message.key}
              {...(citations.length > 0 ? { citations: marks } : {})}
            />
          </CitationsContext>
        </div>
      )}
      {asking && message.run?.jobId ? (
        <Suspense fallback={<Dots />}>
          <ApprovalCards jobId={message.run.jobId} calls={message.run.toolCalls} />
        </Suspense>
      ) : null}
      {waiting ? (
        reasoning !== "" && text === "" ? (
          <div className="pt-1">
            <Dots />
          </div>
        ) : (
          <RunStatus message={message} />
        )
      ) : null}
      {citations.length > 0 ? (
        <Suspense>
          <Sources citations={citations} />
        </Suspense>
      ) : null}
      {streaming ? null : (
        <>
          <AnswerEnd message={message} isLast={isLast} />
          <Actions message={message} />
        </>
      )}
    </div>
  );
}

/** Until its code is there a mark is the number it shows. */
const showMark = (index: number) => (
  <Suspense fallback={<span className="md-cite">{index}</span>}>
    <CitationMark index={index} />
  </Suspense>
);

/** As high as the steps that are on their way. */
function StepsPlaceholder({ count }: { count: number }) {
  return (
    <div
      className="mb-4 rounded-lg border border-border bg-surface"
      style={{ height: `${count * 2.375 + 0.5}rem` }}
    />
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
          onClick={() => regenerate(threadId, message.id, currentOptions(threadId))}
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
