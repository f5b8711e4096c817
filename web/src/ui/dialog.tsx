import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { IconButton } from "./button";

export const backdropClass =
  "fixed inset-0 z-40 bg-scrim transition-opacity duration-160 data-starting-style:opacity-0 data-ending-style:opacity-0";

export const dialogClass = [
  "fixed z-50 flex max-h-[min(44rem,calc(100dvh-2rem))] w-[min(28rem,calc(100vw-2rem))] flex-col rounded-xl border border-border bg-surface text-fg shadow-lg outline-none",
  "top-1/2 start-1/2 -translate-y-1/2 -translate-x-1/2 rtl:translate-x-1/2",
  "transition-[opacity,scale] duration-160 ease-out data-starting-style:scale-97 data-starting-style:opacity-0 data-ending-style:scale-98 data-ending-style:opacity-0",
].join(" ");

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** Without it only the content can close the dialog. */
  dismissible?: boolean;
  /** Where focus goes on opening; the first control otherwise. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** Buttons, in a row at the end. */
  footer?: ReactNode;
  className?: string;
  children?: ReactNode;
}

/** A modal question or form. Focus is kept inside and goes back to where it was. */
export function Dialog(props: DialogProps) {
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
