import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toApiError } from "@/lib/api/errors";
import { IconButton } from "@/ui/button";
import { toast } from "@/ui/toast";
import { chooseBranch } from "../../state/loading";
import { useThreads } from "../../state/thread-store";
import { siblingsOf } from "../../state/tree";

/** ‹2/3›: the versions of a message, made by editing or regenerating. Nothing when there is only one. */
export function BranchSwitcher({ threadId, messageId }: { threadId: string; messageId: string }) {
  const { t } = useTranslation("chat");
  const position = useThreads((state) => {
    const thread = state.threads[threadId];
    if (!thread) return "";
    const siblings = siblingsOf(state.messagesById, thread.children, messageId);
    const at = siblings.indexOf(messageId);
    // One string, so that rows compare it cheaply on every change of the store.
    return siblings.length < 2
      ? ""
      : [at, siblings.length, siblings[at - 1] ?? "", siblings[at + 1] ?? ""].join(" ");
  });
  if (position === "") return null;
  const [at = "0", total = "0", previous = "", next = ""] = position.split(" ");
  const choose = (id: string) => {
    chooseBranch(threadId, id).catch((error: unknown) =>
      toast.error(t("message.branchFailed"), { description: toApiError(error).detail }),
    );
  };
  const current = Number(at) + 1;
  return (
    <span
      className="inline-flex items-center text-fg-muted text-meta tabular-nums"
      role="group"
      aria-label={t("message.version", { current, total })}
    >
      <IconButton
        label={t("message.previous")}
        size="sm"
        disabled={previous === ""}
        onClick={() => choose(previous)}
      >
        <ChevronLeft aria-hidden className="rtl:-scale-x-100" />
      </IconButton>
      <span aria-hidden className="min-w-7 text-center">
        {current}/{total}
      </span>
      <IconButton label={t("message.next")} size="sm" disabled={next === ""} onClick={() => choose(next)}>
        <ChevronRight aria-hidden className="rtl:-scale-x-100" />
      </IconButton>
    </span>
  );
}
