import { useTranslation } from "react-i18next";
import type { ToolCall } from "../../api/types";
import type { RunToolCall } from "../../stream/reducer";
import { type ShownCall, ToolCard } from "./ToolCard";

/** The steps of an answer, each as a card. The same from a run that is on and from a stored message. */
export function ToolCalls({
  stored,
  live,
}: {
  stored: readonly ToolCall[];
  live: readonly RunToolCall[] | undefined;
}) {
  const { t } = useTranslation("chat");
  const calls = stored.length > 0 ? stored.map(fromStored) : (live ?? []).map(fromRun);
  if (calls.length === 0) return null;
  return (
    <ul
      aria-label={t("tool.group", { count: calls.length })}
      className="mb-4 grid grid-cols-[minmax(0,1fr)] gap-0.5 rounded-lg border border-border bg-surface p-1"
    >
      {calls.map((call) => (
        <ToolCard key={call.callId} call={call} />
      ))}
    </ul>
  );
}

function fromStored(call: ToolCall): ShownCall {
  const { callId, tool, effect, summary, result, error, durationMs } = call;
  return {
    callId,
    tool,
    arguments: call.arguments,
    effect,
    summary,
    result,
    error,
    durationMs,
    state: call.ok ? "done" : "failed",
  };
}

function fromRun(call: RunToolCall): ShownCall {
  const { callId, tool, effect, outcome } = call;
  return {
    callId,
    tool,
    arguments: call.arguments,
    effect,
    state: outcome ? (outcome.ok ? "done" : "failed") : call.approval ? "waiting" : "running",
    summary: outcome?.summary ?? call.approval?.reason ?? "",
    result: outcome?.result,
    error: outcome?.error,
    durationMs: outcome?.durationMs ?? null,
  };
}
