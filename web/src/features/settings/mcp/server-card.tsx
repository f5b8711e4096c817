import { useQueryClient } from "@tanstack/react-query";
import { Globe, Pencil, RefreshCw, SquareTerminal, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type McpServer, toApiError } from "@/lib/api";
import { cn } from "@/lib/cn";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Card } from "@/ui/card";
import { toast } from "@/ui/toast";
import { rememberServer } from "./queries";
import { ServerDetails } from "./server-details";

const TONES = { connected: "ok", needs_auth: "warn", error: "danger", disabled: "neutral" } as const;

/** One server: how it is, what is wrong, what it offers. */
export function ServerCard(props: { server: McpServer; onEdit: () => void; onRemove: () => void }) {
  const { t, i18n } = useTranslation("mcp");
  const { server } = props;
  const place =
    server.transport === "stdio" ? [server.command, ...(server.args ?? [])].join(" ") : server.url;
  const when =
    server.lastSeenAt === null
      ? null
      : new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" }).format(
          new Date(server.lastSeenAt),
        );
  const known = server.tools.length > 0 || server.status === "connected";
  const facts = [
    ...(known ? [t("toolCount", { count: server.tools.length })] : []),
    when === null ? t("neverSeen") : t("seen", { when }),
  ];
  return (
    <li className="min-w-0 list-none">
      <Card className="grid grid-cols-[minmax(0,1fr)]">
        <div className="flex flex-wrap items-start gap-x-3.5 gap-y-1 p-4">
          <span
            aria-hidden
            className="grid size-9 shrink-0 place-items-center rounded-md bg-muted text-fg-muted [&_svg]:size-4.5"
          >
            {server.transport === "stdio" ? <SquareTerminal /> : <Globe />}
          </span>
          <div className="min-w-0 flex-1 basis-0">
            <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
              <h3 className="min-w-0 truncate font-medium text-sm">{server.name}</h3>
              <Badge tone={TONES[server.status]} dot>
                {t(`status.${server.status}`)}
              </Badge>
              {server.scope === "global" ? <Badge>{t("everyone")}</Badge> : null}
            </div>
            <p className="truncate font-mono text-fg-muted text-xs leading-5" title={place ?? undefined}>
              {place === undefined || place === "" ? t("onServer") : place}
            </p>
            <p className="text-fg-muted text-meta">{facts.join(" · ")}</p>
            {server.error === undefined || server.error === null ? null : (
              <p className="mt-1.5 text-danger text-meta wrap-anywhere">{server.error}</p>
            )}
          </div>
          <Actions {...props} />
        </div>
        {server.status === "needs_auth" ? <LogIn server={server} /> : null}
        <ServerDetails server={server} />
      </Card>
    </li>
  );
}

function Actions({
  server,
  onEdit,
  onRemove,
}: {
  server: McpServer;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation("mcp");
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const refresh = async () => {
    setBusy(true);
    try {
      const { data } = await api.POST("/api/mcp/servers/{id}/refresh", {
        params: { path: { id: server.id } },
      });
      if (data !== undefined) rememberServer(client, data.server as McpServer);
    } catch (error) {
      const problem = toApiError(error);
      toast.error(problem.title, { description: problem.detail });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="flex shrink-0 max-sm:-mb-2 max-sm:w-full max-sm:justify-end">
      {server.enabled && server.canEdit ? (
        <IconButton
          size="sm"
          label={t("refresh", { name: server.name })}
          disabled={busy}
          onClick={() => void refresh()}
        >
          <RefreshCw aria-hidden className={cn(busy && "animate-spin")} />
        </IconButton>
      ) : null}
      {server.canEdit ? (
        <>
          <IconButton size="sm" label={t("edit", { name: server.name })} onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton size="sm" label={t("remove", { name: server.name })} tooltip={false} onClick={onRemove}>
            <Trash2 aria-hidden />
          </IconButton>
        </>
      ) : null}
    </div>
  );
}

/** The way to the server's own page, and back. */
function LogIn({ server }: { server: McpServer }) {
  const { t } = useTranslation("mcp");
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      const { data } = await api.GET("/api/mcp/servers/{id}/connect", {
        params: { path: { id: server.id } },
      });
      if (data !== undefined) location.assign(data.authUrl);
    } catch (error) {
      const problem = toApiError(error);
      toast.error(problem.title, { description: problem.detail });
      setBusy(false);
    }
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-border border-t bg-warn-soft px-4 py-3">
      <p className="min-w-0 flex-1 basis-56 text-sm">{t("connectHelp", { name: server.name })}</p>
      <Button variant="primary" size="sm" loading={busy} onClick={() => void go()}>
        {t("connect", { name: server.name })}
      </Button>
    </div>
  );
}
