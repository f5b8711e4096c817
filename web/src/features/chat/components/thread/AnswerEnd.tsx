import { CircleAlert, CircleStop, Play, Plug, RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Button, buttonClass } from "@/ui/button";
import { currentOptions } from "../../state/choices";
import { regenerate, send } from "../../state/runs";
import type { ThreadMessage } from "../../state/thread-store";
import { useThreadContext } from "./thread-context";

/** How an answer ended when it did not simply end, and what can be done about it. */
export function AnswerEnd({ message, isLast }: { message: ThreadMessage; isLast: boolean }) {
  if (message.status === "failed") return <ErrorCard message={message} />;
  if (message.status === "cancelled") return <Stopped message={message} isLast={isLast} />;
  return <EarlyEnd message={message} isLast={isLast} />;
}

function ErrorCard({ message }: { message: ThreadMessage }) {
  const { t } = useTranslation("chat");
  const { threadId } = useThreadContext();
  const error = message.error ?? null;
  const noModel = error?.code === "no_model";
  return (
    <div
      role="group"
      aria-label={error?.title}
      className="mt-3 flex animate-appear items-start gap-3 rounded-lg border border-danger/25 bg-danger-soft px-4 py-3.5 text-sm"
    >
      {noModel ? (
        <Plug aria-hidden className="mt-0.75 size-4 shrink-0 text-danger" />
      ) : (
        <CircleAlert aria-hidden className="mt-0.75 size-4 shrink-0 text-danger" />
      )}
      <div className="wrap-anywhere min-w-0 flex-1">
        <p className="font-medium">{noModel ? t("noModel.title") : error?.title}</p>
        <p className="text-fg-muted">{noModel ? t("noModel.kept") : error?.detail}</p>
        <div className="mt-3 flex flex-wrap gap-2">
          {noModel ? (
            <Link to="/settings/models" className={buttonClass({ variant: "primary", size: "sm" })}>
              {t("noModel.action")}
            </Link>
          ) : null}
          <Button size="sm" onClick={() => regenerate(threadId, message.id, currentOptions(threadId))}>
            <RotateCcw aria-hidden />
            {t("message.retry")}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Stopped({ message, isLast }: { message: ThreadMessage; isLast: boolean }) {
  const { t } = useTranslation("chat");
  return (
    <Ended words={t("run.stopped")} icon={<CircleStop aria-hidden className="size-4" />}>
      {isLast ? <NextSteps message={message} canRetry /> : null}
    </Ended>
  );
}

/** Endings that look like a full answer but are not. */
function EarlyEnd({ message, isLast }: { message: ThreadMessage; isLast: boolean }) {
  const { t } = useTranslation("chat");
  const reason = message.run?.finishReason;
  if (reason !== "length" && reason !== "content_filter" && reason !== "step_limit") return null;
  const words =
    reason === "length"
      ? t("run.length")
      : reason === "content_filter"
        ? t("run.contentFilter")
        : t("run.stepLimit");
  return (
    <Ended words={words} icon={<CircleStop aria-hidden className="size-4" />}>
      {isLast && reason !== "content_filter" ? <NextSteps message={message} /> : null}
    </Ended>
  );
}

function Ended({
  words,
  icon,
  children,
}: {
  words: string;
  icon: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 text-fg-muted text-sm">
      <span className="inline-flex items-center gap-2">
        {icon}
        {words}
      </span>
      {children}
    </div>
  );
}

function NextSteps({ message, canRetry = false }: { message: ThreadMessage; canRetry?: boolean }) {
  const { t } = useTranslation("chat");
  const { threadId } = useThreadContext();
  return (
    <span className="inline-flex gap-2">
      <Button size="sm" onClick={() => send(threadId, t("message.continueText"), currentOptions(threadId))}>
        <Play aria-hidden />
        {t("message.continue")}
      </Button>
      {canRetry ? (
        <Button
          size="sm"
          variant="ghost"
          onClick={() => regenerate(threadId, message.id, currentOptions(threadId))}
        >
          <RotateCcw aria-hidden />
          {t("message.retry")}
        </Button>
      ) : null}
    </span>
  );
}
