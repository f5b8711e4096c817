import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type McpServer } from "@/lib/api";
import { RemoveDialog } from "../remove-dialog";
import { forgetServer } from "./queries";

/** Asks before a server goes, with its secrets. */
export function RemoveServer({ server, onClose }: { server: McpServer; onClose: () => void }) {
  const { t } = useTranslation(["mcp", "common"]);
  const client = useQueryClient();
  return (
    <RemoveDialog
      title={t("mcp:remove", { name: server.name })}
      description={t("mcp:removeDetail")}
      confirmLabel={t("common:remove")}
      remove={async () => {
        await api.DELETE("/api/mcp/servers/{id}", { params: { path: { id: server.id } } });
        forgetServer(client, server.id);
      }}
      removed={t("mcp:removed", { name: server.name })}
      onClose={onClose}
    />
  );
}
