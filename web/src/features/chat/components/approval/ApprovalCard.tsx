import { Hand } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "@/ui/notice";
import { Spinner } from "@/ui/spinner";
import { useTools } from "../../api/queries";
import { type Question, useQuestion } from "../../state/approvals";
import type { Approval, RunToolCall } from "../../stream/reducer";
import { argumentHint, isMcpTool, toolWords } from "../tool-card/tool-words";
import { useAgentName } from "../tool-card/use-agent-name";
import { ArgumentForm } from "./ArgumentForm";
import { ArgumentList } from "./ArgumentList";
import { fieldsOf, readArguments } from "./argument-fields";
import { DecisionBar } from "./DecisionBar";
import { Preview } from "./Preview";

interface ApprovalCardProps {
  jobId: string;
  call: RunToolCall;
  /** The `delegate` call whose specialist asks. */
  asker?: RunToolCall | undefined;
}

/**
 * A call that waits for its owner: what would happen, why it asks, what would be sent, to be changed if need be, and
 * the decision. Focus is never brought here by itself.
 */
export function ApprovalCard({ jobId, call, asker }: ApprovalCardProps) {
  const { t } = useTranslation("tools");
  const question = useQuestion(jobId, call.callId);
  const tool = useTools()?.find((one) => one.name === call.tool);
  const agent = useAgentName(asker?.arguments);
  const card = useRef<HTMLElement>(null);
  const id = useId();
  useFocusPassedOn(card);
  useFocusKept(card, question.sent !== "no");

  const fields = fieldsOf(tool?.inputSchema, call.arguments);
  const read = readArguments(fields, question.texts, call.arguments);
  const open = question.sent === "no" && question.refusal?.kind !== "over";
  const name = tool?.displayName ?? toolWords(t, call.tool);
  // What other servers' tools would do is their arguments, and those stand below.
  const told = isMcpTool(call.tool) ? toolWords(t, call.tool) : call.description;
  const sentence = told || [name, argumentHint(call.arguments)].filter(Boolean).join(": ");
  return (
    <section
      ref={card}
      tabIndex={-1}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-what`}
      className="animate-appear overflow-hidden rounded-xl outline-none border border-warn/40 bg-surface shadow-sm"
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 p-4 sm:p-5">
        <header className="flex items-start gap-3">
          <span className="grid size-8 shrink-0 place-items-center rounded-full bg-warn-soft text-warn">
            <Hand aria-hidden className="size-4" />
          </span>
          <div className="min-w-0 flex-1">
            <h3 id={`${id}-title`} className="text-fg-muted text-meta">
              {asker ? t("approval.titleAgent", { agent }) : t("approval.title")}
            </h3>
            <p id={`${id}-what`} dir="auto" className="wrap-anywhere font-semibold text-base">
              {sentence}
            </p>
          </div>
        </header>
        {call.approval ? <Why approval={call.approval} /> : null}
        {question.step === "editing" && open ? (
          <ArgumentForm
            fields={fields}
            original={call.arguments}
            texts={question.texts}
            errors={read.errors}
            jobId={jobId}
            callId={call.callId}
          />
        ) : (
          <ArgumentList
            args={read.args}
            schema={tool?.inputSchema}
            className="rounded-lg bg-muted/60 px-4 py-3 [&_dd>div]:bg-surface"
          />
        )}
        {call.approval ? <Preview preview={call.approval.preview} args={call.arguments} /> : null}
        <Refused question={question} />
      </div>
      {open ? (
        <DecisionBar
          jobId={jobId}
          callId={call.callId}
          question={question}
          read={read}
          toolName={name}
          sentenceId={`${id}-what`}
          canRemember={tool?.allowed === false}
        />
      ) : question.sent === "no" ? null : (
        <p
          role="status"
          className="flex min-h-12 items-center gap-2.5 border-border border-t bg-muted/50 px-4 py-3 text-sm sm:px-5"
        >
          <Spinner />
          {question.sent === "sending"
            ? t("approval.sending")
            : question.sent === "approved"
              ? t("approval.approved")
              : t("approval.denied")}
        </p>
      )}
    </section>
  );
}

/** So many places the reason itself names. */
const NAMED = 3;

/** Why it asks; with text from outside in the run, from where that came. */
function Why({ approval }: { approval: Approval }) {
  const { t } = useTranslation("tools");
  if (approval.taint.length === 0) return <p className="text-fg-muted text-sm">{approval.reason}</p>;
  return (
    <Notice tone="warn" title={t("approval.taintTitle")}>
      <p>{approval.reason}</p>
      {approval.taint.length > NAMED ? (
        <>
          <p className="mt-2">{t("approval.taintFrom")}</p>
          <ul className="wrap-anywhere list-disc ps-5">
            {approval.taint.map((place) => (
              <li key={place}>{place}</li>
            ))}
          </ul>
        </>
      ) : null}
    </Notice>
  );
}

function Refused({ question }: { question: Question }) {
  const { t } = useTranslation("tools");
  const { refusal } = question;
  if (refusal === null) return null;
  const title =
    refusal.kind === "over"
      ? t("approval.over")
      : refusal.kind === "arguments"
        ? t("approval.refused")
        : t("approval.retry");
  return (
    <Notice tone={refusal.kind === "over" ? "info" : "danger"} title={title}>
      <p className="wrap-anywhere">{refusal.detail || refusal.title}</p>
    </Notice>
  );
}

/** The button that was pressed goes with the decision: the focus stays on the card. */
function useFocusKept(card: React.RefObject<HTMLElement | null>, isSent: boolean): void {
  const was = useRef(isSent);
  useEffect(() => {
    if (isSent && !was.current && document.activeElement === document.body)
      card.current?.focus({ preventScroll: true });
    was.current = isSent;
  }, [card, isSent]);
}

/** The card goes when the run goes on; a focus that was in it goes to the conversation, not to nowhere. */
function useFocusPassedOn(card: React.RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = card.current;
    const feed = element?.closest<HTMLElement>("[role=feed]");
    return () => {
      if (element?.contains(document.activeElement)) feed?.focus({ preventScroll: true });
    };
  }, [card]);
}
