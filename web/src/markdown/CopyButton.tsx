import { Check, Copy, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { copyText } from "./copy";

interface CopyButtonProps {
  /** Gives the text at the time of the click. */
  text: () => string;
  label: string;
  icon?: ReactNode;
  className?: string;
}

/** Copies, and says for two seconds whether it did. */
export function CopyButton({ text, label, icon, className }: CopyButtonProps) {
  const { t } = useTranslation("markdown");
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    copyText(text()).then(
      () => setState("done"),
      () => setState("failed"),
    );
  };
  const shown = state === "done" ? t("copied") : state === "failed" ? t("copyFailed") : label;
  return (
    <>
      <IconButton label={shown} size="sm" onClick={copy} {...(className ? { className } : {})}>
        {state === "done" ? (
          <Check aria-hidden className="text-ok" />
        ) : state === "failed" ? (
          <TriangleAlert aria-hidden className="text-danger" />
        ) : (
          (icon ?? <Copy aria-hidden />)
        )}
      </IconButton>
      <span role="status" className="sr-only">
        {state === "idle" ? "" : shown}
      </span>
    </>
  );
}
