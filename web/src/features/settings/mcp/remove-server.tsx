import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, api, type McpServer, toApiError } from "@/lib/api";
import { AlertDialog } from "@/ui/alert-dialog";
import { ErrorNotice } from "@/ui/notice";
import { toast } from "@/ui/toast";
import { forgetServer } from "./queries";

/** Asks before a server goes, with its secrets. */
export function RemoveServer({ server, onClose }: { server: McpServer; onClose: () => void }) {
  const { t } = useTranslation(["mcp", "common"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const remove = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await api.DELETE("/api/mcp/servers/{id}", { params: { path: { id: server.id } } });
      forgetServer(client, server.id);
      onClose();
      toast(t("mcp:removed", { name: server.name }));
    } catch (error) {
      setFailure(toApiError(error));
      setBusy(false);
    }
  };
  return (
    <AlertDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("mcp:remove", { name: server.name })}
      description={t("mcp:removeDetail")}
      confirmLabel={t("common:remove")}
      loading={busy}
      onConfirm={() => void remove()}
    >
      {failure === null ? undefined : <ErrorNotice error={failure} />}
    </AlertDialog>
  );
}
