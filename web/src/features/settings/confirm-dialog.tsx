import { type ReactNode, useState } from "react";
import { type ApiError, toApiError } from "@/lib/api";
import { AlertDialog } from "@/ui/alert-dialog";
import { ErrorNotice } from "@/ui/notice";
import { toast } from "@/ui/toast";

interface Props {
  title: string;
  description: ReactNode;
  confirmLabel: string;
  tone: "danger" | "primary";
  /** Asks the server, and brings what is shown up to date. */
  act: () => Promise<void>;
  /** What is said when it is done. */
  done: string;
  onClose: () => void;
}

/** Asks before something is done. What the server says against it stands in the question, which stays open. */
export function ConfirmDialog({ title, description, confirmLabel, tone, act, done, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const confirm = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await act();
      onClose();
      toast(done);
    } catch (error) {
      setFailure(toApiError(error));
      setBusy(false);
    }
  };
  return (
    <AlertDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={description}
      confirmLabel={confirmLabel}
      tone={tone}
      loading={busy}
      onConfirm={() => void confirm()}
    >
      {failure === null ? undefined : <ErrorNotice error={failure} />}
    </AlertDialog>
  );
}
