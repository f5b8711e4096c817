import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { toApiError } from "@/lib/api/errors";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { stop } from "../../state/runs";
import { type ThreadMessage, useThreads } from "../../state/thread-store";
import { useThreadContext } from "./thread-context";

/** What goes on while there is no text to read: thinking, waiting in line, trying again. */
export function RunStatus({ message }: { message: ThreadMessage }) {
  const { t } = useTranslation("chat");
  const { threadId } = useThreadContext();
  const run = message.run;
  const ahead = useThreads((state) =>
    Math.max(0, state.threads[threadId]?.activeRuns.indexOf(message.id) ?? 0),
  );
  const queued = run?.phase === "queued" && (ahead > 0 || (run.position ?? 0) > 0);
  const retryIn = useCountdown(run?.retryInMs ?? null);
  const cancel = () => {
    stop(threadId, message.id).catch((error: unknown) =>
      toast.error(t("composer.stopFailed"), { description: toApiError(error).detail }),
    );
  };
  const words = queued
    ? ahead > 1
      ? t("run.queuedBehind", { count: ahead })
      : t("run.queued")
    : retryIn !== null
      ? t("run.retrying", { seconds: retryIn })
      : run?.phase === "waiting_approval"
        ? t("run.waitingApproval")
        : t("run.thinking");
  return (
    <div className="flex min-h-8 items-center gap-3 text-fg-muted text-sm">
      <Dots />
      <span>{words}</span>
      {run !== undefined && run.attempt > 1 && retryIn === null ? (
        <span className="text-fg-subtle">{t("run.attempt", { attempt: run.attempt })}</span>
      ) : null}
      {queued && ahead > 0 ? (
        <Button variant="link" size="sm" onClick={cancel}>
          {t("run.cancelQueued")}
        </Button>
      ) : null}
    </div>
  );
}

/** Three dots, breathing one after the other. */
export function Dots() {
  return (
    <span aria-hidden className="inline-flex gap-1">
      {[0, 1, 2].map((dot) => (
        <span
          key={dot}
          className="size-1.5 animate-breathe rounded-full bg-honey"
          style={{ animationDelay: `${dot * 180}ms` }}
        />
      ))}
    </span>
  );
}

function useCountdown(ms: number | null): number | null {
  const [left, setLeft] = useState(ms);
  useEffect(() => {
    setLeft(ms);
    if (ms === null) return;
    const until = Date.now() + ms;
    const timer = setInterval(() => setLeft(Math.max(0, until - Date.now())), 250);
    return () => clearInterval(timer);
  }, [ms]);
  return left === null ? null : Math.ceil(left / 1000);
}
