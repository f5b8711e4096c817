import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { ProviderGlyph } from "./provider-glyph";
import { CHOICES, type Choice } from "./provider-kinds";

/** The kinds of provider as a list to pick from. */
export function ProviderChoice({
  onChoose,
  className,
}: {
  onChoose: (choice: Choice) => void;
  className?: string;
}) {
  const { t } = useTranslation("settings");
  return (
    <ul className={cn("grid gap-2", className)}>
      {CHOICES.map((choice) => (
        <li key={choice}>
          <button
            type="button"
            onClick={() => onChoose(choice)}
            className="group flex w-full cursor-pointer items-center gap-3.5 rounded-lg border border-border bg-surface p-3 text-start shadow-xs transition-colors duration-120 hover:border-control hover:bg-muted"
          >
            <ProviderGlyph kind={choice} />
            <span className="min-w-0 flex-1">
              <span className="block font-medium text-sm">{t(`provider.kinds.${choice}.name`)}</span>
              <span className="block text-fg-muted text-meta">{t(`provider.kinds.${choice}.hint`)}</span>
            </span>
            <ChevronRight aria-hidden className="size-4 text-fg-subtle rtl:-scale-x-100" />
          </button>
        </li>
      ))}
    </ul>
  );
}
