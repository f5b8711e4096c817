import { Check, Pencil, Undo2, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/input";
import { changeQuestion, decide, type Question } from "../../state/approvals";
import type { ReadArguments } from "./argument-fields";

interface DecisionBarProps {
  jobId: string;
  callId: string;
  question: Question;
  read: ReadArguments;
  toolName: string;
  /** False where it makes no difference: the tool is allowed already, or nobody knows it. */
  canRemember: boolean;
}

/** Approve, deny with a reason, change, allow for good. */
export function DecisionBar(props: DecisionBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const { step } = props.question;
  const before = useRef(step);
  useEffect(() => {
    // Back from the reason to where one came from.
    if (before.current === "denying" && step !== "denying")
      bar.current?.querySelector<HTMLElement>("[data-deny]")?.focus();
    before.current = step;
  }, [step]);
  return (
    <div ref={bar} className="border-border border-t bg-muted/50 px-4 py-3.5 sm:px-5">
      {props.question.step === "denying" ? <DenyForm {...props} /> : <Choices {...props} />}
    </div>
  );
}

function Choices({ jobId, callId, question, read, toolName, canRemember }: DecisionBarProps) {
  const { t } = useTranslation("tools");
  const change = (next: Partial<Question>) => changeQuestion(jobId, callId, next);
  const editing = question.step === "editing";
  const wrong = Object.keys(read.errors).length > 0;
  const approve = () => {
    if (wrong) {
      change({ step: "editing" });
      return;
    }
    void decide(jobId, callId, {
      decision: "approve",
      ...(read.changed ? { arguments: read.args } : {}),
      ...(question.remember && canRemember ? { remember: true } : {}),
    });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {canRemember ? (
        <Checkbox
          checked={question.remember}
          onChange={(remember) => change({ remember })}
          label={
            <>
              {t("approval.remember", { tool: toolName })}
              {question.remember ? (
                <span className="block text-fg-muted text-meta">{t("approval.rememberHelp")}</span>
              ) : null}
            </>
          }
        />
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" size="sm" onClick={approve} disabled={wrong}>
          <Check aria-hidden />
          {read.changed ? t("approval.approveChanged") : t("approval.approve")}
        </Button>
        <Button size="sm" data-deny onClick={() => change({ step: "denying" })}>
          <X aria-hidden />
          {t("approval.deny")}
        </Button>
        {editing ? (
          <Button
            variant="ghost"
            size="sm"
            onClick={() => change({ step: "asked", texts: {}, refusal: null })}
          >
            <Undo2 aria-hidden />
            {read.changed ? t("approval.undoEdit") : t("approval.back")}
          </Button>
        ) : (
          <Button variant="ghost" size="sm" onClick={() => change({ step: "editing" })}>
            <Pencil aria-hidden />
            {t("approval.edit")}
          </Button>
        )}
      </div>
      <p className="text-fg-muted text-meta">{t("approval.nothing")}</p>
    </div>
  );
}

function DenyForm({ jobId, callId, question }: DecisionBarProps) {
  const { t } = useTranslation("tools");
  const field = useRef<HTMLTextAreaElement>(null);
  const change = (next: Partial<Question>) => changeQuestion(jobId, callId, next);
  // It was asked for by a click on Deny just now.
  useEffect(() => field.current?.focus(), []);
  const deny = () => {
    const reason = question.reason.trim();
    void decide(jobId, callId, { decision: "deny", ...(reason === "" ? {} : { reason }) });
  };
  return (
    <form
      className="grid grid-cols-[minmax(0,1fr)] gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        deny();
      }}
    >
      <Field label={t("approval.reason")}>
        <Textarea
          ref={field}
          value={question.reason}
          maxLength={1000}
          placeholder={t("approval.reasonPlaceholder")}
          className="min-h-14"
          onChange={(event) => change({ reason: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              deny();
            } else if (event.key === "Escape") {
              event.stopPropagation();
              change({ step: "asked" });
            }
          }}
        />
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button variant="danger" size="sm" type="submit">
          {t("approval.denyNow")}
        </Button>
        <Button variant="ghost" size="sm" onClick={() => change({ step: "asked" })}>
          {t("approval.back")}
        </Button>
      </div>
    </form>
  );
}
