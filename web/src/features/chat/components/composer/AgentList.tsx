import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Badge } from "@/ui/badge";
import { useTools } from "../../api/queries";
import type { Agent, Tool } from "../../api/types";
import { spaced } from "../tool-card/tool-words";
import { rowClass } from "./picker-class";

/** So many of an agent's tools are named; the rest is counted. */
const NAMED = 4;

interface AgentListProps {
  agents: readonly Agent[];
  current: string | null;
  onChoose: (agent: Agent) => void;
}

/** The agents to choose from. */
export function AgentList({ agents, current, onChoose }: AgentListProps) {
  const { t } = useTranslation("tools");
  const tools = useTools();
  return (
    <div role="group" aria-label={t("agent.label")} className="max-h-[min(30rem,64dvh)] overflow-y-auto">
      {agents.map((agent) => (
        <button
          key={agent.name}
          type="button"
          aria-current={agent.name === current}
          className={cn(rowClass, "py-2.5")}
          onClick={() => onChoose(agent)}
        >
          <Check
            aria-hidden
            className={cn("mt-1 size-4 shrink-0 text-accent-text", agent.name !== current && "invisible")}
          />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{agent.displayName}</span>
            <span className="line-clamp-2 text-fg-muted text-meta">{agent.description}</span>
            <ToolNames agent={agent} tools={tools} />
          </span>
        </button>
      ))}
    </div>
  );
}

function ToolNames({ agent, tools }: { agent: Agent; tools: readonly Tool[] | undefined }) {
  const { t } = useTranslation("tools");
  if (agent.tools.length === 0)
    return <span className="mt-1 block text-fg-subtle text-xs">{t("agent.noTools")}</span>;
  const named = agent.tools.slice(0, NAMED);
  const rest = agent.tools.length - named.length;
  return (
    <span className="mt-1.5 flex flex-wrap items-center gap-1">
      <span className="sr-only">{t("agent.tools")}</span>
      {named.map((name) => (
        <Badge key={name} className="border border-border bg-surface font-normal">
          {tools?.find((tool) => tool.name === name)?.displayName ?? spaced(name)}
        </Badge>
      ))}
      {rest > 0 ? <span className="text-fg-muted text-xs">{t("agent.more", { count: rest })}</span> : null}
    </span>
  );
}
