import { useTranslation } from "react-i18next";
import type { ShownCall } from "./shown-call";
import { ToolCard } from "./ToolCard";

/** The steps of an answer, each as a card, a specialist's under the one that handed it the task. */
export function ToolCalls({ calls }: { calls: readonly ShownCall[] }) {
  const { t } = useTranslation("tools");
  return (
    <ul
      aria-label={t("call.group", { count: calls.length })}
      className="mb-4 grid grid-cols-[minmax(0,1fr)] gap-0.5 rounded-lg border border-border bg-surface p-1"
    >
      {calls.map((call) => (
        <ToolCard key={call.callId} call={call} />
      ))}
    </ul>
  );
}
