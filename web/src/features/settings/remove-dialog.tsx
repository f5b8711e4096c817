import type { ReactNode } from "react";
import { ConfirmDialog } from "./confirm-dialog";

interface Props {
  title: string;
  description: ReactNode;
  confirmLabel: string;
  /** Asks the server, and brings what is shown up to date. */
  remove: () => Promise<void>;
  /** What is said when it is done. */
  removed: string;
  onClose: () => void;
}

/** Asks before something is removed for good. */
export function RemoveDialog({ remove, removed, ...question }: Props) {
  return <ConfirmDialog {...question} tone="danger" act={remove} done={removed} />;
}
