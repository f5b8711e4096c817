import { useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiKey, api } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Section } from "@/ui/card";
import { EmptyState } from "@/ui/empty-state";
import { SettingsPage } from "../page";
import { type Page, PagedList } from "../paged";
import { RemoveDialog } from "../remove-dialog";
import { KeyDialog } from "./key-dialog";

export const keysKey = ["keys"] as const;

async function loadKeys(cursor: string | undefined, signal: AbortSignal): Promise<Page<ApiKey>> {
  const query = cursor === undefined ? {} : { cursor };
  const { data } = await api.GET("/api/keys", { params: { query }, signal });
  return (data ?? { items: [], nextCursor: null }) as Page<ApiKey>;
}

/** Keys with which programs act for the person: make, look through, revoke. */
export function KeysPage() {
  const { t } = useTranslation(["keys", "settings"]);
  const queryClient = useQueryClient();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const again = () => queryClient.invalidateQueries({ queryKey: keysKey });
  return (
    <SettingsPage title={t("settings:tabs.keys")} description={t("keys:description")}>
      <Section
        title={t("keys:title")}
        action={
          <Button size="sm" onClick={() => setMaking(true)}>
            <Plus aria-hidden />
            {t("keys:add")}
          </Button>
        }
      >
        <PagedList
          queryKey={keysKey}
          load={loadKeys}
          more={t("keys:more")}
          renderRow={(key) => <KeyRow key={key.id} value={key} onRevoke={() => setRevoking(key)} />}
          empty={
            <EmptyState
              icon={<KeyRound />}
              title={t("keys:emptyTitle")}
              description={t("keys:empty")}
              action={
                <Button variant="primary" onClick={() => setMaking(true)}>
                  {t("keys:add")}
                </Button>
              }
            />
          }
        />
      </Section>
      {making ? <KeyDialog onMade={again} onClose={() => setMaking(false)} /> : null}
      {revoking === null ? null : (
        <RemoveDialog
          title={t("keys:revokeTitle", { name: revoking.name })}
          description={t("keys:revokeDetail")}
          confirmLabel={t("keys:revokeConfirm")}
          remove={async () => {
            await api.DELETE("/api/keys/{id}", { params: { path: { id: revoking.id } } });
            await again();
          }}
          removed={t("keys:revoked", { name: revoking.name })}
          onClose={() => setRevoking(null)}
        />
      )}
    </SettingsPage>
  );
}

function KeyRow({ value, onRevoke }: { value: ApiKey; onRevoke: () => void }) {
  const { t, i18n } = useTranslation("keys");
  const day = (time: string) =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" }).format(new Date(time));
  const [now] = useState(() => Date.now());
  const isExpired = value.expiresAt !== null && new Date(value.expiresAt).getTime() <= now;
  const facts = [
    t("created", { date: day(value.createdAt) }),
    value.lastUsedAt === null ? t("neverUsed") : t("used", { date: day(value.lastUsedAt) }),
    value.expiresAt === null || isExpired ? null : t("expires", { date: day(value.expiresAt) }),
  ].filter((fact) => fact !== null);
  return (
    <li className="flex items-start gap-3.5 p-4">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <p className="min-w-0 truncate font-medium text-sm">{value.name}</p>
          {isExpired ? <Badge tone="danger">{t("expired")}</Badge> : null}
          {value.scopes.map((scope) => (
            <Badge key={scope} tone={scope === "full" ? "accent" : "neutral"}>
              {t(`scopes.${scope}.name`)}
            </Badge>
          ))}
        </div>
        <p className="mt-0.5 text-fg-muted text-meta">
          <code className="font-mono text-fg">{value.prefix}…</code> {facts.join(" · ")}
        </p>
      </div>
      <IconButton
        size="sm"
        label={t("revoke", { name: value.name })}
        tooltip={false}
        className="shrink-0"
        onClick={onRevoke}
      >
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}
