import { lazy, type ReactElement, Suspense } from "react";
import { patiently } from "@/lib/patient";
import { useTriggered } from "./overlay";
import type { PopoverContentProps } from "./popover-popup";

const load = () => import("./popover-popup");
const PopoverPopup = lazy(patiently(async () => ({ default: (await load()).PopoverPopup })));

interface PopoverProps extends PopoverContentProps {
  /** The button that opens it; it must take props and a ref. */
  trigger: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** A small panel beside what opens it. */
export function Popover({ trigger, open, onOpenChange, ...content }: PopoverProps) {
  const triggered = useTriggered({ trigger, open, onOpenChange }, "dialog", load);
  return (
    <>
      {triggered.trigger}
      {triggered.used ? (
        <Suspense>
          <PopoverPopup {...triggered.anchored} {...content} />
        </Suspense>
      ) : null}
    </>
  );
}
