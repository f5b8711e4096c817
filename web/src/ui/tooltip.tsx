import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Kbd } from "./kbd";

/** Shares the delay: after the first tooltip the next ones show at once. Wraps the app. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return <Base.Provider delay={450}>{children}</Base.Provider>;
}

interface TooltipProps {
  /** A few words; must not hold what can't be found elsewhere, since touch shows no tooltips. */
  label: ReactNode;
  /** Keys as for `Kbd`. */
  keys?: string;
  side?: "top" | "bottom" | "inline-start" | "inline-end";
  /** The element that has it; it must take a ref and props. */
  children: ReactElement;
}

export function Tooltip({ label, keys, side = "top", children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={7} className="z-60">
          <Base.Popup
            className={cn(
              "flex max-w-72 items-center gap-2 rounded-sm bg-fg px-2.5 py-1 text-meta text-bg shadow-md",
              "origin-(--transform-origin) transition-[opacity,scale] duration-120 ease-out",
              "data-ending-style:opacity-0 data-starting-style:scale-97 data-starting-style:opacity-0",
            )}
          >
            {label}
            {keys === undefined ? null : <Kbd keys={keys} tone="inverse" />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
