import { Check, ChevronRight, CircleAlert, Hand, PencilLine } from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Badge } from "@/ui/badge";
import { Spinner } from "@/ui/spinner";
import { ArgumentList } from "../approval/ArgumentList";
import { isObject } from "../approval/argument-fields";
import { DELEGATE, type ShownCall } from "./shown-call";
import { argumentHint, durationWords, isMcpTool, toolWords } from "./tool-words";
import { useAgentName } from "./use-agent-name";

const ResultView = lazy(() => import("./results/ResultView"));

/** Work that takes minutes and says what it does: it stands open while one waits for it. */
const OPEN_AT_WORK = new Set([DELEGATE, "deepResearch"]);

/** What takes less takes no time. */
const NOTABLE_MS = 50;

/** What Kuma did in one step: the deed in plain words; what it asked for, did and got, on demand. */
export function ToolCard({ call, nested = false }: { call: ShownCall; nested?: boolean }) {
  const { t, i18n } = useTranslation("tools");
  const over = call.state === "done" || call.state === "failed";
  const [open, setOpen] = useState(!over && OPEN_AT_WORK.has(call.tool));
  const panel = useId();
  const { title, hint } = useWords(call);
  return (
    <li className="min-w-0 rounded-md">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
        className="flex min-h-9 w-full cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-start text-sm transition-colors duration-120 hover:bg-hover touch:min-h-11"
      >
        <StateIcon state={call.state} />
        <span className="flex min-w-0 flex-1 flex-col sm:flex-row sm:items-center sm:gap-2.5">
          <span className={cn("truncate font-medium", hint !== "" && "sm:max-w-[60%] sm:shrink-0")}>
            {title}
          </span>
          {call.effect === "write" ? (
            <Badge tone="warn" className="hidden sm:inline-flex">
              <PencilLine aria-hidden className="size-3" />
              {t("call.write")}
            </Badge>
          ) : null}
          {hint === "" ? null : (
            <span
              className={cn(
                "min-w-0 truncate max-sm:text-meta sm:flex-1",
                call.state === "failed"
                  ? "text-danger"
                  : call.state === "waiting"
                    ? "text-warn"
                    : "text-fg-muted",
              )}
            >
              {hint}
            </span>
          )}
        </span>
        {call.durationMs === null || call.durationMs < NOTABLE_MS ? null : (
          <span className="shrink-0 text-fg-muted text-meta tabular-nums">
            {durationWords(t, i18n.language, call.durationMs)}
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
        className={cn(
          "grid grid-cols-[minmax(0,1fr)] gap-3.5 px-2.5 pt-1 pb-3",
          nested ? "sm:ps-8" : "sm:ps-9",
        )}
      >
        {open ? <Details call={call} over={over} /> : null}
      </div>
    </li>
  );
}

function useWords(call: ShownCall): { title: string; hint: string } {
  const { t } = useTranslation("tools");
  const agent = useAgentName(call.arguments);
  const deed = call.tool === DELEGATE ? t("words.delegate", { agent }) : toolWords(t, call.tool);
  const asked = argumentHint(call.arguments);
  switch (call.state) {
    case "running":
      return call.tool === DELEGATE
        ? { title: deed, hint: asked }
        : { title: call.description || deed, hint: call.progress.at(-1) ?? (call.description ? "" : asked) };
    case "waiting":
      return { title: isMcpTool(call.tool) ? deed : call.description || deed, hint: t("call.waiting") };
    case "done":
      return { title: deed, hint: call.tool === DELEGATE ? asked : call.summary || asked };
    case "failed":
      return { title: deed, hint: call.summary || call.error || asked };
  }
}

function Details({ call, over }: { call: ShownCall; over: boolean }) {
  const { t } = useTranslation("tools");
  const agent = useAgentName(call.arguments);
  const isDelegate = call.tool === DELEGATE;
  return (
    <>
      {isDelegate ? (
        <Task args={call.arguments} />
      ) : (
        <Part title={t("call.arguments")}>
          <ArgumentList args={call.arguments} />
        </Part>
      )}
      {call.children.length > 0 ? (
        <ul
          aria-label={t("call.steps", { agent })}
          className="-mx-1 grid grid-cols-[minmax(0,1fr)] gap-0.5 border-border border-s-2 ps-1.5"
        >
          {call.children.map((child) => (
            <ToolCard key={child.callId} call={child} nested />
          ))}
        </ul>
      ) : null}
      {call.progress.length > 0 && (!over || call.tool === "deepResearch") ? (
        <Part title={t("call.progress")}>
          <Progress lines={call.progress} over={over} />
        </Part>
      ) : null}
      {over ? (
        <Part
          title={call.state === "failed" ? t("call.error") : isDelegate ? t("call.answer") : t("call.result")}
        >
          {call.state === "failed" ? (
            <p className="wrap-anywhere text-sm">{call.error || call.summary || t("call.noResult")}</p>
          ) : (
            <Suspense fallback={<p className="text-fg-muted text-sm">{call.summary}</p>}>
              <ResultView call={call} />
            </Suspense>
          )}
        </Part>
      ) : null}
    </>
  );
}

/** The task that was handed on, where the line above could not hold it. */
function Task({ args }: { args: unknown }) {
  const { t } = useTranslation("tools");
  const task = isObject(args) && typeof args["task"] === "string" ? args["task"] : "";
  if (argumentHint(args) === task) return null;
  return (
    <Part title={t("call.task")}>
      <p className="wrap-anywhere whitespace-pre-wrap text-sm">{task}</p>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="mb-1 text-fg-muted text-xs">{title}</p>
      {children}
    </div>
  );
}

/** The last steps of long work, the one at hand last. */
function Progress({ lines, over }: { lines: readonly string[]; over: boolean }) {
  const shown = over ? lines : lines.slice(-6);
  const first = lines.length - shown.length;
  return (
    <ol className="grid max-h-56 gap-1 overflow-y-auto text-sm">
      {shown.map((line, index) => {
        const current = !over && index === shown.length - 1;
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only appended, and may be the same twice
            key={first + index}
            className={cn("flex min-w-0 items-center gap-2", current ? "text-fg" : "text-fg-muted")}
          >
            <span
              aria-hidden
              className={cn(
                "size-1.5 shrink-0 rounded-full",
                current ? "animate-breathe bg-honey" : "bg-border",
              )}
            />
            <span className="min-w-0 truncate">{line}</span>
          </li>
        );
      })}
    </ol>
  );
}

function StateIcon({ state }: { state: ShownCall["state"] }) {
  const { t } = useTranslation("tools");
  switch (state) {
    case "running":
      return <Spinner label={t("call.running")} className="shrink-0 text-accent-text" />;
    case "waiting":
      return <Hand role="img" aria-label={t("call.waiting")} className="size-4 shrink-0 text-warn" />;
    case "done":
      return <Check role="img" aria-label={t("call.done")} className="size-4 shrink-0 text-ok" />;
    case "failed":
      return <CircleAlert role="img" aria-label={t("call.failed")} className="size-4 shrink-0 text-danger" />;
  }
}
