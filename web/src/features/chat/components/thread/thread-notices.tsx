import { WifiOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import { loadOlder } from "../../state/loading";
import { reconnect } from "../../state/runs";
import { useThreads } from "../../state/thread-store";

const pill =
  "pointer-events-auto flex animate-appear items-center gap-2.5 rounded-full border border-border bg-surface px-4 py-1.5 text-fg-muted text-meta shadow-md";

/** Older messages did not come: says so at the top, with another try. */
export function OlderFailed({ threadId }: { threadId: string }) {
  const { t } = useTranslation("chat");
  const failed = useThreads((state) => state.threads[threadId]?.olderError ?? null);
  if (failed === null) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-3 z-10 flex justify-center px-4">
      <p role="alert" className={pill}>
        {t("thread.olderFailed")}
        <Button variant="link" size="sm" onClick={() => void loadOlder(threadId)}>
          {t("message.retry")}
        </Button>
      </p>
    </div>
  );
}

/** The stream of an answer broke off: quietly while it is being restored, with a way out when it was not. */
export function ConnectionNotice({ threadId }: { threadId: string }) {
  const { t } = useTranslation("chat");
  const connection = useThreads((state) => state.threads[threadId]?.connection ?? "live");
  const active = useThreads((state) => (state.threads[threadId]?.activeRuns.length ?? 0) > 0);
  const shown = active && connection !== "live";
  return (
    <div aria-live="polite" className="flex justify-center pb-2 empty:hidden">
      {!shown ? null : connection === "reconnecting" ? (
        <p className={pill}>
          <Spinner />
          {t("thread.reconnecting")}
        </p>
      ) : (
        <p className={pill}>
          <WifiOff aria-hidden className="size-4" />
          {t("thread.lost")}
          <Button variant="link" size="sm" onClick={() => reconnect(threadId)}>
            {t("thread.reconnect")}
          </Button>
        </p>
      )}
    </div>
  );
}
