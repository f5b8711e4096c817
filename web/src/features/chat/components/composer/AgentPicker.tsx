import { ChevronDown } from "lucide-react";
import { lazy, memo, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { loadWords } from "@/lib/i18n";
import { Popover } from "@/ui/popover";
import { useAgents } from "../../api/queries";
import { useChoices } from "../../state/choices";
import { triggerClass } from "./ModelPicker";

const AgentList = lazy(async () => {
  const [module] = await Promise.all([import("./AgentList"), loadWords("tools")]);
  return { default: module.AgentList };
});

interface AgentPickerProps {
  threadId: string;
  /** The chat's own agent, once it has one. */
  current: string | null;
}

/** Which agent answers next in this chat, each with what it is for and can use. Nothing to choose, nothing shown. */
export const AgentPicker = memo(function AgentPicker({ threadId, current: ofChat }: AgentPickerProps) {
  const { t } = useTranslation("chat");
  const agents = useAgents()?.filter((agent) => agent.isActive) ?? [];
  const chosen = useChoices((state) => state.agents[threadId]);
  const chooseAgent = useChoices((state) => state.chooseAgent);
  const [open, setOpen] = useState(false);
  if (agents.length < 2) return null;
  const current =
    agents.find((agent) => agent.name === chosen) ??
    agents.find((agent) => agent.name === ofChat) ??
    agents[0];
  return (
    <Popover
      title={t("agent.label")}
      side="top"
      align="start"
      open={open}
      onOpenChange={setOpen}
      className="w-96 p-1"
      trigger={
        <button
          type="button"
          className={triggerClass}
          aria-label={t("agent.choose", { name: current?.displayName ?? "" })}
        >
          <span className="truncate">{current?.displayName}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    >
      <Suspense fallback={<div className="h-64" />}>
        <AgentList
          agents={agents}
          current={current?.name ?? null}
          onChoose={(agent) => {
            chooseAgent(threadId, agent.name);
            setOpen(false);
          }}
        />
      </Suspense>
    </Popover>
  );
});
