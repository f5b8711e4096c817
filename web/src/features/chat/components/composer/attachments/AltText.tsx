import { useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/input";
import { Popover } from "@/ui/popover";
import type { ImageDraft } from "./store";

/** As many as the server takes. */
const MAX_CHARS = 1_000;

interface AltTextProps {
  image: ImageDraft;
  onDescribe: (alt: string) => void;
}

/** The description of an image, for people who cannot see it; models read it too. */
export function AltText({ image, onDescribe }: AltTextProps) {
  const { t } = useTranslation("attachments");
  const [open, setOpen] = useState(false);
  return (
    <Popover
      title={t("altTitle")}
      showTitle
      side="top"
      align="start"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          aria-label={
            image.alt === "" ? t("altAdd", { name: image.name }) : t("altEdit", { name: image.name })
          }
          className={cn(
            "absolute start-1 bottom-1 min-h-6 cursor-pointer rounded-sm px-1.5 font-semibold text-[0.6875rem] leading-none shadow-xs",
            image.alt === "" ? "bg-surface/90 text-fg-muted hover:text-fg" : "bg-accent text-accent-fg",
          )}
        >
          {t("alt")}
        </button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // Not the message's form, although it is drawn inside of it.
          event.stopPropagation();
          setOpen(false);
        }}
      >
        <Field label={<span className="sr-only">{t("altLabel")}</span>} help={t("altHelp")}>
          <Textarea
            autoFocus
            value={image.alt}
            maxLength={MAX_CHARS}
            rows={3}
            onChange={(event) => onDescribe(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault();
                setOpen(false);
              }
            }}
          />
        </Field>
        <div className="mt-3 flex justify-end">
          <Button type="submit" variant="primary" size="sm">
            {t("altDone")}
          </Button>
        </div>
      </form>
    </Popover>
  );
}
