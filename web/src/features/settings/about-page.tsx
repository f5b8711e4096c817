import { useTranslation } from "react-i18next";
import { queryError, type Ready, useReady } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button, buttonClass } from "@/ui/button";
import { Card } from "@/ui/card";
import { BearMark } from "@/ui/logo";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { SettingsPage } from "./page";

const PARTS = ["database", "queue", "storage", "model"] as const;

export function AboutPage() {
  const { t } = useTranslation(["settings", "common"]);
  const ready = useReady();
  const error = queryError(ready);
  return (
    <SettingsPage title={t("settings:tabs.about")} description={t("settings:about.description")}>
      {ready.data !== undefined ? (
        <Report report={ready.data} />
      ) : error === null ? (
        <Delayed label={t("common:loading")}>
          <Skeleton className="h-80 max-w-lg" />
        </Delayed>
      ) : (
        <ErrorNotice
          error={error}
          action={<Button onClick={() => void ready.refetch()}>{t("common:retry")}</Button>}
        />
      )}
    </SettingsPage>
  );
}

function Report({ report }: { report: Ready }) {
  const { t } = useTranslation(["settings", "common"]);
  return (
    <Card className="max-w-lg">
      <div className="flex items-center gap-4 border-border border-b p-5">
        <BearMark className="size-11" />
        <div>
          <p className="font-semibold">{t("common:appName")}</p>
          <p className="text-fg-muted text-sm">
            {t("settings:about.version")} {report.version}
          </p>
        </div>
      </div>
      <dl className="divide-y divide-border px-5 text-sm">
        {PARTS.map((part) => (
          <Row key={part} label={t(`settings:about.parts.${part}`)}>
            <State part={report[part]} />
          </Row>
        ))}
        <Row label={t("settings:about.licence")}>{t("settings:about.licenceValue")}</Row>
        <Row label={t("settings:about.api")}>
          <a href="/api/openapi.json" className={buttonClass({ variant: "link" })}>
            {t("settings:about.apiLink")}
          </a>
        </Row>
      </dl>
    </Card>
  );
}

function Row({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-12 items-center justify-between gap-4">
      <dt className="text-fg-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const TONES = { ok: "ok", none: "neutral", down: "danger" } as const;

function State({ part }: { part: Ready["database"] }) {
  const { t } = useTranslation("settings");
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1 py-2 text-end">
      {part.detail ? <span className="text-fg-muted text-meta wrap-anywhere">{part.detail}</span> : null}
      <Badge tone={TONES[part.status]} dot>
        {t(`about.states.${part.status}`)}
      </Badge>
    </span>
  );
}
