import { ArrowUp, ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { BearMark } from "@/ui/logo";

/** A drawing of a conversation, made of the app's own parts. A picture to everyone: nothing in it can be used. */
export function Preview({ className }: { className?: string }) {
  const { t } = useTranslation("landing");
  return (
    <div
      role="img"
      aria-label={t("preview.label")}
      className={cn("mx-auto max-w-4xl rounded-2xl border border-border bg-surface shadow-lg", className)}
    >
      <div className="flex">
        <div className="hidden w-44 shrink-0 rounded-s-2xl border-border border-e bg-sunken p-5 md:block">
          <BearMark className="size-6" />
          <div className="mt-7 grid gap-4">
            {[78, 92, 60, 84, 52, 70].map((width, index) => (
              <span
                key={width}
                className={cn("block h-2.5 rounded-full", index === 1 ? "bg-honey/55" : "bg-border")}
                style={{ width: `${width}%` }}
              />
            ))}
          </div>
        </div>
        <div className="min-w-0 flex-1 p-5 text-start text-sm sm:p-8">
          <p className="ms-auto w-fit max-w-[85%] rounded-xl rounded-ee-xs bg-accent-soft px-4 py-2.5 text-fg">
            {t("preview.question")}
          </p>
          <div className="mt-6 grid max-w-xl gap-3 text-fg">
            <p>{t("preview.answer1")}</p>
            <ul className="grid gap-1.5 ps-5">
              {(["point1", "point2", "point3"] as const).map((point) => (
                <li key={point} className="list-disc marker:text-accent">
                  {t(`preview.${point}`)}
                </li>
              ))}
            </ul>
            <p>
              {t("preview.answer2")}
              <span className="ms-1 inline-block h-4 w-1.75 translate-y-0.5 animate-breathe rounded-xs bg-accent" />
            </p>
          </div>
          <div className="mt-9 flex items-center gap-3 rounded-xl border border-border bg-bg py-2 ps-4 pe-2 shadow-sm">
            <span className="flex-1 text-fg-subtle">{t("preview.composer")}</span>
            <span className="flex items-center gap-1 text-fg-muted text-meta">
              {t("preview.model")}
              <ChevronDown className="size-3.5" />
            </span>
            <span className="grid size-8 place-items-center rounded-full bg-accent text-accent-fg">
              <ArrowUp className="size-4" />
            </span>
          </div>
        </div>
      </div>
    </div>
  );
}
