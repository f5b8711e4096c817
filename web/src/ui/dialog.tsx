import type { ReactNode, RefObject } from "react";
import { lazyOverlay } from "./overlay";

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
export const Dialog = lazyOverlay<DialogProps>(async () => (await import("./dialog-impl")).DialogImpl);
