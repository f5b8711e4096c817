import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Bot, History, MessageSquareText, Pencil, ShieldAlert, Trash2, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "@/lib/api";
import { toApiError } from "@/lib/api/errors";
import { Badge } from "@/ui/badge";
import { IconButton } from "@/ui/button";
import { Card } from "@/ui/card";
import { Popover } from "@/ui/popover";
import { Spinner } from "@/ui/spinner";
import { toast } from "@/ui/toast";
import { MEMORIES, type Memory, refreshMemories } from "./api";
import { scheduleForgetting, UNDO_MS, undoForgetting } from "./forgetting";

const SOURCES = {
  user: <UserRound aria-hidden />,
  chat: <MessageSquareText aria-hidden />,
  agent: <Bot aria-hidden />,
} as const;

/** One memory: what it says, where it is from, since when, and what can be done with it. */
export function MemoryRow({ memory, onEdit }: { memory: Memory; onEdit: () => void }) {
  const { t } = useTranslation(["memories", "common"]);
  const client = useQueryClient();
  const source = memory.source === "chat" || memory.source === "agent" ? memory.source : "user";
  const forget = () => {
    scheduleForgetting(memory.id, (error) => {
      if (error !== null) toast.error(t("forgetFailed"), { description: toApiError(error).detail });
      refreshMemories(client);
    });
    toast(t("forgotten"), {
      description: memory.content,
      duration: UNDO_MS,
      action: { label: t("common:undo"), onClick: () => void undoForgetting(memory.id) },
    });
  };
  const words = (
    <>
      <span className="[&_svg]:size-3.5">{SOURCES[source]}</span>
      {t(`source.${source}`)}
    </>
  );
  const sourceClass = "inline-flex items-center gap-1.5";
  return (
    <li>
      <Card className="group flex items-start gap-2 px-4 py-3">
        <div className="min-w-0 flex-1">
          <p dir="auto" className="wrap-anywhere text-sm leading-6">
            {memory.content}
          </p>
          <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 touch:gap-y-3 text-fg-subtle text-meta">
            {memory.chatId === undefined || memory.chatId === null ? (
              <span className={sourceClass}>{words}</span>
            ) : (
              <Link
                to={`/chat/${memory.chatId}${memory.messageId ? `#${memory.messageId}` : ""}`}
                className={`${sourceClass} rounded-xs underline decoration-border hover:decoration-fg-muted underline-offset-4 hover:text-fg`}
              >
                {words}
              </Link>
            )}
            <time dateTime={memory.updatedAt}>{day(memory.updatedAt)}</time>
            {memory.updatedAt === memory.createdAt ? null : <Past memory={memory} />}
            {memory.tainted ? (
              <Badge tone="warn" title={t("taintedDetail")}>
                <ShieldAlert aria-hidden className="size-3.5" />
                {t("tainted")}
              </Badge>
            ) : null}
          </div>
        </div>
        <div className="flex shrink-0 opacity-60 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 touch:opacity-100">
          <IconButton label={t("edit")} size="sm" onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton label={t("forget")} size="sm" onClick={forget}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      </Card>
    </li>
  );
}

/** What the memory said before, on demand. */
function Past({ memory }: { memory: Memory }) {
  const { t } = useTranslation("memories");
  const [open, setOpen] = useState(false);
  const past = useQuery({
    queryKey: [...MEMORIES, "history", memory.id, memory.updatedAt],
    enabled: open,
    queryFn: async ({ signal }) => {
      const { data } = await api.GET("/api/memories/{id}/history", {
        params: { path: { id: memory.id } },
        signal,
      });
      return data?.items ?? [];
    },
  });
  return (
    <Popover
      title={t("history.title")}
      showTitle
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className="relative inline-flex cursor-pointer items-center gap-1.5 rounded-xs hover:text-fg touch:min-h-6 touch:before:absolute touch:before:-inset-x-2 touch:before:-inset-y-2.5 touch:before:content-['']"
        >
          <History aria-hidden className="size-3.5" />
          {t("history.open")}
        </button>
      }
    >
      {past.isPending ? (
        <Spinner />
      ) : past.isError ? (
        <p className="text-danger text-meta">{toApiError(past.error).detail}</p>
      ) : (
        <ul className="grid gap-2.5">
          {past.data.map((version) => (
            <li key={version.replacedAt} className="text-sm">
              <p dir="auto" className="wrap-anywhere">
                {version.content}
              </p>
              <p className="text-fg-subtle text-xs">
                {t("history.span", { from: day(version.writtenAt), to: day(version.replacedAt) })}
              </p>
            </li>
          ))}
          {past.data.length === 0 ? <li className="text-fg-muted text-sm">{t("history.none")}</li> : null}
        </ul>
      )}
    </Popover>
  );
}

function day(at: string): string {
  return new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
