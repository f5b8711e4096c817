import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { IconButton } from "./button";
import type { DialogProps } from "./dialog";
import { backdropClass, dialogClass } from "./dialog-class";

/** Loaded at first use by `Dialog`. */
export function DialogImpl(props: DialogProps) {
  const {
    open,
    onOpenChange,
    title,
    description,
    dismissible = true,
    initialFocus,
    footer,
    className,
  } = props;
  const { t } = useTranslation();
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => (next || dismissible) && onOpenChange(next)}
      disablePointerDismissal={!dismissible}
    >
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup
          className={cn(dialogClass, className)}
          {...(initialFocus === undefined ? {} : { initialFocus })}
        >
          <header className="flex items-start gap-4 px-6 pt-5.5">
            <div className="min-w-0 flex-1">
              <Base.Title className="font-semibold text-lg">{title}</Base.Title>
              {description === undefined ? null : (
                <Base.Description className="mt-1.5 text-fg-muted text-sm">{description}</Base.Description>
              )}
            </div>
            {dismissible ? (
              <Base.Close
                render={
                  <IconButton label={t("close")} tooltip={false} size="sm" className="-me-2 -mt-0.5">
                    <X aria-hidden />
                  </IconButton>
                }
              />
            ) : null}
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-6 pt-4 pb-6">{props.children}</div>
          {footer === undefined ? null : (
            <footer className="flex flex-wrap justify-end gap-2 border-border border-t px-6 py-4">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
