import { RefreshCw } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { loadWords } from "@/lib/i18n";
import { patiently } from "@/lib/patient";
import { CopyButton } from "@/markdown/CopyButton";
import { Markdown } from "@/markdown/Markdown";
import { IconButton } from "@/ui/button";
import type { Citation } from "../../api/types";
import { currentOptions } from "../../state/choices";
import { isLocal, regenerate } from "../../state/runs";
import type { ThreadMessage } from "../../state/thread-store";
import { isAsking } from "../../stream/reducer";
import type { MemoryNote } from "../memory/ThreadNotes";
import { CitationsContext } from "../sources/citations-context";
import { AnswerDetails } from "./AnswerDetails";
import { AnswerEnd } from "./AnswerEnd";
import { BranchSwitcher } from "./BranchSwitcher";
import { ApprovalCards, CitationMark, Sources, Steps } from "./later";
import { Reasoning } from "./Reasoning";
import { Dots, RunStatus } from "./RunStatus";
import { useThreadContext } from "./thread-context";

const NONE: readonly Citation[] = [];
const ThreadNotes = lazy(
  patiently(async () => {
    const [module] = await Promise.all([import("../memory/ThreadNotes"), loadWords("memories")]);
    return { default: module.ThreadNotes };
  }),
);

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
  // What is kept with the message may be more than what was told while it was made. That more may come shows nothing.
  const known: readonly MemoryNote[] = message.memories ?? message.run?.memories ?? [];
  const notes = known.filter((note) => note.action !== "pending");
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
