import { ChevronDown, Plug } from "lucide-react";
import { lazy, memo, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { Popover } from "@/ui/popover";
import { useModels } from "../../api/queries";
import type { Model } from "../../api/types";
import { useChoices } from "../../state/choices";

const ModelList = lazy(async () => ({ default: (await import("./ModelList")).ModelList }));

/** The look of what opens a list of choices under the field. */
export const triggerClass =
  "inline-flex h-8 min-w-0 cursor-pointer items-center gap-1 rounded-full px-2.5 text-fg-muted text-meta transition-colors duration-120 hover:bg-hover hover:text-fg data-popup-open:bg-hover data-popup-open:text-fg touch:h-11";

/** Which model answers next. */
export const ModelPicker = memo(function ModelPicker() {
  const { t } = useTranslation("chat");
  const models = useModels();
  const { model: chosen, chooseModel } = useChoices();
  const [open, setOpen] = useState(false);
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
      <Suspense fallback={<div className="h-40" />}>
        <ModelList
          models={models}
          current={current?.id ?? null}
          onChoose={(model) => {
            chooseModel(model.id === models.default ? null : model.id);
            setOpen(false);
          }}
        />
      </Suspense>
    </Popover>
  );
});

export function findModel(models: readonly Model[], id: string | null | undefined): Model | undefined {
  return id ? models.find((model) => model.id === id) : undefined;
}
