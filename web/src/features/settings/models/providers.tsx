import { useQueryClient } from "@tanstack/react-query";
import { Pencil, Plug, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, modelsKey, type Provider, providersKey, queryError, useProviders } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Card, Section } from "@/ui/card";
import { Dialog } from "@/ui/dialog";
import { EmptyState } from "@/ui/empty-state";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { RemoveDialog } from "../remove-dialog";
import { ProviderChoice } from "./provider-choice";
import { ProviderForm } from "./provider-form";
import { ProviderGlyph } from "./provider-glyph";
import { type Choice, choiceOf } from "./provider-kinds";

type Editing = { choice: Choice | null; provider?: Provider };

/** What this server can ask for answers: add, change, remove. Administrators only. */
export function Providers() {
  const { t } = useTranslation(["settings", "common"]);
  const query = useProviders();
  const error = queryError(query);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<Provider | null>(null);
  const items = query.data;
  const queryClient = useQueryClient();
  const remove = async ({ name }: Provider) => {
    await api.DELETE("/api/admin/providers/{name}", { params: { path: { name } } });
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: providersKey }),
      queryClient.invalidateQueries({ queryKey: modelsKey }),
    ]);
  };
  return (
    <Section
      title={t("settings:models.providersTitle")}
      description={t("settings:models.providersDescription")}
      action={
        <Button size="sm" onClick={() => setEditing({ choice: null })}>
          <Plus aria-hidden />
          {t("settings:models.add")}
        </Button>
      }
    >
      {items !== undefined ? (
        <Card>
          {items.length === 0 ? (
            <EmptyState
              icon={<Plug />}
              title={t("settings:models.providersEmptyTitle")}
              description={t("settings:models.providersEmpty")}
              action={
                <Button variant="primary" onClick={() => setEditing({ choice: null })}>
                  {t("settings:models.add")}
                </Button>
              }
            />
          ) : (
            <ul className="divide-y divide-border">
              {items.map((provider) => (
                <ProviderRow
                  key={provider.name}
                  provider={provider}
                  onEdit={() => setEditing({ choice: choiceOf(provider.kind), provider })}
                  onRemove={() => setRemoving(provider)}
                />
              ))}
            </ul>
          )}
        </Card>
      ) : error === null ? (
        <Delayed label={t("common:loading")}>
          <Skeleton className="h-36 rounded-lg" />
        </Delayed>
      ) : (
        <ErrorNotice
          error={error}
          action={<Button onClick={() => void query.refetch()}>{t("common:retry")}</Button>}
        />
      )}
      {editing === null ? null : <ProviderDialog editing={editing} setEditing={setEditing} />}
      {removing === null ? null : (
        <RemoveDialog
          title={t("settings:models.removeTitle", { name: removing.displayName })}
          description={t("settings:models.removeDetail")}
          confirmLabel={t("common:remove")}
          remove={() => remove(removing)}
          removed={t("settings:models.removed", { name: removing.displayName })}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}

const STATUS_TONES = { ok: "ok", error: "danger", unchecked: "neutral" } as const;

function ProviderRow(props: { provider: Provider; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation("settings");
  const { provider } = props;
  const source = {
    environment: t("models.fromEnvironment"),
    detected: t("models.detected"),
    local: t("models.builtIn"),
    settings: null,
  }[provider.source];
  const facts = [
    source,
    provider.keyHint === null ? null : t("models.key", { hint: provider.keyHint }),
    t("models.count", { count: provider.models }),
  ].filter((fact) => fact !== null);
  return (
    <li className="flex items-start gap-3.5 p-4">
      <ProviderGlyph kind={provider.kind} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <p className="min-w-0 truncate font-medium text-sm">{provider.displayName}</p>
          <Badge tone={STATUS_TONES[provider.status]} dot>
            {t(`models.status.${provider.status}`)}
          </Badge>
        </div>
        <p className="text-fg-muted text-meta" title={provider.baseUrl ?? undefined}>
          {facts.join(" · ")}
        </p>
        {provider.error === null ? null : (
          <p className="mt-1 text-danger text-meta wrap-anywhere">{provider.error}</p>
        )}
      </div>
      {provider.source === "settings" ? (
        <div className="flex shrink-0">
          <IconButton size="sm" label={`${t("models.edit")}: ${provider.displayName}`} onClick={props.onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton
            size="sm"
            label={t("models.removeTitle", { name: provider.displayName })}
            tooltip={false}
            onClick={props.onRemove}
          >
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ) : null}
    </li>
  );
}

function ProviderDialog({
  editing,
  setEditing,
}: {
  editing: Editing;
  setEditing: (next: Editing | null) => void;
}) {
  const { t } = useTranslation(["settings", "common"]);
  const { choice, provider } = editing;
  const title =
    provider !== undefined
      ? t("settings:models.editTitle", { name: provider.displayName })
      : choice === null
        ? t("settings:provider.chooseTitle")
        : t("settings:provider.connect", { name: t(`settings:provider.kinds.${choice}.name`) });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && setEditing(null)}
      title={title}
      {...(choice === null ? { description: t("settings:provider.chooseDescription") } : {})}
    >
      {choice === null ? (
        <ProviderChoice onChoose={(next) => setEditing({ choice: next })} />
      ) : (
        <ProviderForm
          choice={choice}
          {...(provider === undefined ? {} : { provider })}
          cancelLabel={provider === undefined ? t("common:back") : t("common:cancel")}
          onCancel={() => setEditing(provider === undefined ? { choice: null } : null)}
          onSaved={(saved) => {
            setEditing(null);
            toast.success(t("settings:provider.connected", { name: saved.displayName, count: saved.models }));
          }}
        />
      )}
    </Dialog>
  );
}
