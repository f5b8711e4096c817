import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { buttonClass } from "@/ui/button";
import { BearMark } from "@/ui/logo";
import { useModels, useUserName } from "../api/queries";
import { useChoices } from "../state/choices";
import { findModel } from "./composer/ModelPicker";

const REAL = ["explain", "write", "compare", "plan"] as const;
/** A small demo model does little: what it is asked first should be within its reach. */
const DEMO = ["demoHello", "demoFact", "demoPoem", "demoList"] as const;

/** A chat before its first message: a greeting, and four things worth asking the model that is there. */
export function EmptyChat({ onPrompt }: { onPrompt: (text: string) => void }) {
  const { t } = useTranslation("chat");
  const models = useModels();
  const chosen = useChoices((state) => state.model);
  const next = models && (findModel(models.items, chosen) ?? findModel(models.items, models.default));
  const noModel = models !== undefined && models.items.length === 0;
  const prompts = next?.demo ? DEMO : REAL;
  return (
    <div className="column my-auto flex flex-col items-center px-4 pb-8 text-center sm:px-6">
      <BearMark className="mb-5 size-12" />
      <h2 className="text-balance font-semibold text-fg text-xl">{useGreeting()}</h2>
      <p className="mt-1.5 text-base text-fg-muted">
        {noModel ? t("noModel.detail") : t("greeting.question")}
      </p>
      {noModel ? (
        <Link to="/settings/models" className={cn(buttonClass({ variant: "primary" }), "mt-6")}>
          {t("noModel.action")}
        </Link>
      ) : models === undefined ? (
        <div className="mt-8 h-42 sm:h-40" />
      ) : (
        <ul aria-label={t("prompts.label")} className="mt-8 grid w-full gap-2.5 sm:grid-cols-2">
          {prompts.map((name) => (
            <li key={name}>
              <button
                type="button"
                onClick={() => onPrompt(t(`prompts.${name}.text`))}
                className="flex h-full w-full cursor-pointer flex-col items-start gap-0.5 rounded-lg border border-border bg-surface px-4 py-3 text-start shadow-xs transition-[background-color,border-color] duration-120 hover:border-control/60 hover:bg-hover"
              >
                <span className="font-medium text-sm">{t(`prompts.${name}.title`)}</span>
                <span className="line-clamp-2 text-fg-muted text-meta">{t(`prompts.${name}.text`)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function useGreeting(): string {
  const { t } = useTranslation("chat");
  const name = useUserName()?.trim().split(/\s+/)[0] ?? "";
  const [time] = useState(() => timeOfDay(new Date().getHours()));
  if (time === "night") return name === "" ? t("greeting.plainNight") : t("greeting.namedNight", { name });
  const greeting = t(`greeting.${time}`);
  return name === "" ? greeting : t("greeting.named", { greeting, name });
}

export function timeOfDay(hour: number): "morning" | "afternoon" | "evening" | "night" {
  if (hour < 5) return "night";
  if (hour < 12) return "morning";
  if (hour < 18) return "afternoon";
  return "evening";
}
