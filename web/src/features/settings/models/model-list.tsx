import { Box } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Model, queryError, useModels } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card, Section } from "@/ui/card";
import { EmptyState } from "@/ui/empty-state";
import { Input } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";

/** A provider may have hundreds; more than this opens on request. */
const SHOWN = 8;

export function ModelList({ admin }: { admin: boolean }) {
  const { t, i18n } = useTranslation(["settings", "common"]);
  const query = useModels();
  const error = queryError(query);
  const [filter, setFilter] = useState("");
  const [all, setAll] = useState(false);
  const items = query.data?.items;
  const wanted = filter.trim().toLocaleLowerCase();
  const found = (items ?? []).filter((model) =>
    `${model.name} ${model.id}`.toLocaleLowerCase().includes(wanted),
  );
  const shown = all || wanted !== "" ? found : found.slice(0, SHOWN);
  return (
    <Section
      title={t("settings:models.listTitle")}
      description={t("settings:models.listDescription")}
      action={
        (items?.length ?? 0) > SHOWN ? (
          <Input
            type="search"
            aria-label={t("settings:models.search")}
            placeholder={t("settings:models.search")}
            className="h-8 w-48"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        ) : undefined
      }
    >
      {items !== undefined ? (
        <Card>
          {items.length === 0 ? (
            <EmptyState
              icon={<Box />}
              title={t("settings:models.noneTitle")}
              description={admin ? t("settings:models.noneAdmin") : t("settings:models.noneUser")}
            />
          ) : shown.length === 0 ? (
            <p className="px-4 py-6 text-center text-fg-muted text-sm">{t("common:noResults")}</p>
          ) : (
            <ul className="divide-y divide-border">
              {shown.map((model) => (
                <ModelRow
                  key={model.id}
                  model={model}
                  isDefault={model.id === query.data?.default}
                  format={new Intl.NumberFormat(i18n.language, { notation: "compact" })}
                />
              ))}
            </ul>
          )}
          {shown.length < found.length ? (
            <div className="border-border border-t p-2">
              <Button variant="ghost" size="sm" className="w-full" onClick={() => setAll(true)}>
                {t("settings:models.showAll", { count: found.length })}
              </Button>
            </div>
          ) : null}
        </Card>
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
    </Section>
  );
}

const KNOWN = ["tools", "vision", "reasoning"] as const;

function ModelRow(props: { model: Model; isDefault: boolean; format: Intl.NumberFormat }) {
  const { t } = useTranslation("settings");
  const { model, isDefault, format } = props;
  const capabilities = KNOWN.filter((capability) => model.capabilities.includes(capability));
  const facts = [
    ...(model.contextWindow
      ? [t("models.context", { count: format.format(model.contextWindow) as never })]
      : []),
    ...capabilities.map((capability) => t(`models.capabilities.${capability}`)),
  ];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium text-sm">{model.name}</p>
        <p className="truncate text-fg-muted text-meta">
          <span className="font-mono text-xs">{model.id}</span>
          {facts.length > 0 ? ` · ${facts.join(" · ")}` : ""}
        </p>
      </div>
      {model.demo ? <Badge tone="warn">{t("models.demo")}</Badge> : null}
      {isDefault ? <Badge tone="accent">{t("models.default")}</Badge> : null}
    </li>
  );
}
