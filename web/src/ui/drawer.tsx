import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { backdropClass } from "./dialog";

interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Names it; spoken only. */
  title: string;
  /** The edge it comes from. */
  side?: "start" | "end";
  className?: string;
  children: ReactNode;
}

/** A panel over the page from one edge: the sidebar on a phone, sources beside a chat. */
export function Drawer({ open, onOpenChange, title, side = "start", className, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup
          className={cn(
            "fixed inset-y-0 z-50 flex w-[min(20rem,86vw)] flex-col bg-sunken text-fg shadow-lg outline-none",
            "transition-[translate,opacity] duration-200 ease-out",
            side === "start"
              ? "start-0 border-border border-e data-starting-style:-translate-x-full data-ending-style:-translate-x-full rtl:data-starting-style:translate-x-full rtl:data-ending-style:translate-x-full"
              : "end-0 border-border border-s data-starting-style:translate-x-full data-ending-style:translate-x-full rtl:data-starting-style:-translate-x-full rtl:data-ending-style:-translate-x-full",
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
