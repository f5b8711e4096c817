import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Markdown } from "@/markdown/Markdown";

interface ReasoningProps {
  text: string;
  /** Still thinking: nothing of the answer is there yet. */
  active: boolean;
  id: string;
}

/** What the model thought before it answered. Folded away; the answer is what was asked for. */
export function Reasoning({ text, active, id }: ReasoningProps) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const panel = useId();
  return (
    <div className="mb-3">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
        className="-ms-2 inline-flex min-h-8 cursor-pointer items-center gap-1.5 rounded-sm px-2 text-fg-muted text-sm transition-colors duration-120 hover:bg-hover hover:text-fg touch:min-h-11"
      >
        <ChevronRight
          aria-hidden
          className={cn(
            "size-4 transition-transform duration-140 rtl:-scale-x-100",
            open && "rotate-90 rtl:rotate-90",
          )}
        />
        <span className={cn(active && "animate-breathe")}>
          {active ? t("reasoning.thinking") : t("reasoning.thought")}
        </span>
      </button>
      <div
        id={panel}
        hidden={!open}
        className="mt-1 border-border border-s-2 ps-4 text-fg-muted [&_.md]:text-sm [&_.md]:leading-5.5"
      >
        {open ? <Markdown text={text} streaming={active} id={`${id}-reasoning`} /> : null}
      </div>
    </div>
  );
}
