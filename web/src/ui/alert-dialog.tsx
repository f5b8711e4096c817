import type { ReactNode } from "react";
import { lazyOverlay } from "./overlay";

export interface AlertDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, and whether it can be undone. */
  description: ReactNode;
  /** The deed, as a verb: "Delete chat". */
  confirmLabel: string;
  onConfirm: () => void;
  tone?: "danger" | "primary";
  loading?: boolean;
  /** More than a yes is wanted: fields between the text and the buttons. */
  children?: ReactNode;
  confirmDisabled?: boolean;
}

/** Asks before what can't be taken back. Focus starts on Cancel. */
export const AlertDialog = lazyOverlay<AlertDialogProps>(
  async () => (await import("./alert-dialog-impl")).AlertDialogImpl,
);
