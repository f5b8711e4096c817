import { Blocks, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { type McpServer, queryError, useMe } from "@/lib/api";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { EmptyState } from "@/ui/empty-state";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { SettingsPage } from "../page";
import { useMcpServers } from "./queries";
import { RemoveServer } from "./remove-server";
import { ServerCard } from "./server-card";
import { ServerDialog } from "./server-dialog";

/** Servers whose tools agents can use: each person's own, and those that an administrator added for everyone. */
export function McpPage() {
  const { t } = useTranslation(["mcp", "common"]);
  const { data: me } = useMe();
  const query = useMcpServers();
  const error = queryError(query);
  const [editing, setEditing] = useState<McpServer | "new" | null>(null);
  const [removing, setRemoving] = useState<McpServer | null>(null);
  const items = query.data;
  const add = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden />
      {t("mcp:add")}
    </Button>
  );
  return (
    <SettingsPage title={t("mcp:title")} description={t("mcp:description")}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <LoginResult />
        {items !== undefined ? (
          items.length === 0 ? (
            <Card>
              <EmptyState
                icon={<Blocks />}
                title={t("mcp:emptyTitle")}
                description={t("mcp:empty")}
                action={add}
              />
            </Card>
          ) : (
            <>
              <ul className="grid grid-cols-[minmax(0,1fr)] gap-4">
                {items.map((server) => (
                  <ServerCard
                    key={server.id}
                    server={server}
                    onEdit={() => setEditing(server)}
                    onRemove={() => setRemoving(server)}
                  />
                ))}
              </ul>
              <div>{add}</div>
            </>
          )
        ) : error === null ? (
          <Delayed label={t("common:loading")}>
            <Skeleton className="h-40 rounded-lg" />
          </Delayed>
        ) : (
          <ErrorNotice
            error={error}
            action={<Button onClick={() => void query.refetch()}>{t("common:retry")}</Button>}
          />
        )}
      </div>
      {editing === null ? null : (
        <ServerDialog
          server={editing === "new" ? undefined : editing}
          admin={me?.role === "admin"}
          onClose={() => setEditing(null)}
        />
      )}
      {removing === null ? null : <RemoveServer server={removing} onClose={() => setRemoving(null)} />}
    </SettingsPage>
  );
}

const KNOWN_ERRORS = ["login_denied", "login_expired", "login_of_another"] as const;

/** How a login at a server went: said by the address that the page of the login leads to. */
function LoginResult() {
  const { t } = useTranslation(["mcp", "common"]);
  const [search, setSearch] = useSearchParams();
  const error = search.get("error");
  const name = search.get("server");
  if (error === null && (search.get("success") !== "true" || name === null)) return null;
  const dismiss = (
    <Button size="sm" onClick={() => setSearch({}, { replace: true })}>
      {t("common:close")}
    </Button>
  );
  if (error === null) {
    return (
      <Notice tone="ok" action={dismiss}>
        {t("mcp:connected", { name: name ?? "" })}
      </Notice>
    );
  }
  const known = KNOWN_ERRORS.find((code) => code === error) ?? "other";
  return (
    <Notice tone="danger" title={t("mcp:connectFailed")} action={dismiss}>
      {t(`mcp:connectErrors.${known}`)}
    </Notice>
  );
}
