import { useQueryClient } from "@tanstack/react-query";
import { BookMarked, BookmarkCheck, BookX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "@/lib/api";
import { toApiError } from "@/lib/api/errors";
import { Popover } from "@/ui/popover";
import { Spinner } from "@/ui/spinner";
import { toast } from "@/ui/toast";

export interface MemoryNote {
  action: "saved" | "recalled" | "unavailable" | "pending";
  items: readonly { id: string; content: string }[];
}

const chip =
  "inline-flex min-h-7 max-w-full items-center gap-2 rounded-full border border-border px-2.5 text-fg-muted text-meta [&_svg]:size-3.5 [&_svg]:shrink-0";

/** What memory had to do with an answer: what was used, on demand; what was saved, with a way back. */
export function ThreadNotes({ notes }: { notes: readonly MemoryNote[] }) {
  const { t } = useTranslation("memories");
  const of = (action: MemoryNote["action"]) => {
    const items = notes.filter((note) => note.action === action).flatMap((note) => note.items);
    return [...new Map(items.map((item) => [item.id, item])).values()];
  };
  const recalled = of("recalled");
  const saved = of("saved");
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      {notes.some((note) => note.action === "unavailable") ? (
        <span className={chip}>
          <BookX aria-hidden />
          {t("thread.unavailable")}
        </span>
      ) : null}
      {recalled.length === 0 ? null : (
        <Popover
          title={t("thread.usedTitle")}
          showTitle
          align="start"
          trigger={
            <button
              type="button"
              className={`${chip} cursor-pointer transition-colors duration-120 hover:bg-hover hover:text-fg`}
            >
              <BookMarked aria-hidden />
              {t("thread.used", { count: recalled.length })}
            </button>
          }
        >
          <ul className="grid gap-2 text-sm">
            {recalled.map((item) => (
              <li key={item.id} dir="auto" className="wrap-anywhere">
                {item.content}
              </li>
            ))}
          </ul>
          <Link
            to="/memories"
            className="mt-3 inline-block rounded-xs text-accent-text text-sm underline decoration-accent-text/35 underline-offset-4 hover:decoration-accent-text"
          >
            {t("thread.manage")}
          </Link>
        </Popover>
      )}
      {saved.map((item) => (
        <Saved key={item.id} id={item.id} content={item.content} />
      ))}
    </div>
  );
}

function Saved({ id, content }: { id: string; content: string }) {
  const { t } = useTranslation(["memories", "common"]);
  const client = useQueryClient();
  const [state, setState] = useState<"saved" | "working" | "undone">("saved");
  const undo = async () => {
    setState("working");
    try {
      await api.POST("/api/memories/{id}/undo", { params: { path: { id } } });
      setState("undone");
    } catch (error) {
      const problem = toApiError(error);
      // Forgotten elsewhere: what was wanted.
      setState(problem.status === 404 ? "undone" : "saved");
      if (problem.status !== 404) toast.error(t("undoFailed"), { description: problem.detail });
    } finally {
      void client.invalidateQueries({ queryKey: ["memories"] });
    }
  };
  return (
    <span className={chip} aria-live="polite">
      <BookmarkCheck aria-hidden />
      {state === "undone" ? (
        t("thread.undone")
      ) : (
        <>
          <span dir="auto" className="min-w-0 truncate" title={content}>
            {t("thread.saved", { content })}
          </span>
          <button
            type="button"
            className="shrink-0 cursor-pointer rounded-xs font-medium text-accent-text hover:underline touch:min-h-7"
            onClick={() => void undo()}
            disabled={state === "working"}
          >
            {state === "working" ? <Spinner /> : t("common:undo")}
          </button>
        </>
      )}
    </span>
  );
}
