import { Check, ChevronDown, Plug } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { Badge } from "@/ui/badge";
import { buttonClass } from "@/ui/button";
import { Input } from "@/ui/input";
import { Popover } from "@/ui/popover";
import { useAgents, useModels } from "../../api/queries";
import type { Model } from "../../api/types";
import { useChoices } from "../../state/choices";

const triggerClass =
  "inline-flex h-8 min-w-0 cursor-pointer items-center gap-1 rounded-full px-2.5 text-fg-muted text-meta transition-colors duration-120 hover:bg-hover hover:text-fg data-popup-open:bg-hover data-popup-open:text-fg touch:h-11";

const rowClass =
  "flex w-full cursor-pointer items-start gap-2.5 rounded-sm px-2.5 py-2 text-start text-sm hover:bg-hover aria-[current=true]:bg-muted touch:min-h-11";

/** The list gets a search field from this many on. */
const MANY = 9;

/** Which model answers next. */
export const ModelPicker = memo(function ModelPicker() {
  const { t, i18n } = useTranslation("chat");
  const models = useModels();
  const { model: chosen, chooseModel } = useChoices();
  const [open, setOpen] = useState(false);
  const [filter, setFilter] = useState("");
  if (!models) return null;
  if (models.items.length === 0) {
    return (
      <Link to="/settings/models" className={cn(triggerClass, "text-accent-text hover:text-accent-text")}>
        <Plug aria-hidden className="size-3.5" />
        {t("model.connect")}
      </Link>
    );
  }
  const current = findModel(models.items, chosen) ?? findModel(models.items, models.default);
  const wanted = filter.trim().toLowerCase();
  const shown = models.items.filter((model) =>
    `${model.name} ${model.provider} ${model.id}`.toLowerCase().includes(wanted),
  );
  const choose = (model: Model) => {
    chooseModel(model.id === models.default ? null : model.id);
    setOpen(false);
  };
  const number = new Intl.NumberFormat(i18n.language, { notation: "compact" });
  return (
    <Popover
      title={t("model.label")}
      side="top"
      align="start"
      open={open}
      onOpenChange={setOpen}
      className="w-88 p-1"
      trigger={
        <button
          type="button"
          className={triggerClass}
          aria-label={t("model.choose", { name: current?.name ?? t("model.none") })}
        >
          <span className="truncate">{current?.name ?? t("model.none")}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    >
      {models.items.length >= MANY ? (
        <div className="p-1">
          <Input
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            placeholder={t("model.search")}
            aria-label={t("model.search")}
            className="h-9"
          />
        </div>
      ) : null}
      <div role="group" aria-label={t("model.label")} className="max-h-[min(24rem,60dvh)] overflow-y-auto">
        {shown.map((model) => (
          <button
            key={model.id}
            type="button"
            aria-current={model.id === current?.id}
            className={rowClass}
            onClick={() => choose(model)}
          >
            <Check
              aria-hidden
              className={cn("mt-1 size-4 shrink-0 text-accent-text", model.id !== current?.id && "invisible")}
            />
            <span className="min-w-0 flex-1">
              <span className="flex min-w-0 items-center gap-2">
                <span className="truncate">{model.name}</span>
                {model.demo ? (
                  <Badge>{t("model.demo")}</Badge>
                ) : model.id === models.default ? (
                  <Badge tone="accent">{t("model.default")}</Badge>
                ) : null}
              </span>
              <span className="block truncate text-fg-muted text-meta">
                {model.provider}
                {model.contextWindow
                  ? ` · ${t("model.context", { size: number.format(model.contextWindow) })}`
                  : ""}
              </span>
            </span>
          </button>
        ))}
      </div>
      <div className="mt-1 border-border border-t p-1 pt-1.5">
        <Link
          to="/settings/models"
          className={cn(buttonClass({ variant: "ghost", size: "sm" }), "w-full justify-start px-2")}
        >
          <Plug aria-hidden />
          {t("model.connect")}
        </Link>
      </div>
    </Popover>
  );
});

export function findModel(models: readonly Model[], id: string | null | undefined): Model | undefined {
  return id ? models.find((model) => model.id === id) : undefined;
}

/** Which agent answers next, each with what it is for. Nothing to choose, nothing shown. */
export const AgentPicker = memo(function AgentPicker({ current: ofChat }: { current: string | null }) {
  const { t } = useTranslation("chat");
  const agents = useAgents()?.filter((agent) => agent.isActive) ?? [];
  const { agent: chosen, chooseAgent } = useChoices();
  const [open, setOpen] = useState(false);
  if (agents.length < 2) return null;
  const current = agents.find((agent) => agent.name === (chosen ?? ofChat)) ?? agents[0];
  return (
    <Popover
      title={t("agent.label")}
      side="top"
      align="start"
      open={open}
      onOpenChange={setOpen}
      className="w-88 p-1"
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
      <div role="group" aria-label={t("agent.label")} className="max-h-[min(26rem,60dvh)] overflow-y-auto">
        {agents.map((agent) => (
          <button
            key={agent.name}
            type="button"
            aria-current={agent.name === current?.name}
            className={rowClass}
            onClick={() => {
              chooseAgent(agent.name);
              setOpen(false);
            }}
          >
            <Check
              aria-hidden
              className={cn(
                "mt-1 size-4 shrink-0 text-accent-text",
                agent.name !== current?.name && "invisible",
              )}
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate">{agent.displayName}</span>
              <span className="line-clamp-2 text-fg-muted text-meta">{agent.description}</span>
            </span>
          </button>
        ))}
      </div>
    </Popover>
  );
});
