import { Popover as Base } from "@base-ui/react/popover";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";
import type { AnchoredProps } from "./overlay";
import { popupClass } from "./popup";

export interface PopoverContentProps {
  /** Names it. */
  title: string;
  /** Shows the title as a heading; otherwise it is only spoken. */
  showTitle?: boolean;
  side?: ComponentProps<typeof Base.Positioner>["side"];
  align?: ComponentProps<typeof Base.Positioner>["align"];
  className?: string;
  children: ReactNode;
}

/** What opens: loaded at first use by `Popover`. */
export function PopoverPopup(props: AnchoredProps & PopoverContentProps) {
  const { open, onOpenChange, anchor, title, showTitle = false, side = "bottom", align = "center" } = props;
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, details) => {
        // The trigger closes it by its own click; closing here as well would make that click open it anew.
        const target = details.event.target;
        if (details.reason === "outside-press" && target instanceof Node && anchor.current?.contains(target))
          return;
        onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          side={side}
          align={align}
          sideOffset={8}
          collisionPadding={12}
          className="z-50"
        >
          <Base.Popup
            finalFocus={anchor}
            className={cn(popupClass, "w-80 max-w-[calc(100vw-24px)] p-4", props.className)}
          >
            <Base.Title className={showTitle ? "mb-1 font-medium text-sm" : "sr-only"}>{title}</Base.Title>
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
