import { Dialog as Base } from "@base-ui/react/dialog";
import { cn } from "@/lib/cn";
import { backdropClass } from "./dialog-class";
import type { DrawerProps } from "./drawer";

/** Loaded at first use by `Drawer`. */
export function DrawerImpl({ open, onOpenChange, title, side = "start", className, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup
          className={cn(
            "fixed z-50 flex flex-col bg-sunken text-fg shadow-lg outline-none",
            "transition-[translate,opacity] duration-200 ease-out",
            side === "bottom"
              ? "inset-x-0 bottom-0 max-h-[85dvh] overflow-y-auto rounded-t-2xl border-border border-t data-starting-style:translate-y-full data-ending-style:translate-y-full"
              : "inset-y-0 w-[min(20rem,86vw)]",
            side === "start" &&
              "start-0 border-border border-e data-starting-style:-translate-x-full data-ending-style:-translate-x-full rtl:data-starting-style:translate-x-full rtl:data-ending-style:translate-x-full",
            side === "end" &&
              "end-0 border-border border-s data-starting-style:translate-x-full data-ending-style:translate-x-full rtl:data-starting-style:-translate-x-full rtl:data-ending-style:-translate-x-full",
            className,
          )}
        >
          <Base.Title className="sr-only">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
