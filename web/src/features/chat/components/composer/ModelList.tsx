import { Check, Plug } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { Badge } from "@/ui/badge";
import { buttonClass } from "@/ui/button";
import { Input } from "@/ui/input";
import type { Model, Models } from "../../api/types";
import { rowClass } from "./picker-class";

/** The list gets a search field from this many on. */
const MANY = 9;

interface ModelListProps {
  models: Models;
  current: string | null;
  onChoose: (model: Model) => void;
}

/** The models to choose from, and the way to more. */
export function ModelList({ models, current, onChoose }: ModelListProps) {
  const { t, i18n } = useTranslation("chat");
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const shown = models.items.filter((model) =>
    `${model.name} ${model.provider} ${model.id}`.toLowerCase().includes(wanted),
  );
  const number = new Intl.NumberFormat(i18n.language, { notation: "compact" });
  return (
    <>
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
            aria-current={model.id === current}
            className={rowClass}
            onClick={() => onChoose(model)}
          >
            <Check
              aria-hidden
              className={cn("mt-1 size-4 shrink-0 text-accent-text", model.id !== current && "invisible")}
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
    </>
  );
}
