import { Check, ChevronRight, CircleAlert, Hand, PencilLine } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Badge } from "@/ui/badge";
import { Spinner } from "@/ui/spinner";
import type { Effect } from "../../api/types";
import { argumentHint, toolWords } from "./tool-words";

/** A tool call as the cards show it, live or stored. */
export interface ShownCall {
  callId: string;
  tool: string;
  arguments: unknown;
  effect: Effect;
  state: "running" | "waiting" | "done" | "failed";
  summary: string;
  result?: unknown;
  error?: string | null | undefined;
  durationMs: number | null;
}

/** What Kuma did in one step: the deed in plain words; what it asked for and got, on demand. */
export function ToolCard({ call }: { call: ShownCall }) {
  const { t, i18n } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const panel = useId();
  const hint = call.summary || argumentHint(call.arguments);
  const seconds =
    call.durationMs === null
      ? null
      : new Intl.NumberFormat(i18n.language, {
          maximumFractionDigits: call.durationMs < 10_000 ? 1 : 0,
        }).format(call.durationMs / 1000);
  return (
    <li className="rounded-md">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
        className="flex min-h-9 w-full cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-start text-sm transition-colors duration-120 hover:bg-hover touch:min-h-11"
      >
        <StateIcon state={call.state} />
        <span className="shrink-0 font-medium">{toolWords(t, call.tool)}</span>
        {call.effect === "write" ? (
          <Badge tone="warn" className="hidden sm:inline-flex">
            <PencilLine aria-hidden className="size-3" />
            {t("tool.write")}
          </Badge>
        ) : null}
        <span
          className={cn("min-w-0 flex-1 truncate", call.state === "failed" ? "text-danger" : "text-fg-muted")}
        >
          {hint}
        </span>
        {seconds === null ? null : (
          <span className="shrink-0 text-fg-muted text-meta tabular-nums">
            {t("tool.duration", { seconds })}
          </span>
        )}
        <ChevronRight
          aria-hidden
          className={cn(
            "size-4 shrink-0 text-fg-subtle transition-transform duration-140 rtl:-scale-x-100",
            open && "rotate-90 rtl:rotate-90",
          )}
        />
      </button>
      <div
        id={panel}
        hidden={!open}
        className="grid grid-cols-[minmax(0,1fr)] gap-3 px-2.5 pt-1 pb-3 sm:ps-9"
      >
        <Detail title={t("tool.arguments")} value={call.arguments} />
        {call.state === "running" || call.state === "waiting" ? null : (
          <Detail
            title={t("tool.result")}
            value={call.error ?? call.result}
            fallback={call.summary || t("tool.noResult")}
          />
        )}
      </div>
    </li>
  );
}

function StateIcon({ state }: { state: ShownCall["state"] }) {
  const { t } = useTranslation("chat");
  switch (state) {
    case "running":
      return <Spinner label={t("tool.running")} className="shrink-0 text-accent-text" />;
    case "waiting":
      return <Hand role="img" aria-label={t("tool.waiting")} className="size-4 shrink-0 text-warn" />;
    case "done":
      return <Check role="img" aria-label={t("tool.done")} className="size-4 shrink-0 text-ok" />;
    case "failed":
      return <CircleAlert role="img" aria-label={t("tool.failed")} className="size-4 shrink-0 text-danger" />;
  }
}

function Detail({ title, value, fallback }: { title: string; value: unknown; fallback?: string }) {
  const text =
    value === undefined || value === null
      ? (fallback ?? "")
      : typeof value === "string"
        ? value
        : JSON.stringify(value, null, 2);
  if (text === "" || text === "{}") return null;
  return (
    <div className="min-w-0">
      <p className="mb-1 text-fg-subtle text-xs">{title}</p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="wrap-anywhere max-h-64 overflow-auto whitespace-pre-wrap rounded-sm bg-muted px-3 py-2 font-mono text-xs"
      >
        {text}
      </pre>
    </div>
  );
}
