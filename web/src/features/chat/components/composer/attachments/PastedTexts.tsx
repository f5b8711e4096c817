import { FileText, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import type { Draft } from "../../../state/drafts";

interface PastedTextsProps {
  draft: Draft;
  onChange: (change: (draft: Draft) => Draft) => void;
  /** A text was put into the message: it is written on there. */
  onDone: () => void;
}

/** Long texts that were pasted: beside the message rather than in it. */
export function PastedTexts({ draft, onChange, onDone }: PastedTextsProps) {
  const { t, i18n } = useTranslation("chat");
  const remove = (index: number) =>
    onChange((before) => ({ ...before, pasted: before.pasted.filter((_, at) => at !== index) }));
  const inline = (index: number) => {
    onChange((before) => {
      const pasted = before.pasted[index];
      if (!pasted) return before;
      return {
        text: before.text === "" ? pasted.text : `${before.text}\n${pasted.text}`,
        pasted: before.pasted.filter((_, at) => at !== index),
      };
    });
    onDone();
  };
  return (
    <ul className="flex flex-wrap gap-2 px-3 pt-3">
      {draft.pasted.map((pasted, index) => (
        <li
          key={pasted.name}
          className="flex min-w-0 items-center gap-2.5 rounded-lg border border-border bg-muted py-1.5 ps-3 pe-1 text-sm"
        >
          <FileText aria-hidden className="size-4.5 shrink-0 text-fg-muted" />
          <span className="min-w-0">
            <span className="block truncate font-medium">{pasted.name}</span>
            <span className="block text-fg-muted text-xs">
              {t("composer.pastedSize", { size: pasted.text.length.toLocaleString(i18n.language) })}
              {" · "}
              <button
                type="button"
                className="cursor-pointer text-accent-text underline underline-offset-2"
                onClick={() => inline(index)}
              >
                {t("composer.pastedInline")}
              </button>
            </span>
          </span>
          <IconButton
            label={t("composer.pastedRemove", { name: pasted.name })}
            size="sm"
            onClick={() => remove(index)}
          >
            <X aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
