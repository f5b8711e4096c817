import { AlertDialog as Base } from "@base-ui/react/alert-dialog";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import type { AlertDialogProps } from "./alert-dialog";
import { Button } from "./button";
import { backdropClass, dialogClass } from "./dialog-class";

/** Loaded at first use by `AlertDialog`. */
export function AlertDialogImpl(props: AlertDialogProps) {
  const { t } = useTranslation();
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup className={cn(dialogClass, "p-6")} initialFocus={cancel}>
          <Base.Title className="font-semibold text-lg">{props.title}</Base.Title>
          <Base.Description className="mt-2 text-fg-muted text-sm">{props.description}</Base.Description>
          {props.children === undefined ? null : (
            <div className="mt-5 min-h-0 overflow-y-auto">{props.children}</div>
          )}
          <div className="mt-6 flex flex-wrap justify-end gap-2">
            <Base.Close render={<Button ref={cancel}>{t("cancel")}</Button>} />
            <Button
              variant={props.tone ?? "danger"}
              loading={props.loading ?? false}
              disabled={props.confirmDisabled ?? false}
              onClick={props.onConfirm}
            >
              {props.confirmLabel}
            </Button>
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
