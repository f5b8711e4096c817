import { ArrowRight, CircleCheck, RefreshCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Provider, queryError, useModels, useProviders } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import type { ProviderParts } from "./onboarding-page";

interface ConnectStepProps<Choice extends string> {
  name: string | undefined;
  parts: ProviderParts<Choice>;
  onConnected: (provider: Provider) => void;
}

/** What is there already, what can be connected, and the demo model for those who only look around. */
export function ConnectStep<Choice extends string>({ name, parts, onConnected }: ConnectStepProps<Choice>) {
  const { t } = useTranslation(["onboarding", "common", "settings"]);
  const [choice, setChoice] = useState<Choice | null>(null);
  const providers = useProviders();
  const error = queryError(providers);
  const found = (providers.data ?? []).filter(
    (provider) => provider.source !== "local" && provider.status === "ok" && provider.models > 0,
  );

  return (
    <>
      <p className="text-fg-muted">{name === undefined ? " " : t("onboarding:models.greeting", { name })}</p>
      <h1 className="mt-0.5 font-semibold text-xl">{t("onboarding:models.title")}</h1>
      <p className="mt-2 text-pretty text-fg-muted text-sm">{t("onboarding:models.lead")}</p>

      {choice !== null ? (
        <Card className="mt-7 animate-appear p-5">
          <parts.ProviderForm
            choice={choice}
            onSaved={onConnected}
            onCancel={() => setChoice(null)}
            cancelLabel={t("common:back")}
            heading
          />
        </Card>
      ) : (
        <div className="mt-8 grid grid-cols-[minmax(0,1fr)] gap-8">
          {error === null ? null : <ErrorNotice error={error} />}
          {providers.isPending ? (
            <Delayed label={t("onboarding:models.looking")}>
              <Skeleton className="h-20 rounded-lg" />
            </Delayed>
          ) : found.length > 0 ? (
            <Part title={t("onboarding:models.foundTitle")}>
              {found.map((provider) => (
                <FoundProvider key={provider.name} provider={provider} onUse={() => onConnected(provider)} />
              ))}
            </Part>
          ) : null}
          <Part
            title={t("onboarding:models.connectTitle")}
            action={
              <Button
                variant="ghost"
                size="sm"
                loading={providers.isRefetching}
                onClick={() => void providers.refetch()}
              >
                <RefreshCw aria-hidden />
                {t("onboarding:models.checkAgain")}
              </Button>
            }
          >
            <parts.ProviderChoice onChoose={setChoice} />
          </Part>
          <DemoPart />
        </div>
      )}
    </>
  );
}

function Part({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-3">
        <h2 className="font-medium text-sm">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

function FoundProvider({ provider, onUse }: { provider: Provider; onUse: () => void }) {
  const { t } = useTranslation(["onboarding", "common"]);
  const text = { name: provider.displayName, count: provider.models };
  return (
    <Card className="flex flex-wrap items-center gap-3 border-ok/30 p-4">
      <CircleCheck aria-hidden className="size-5 shrink-0 text-ok" />
      <p className="min-w-32 flex-1 text-sm">
        {provider.source === "detected"
          ? t("onboarding:models.found", text)
          : t("onboarding:models.foundEnvironment", text)}
      </p>
      <Button variant="primary" onClick={onUse}>
        {t("common:continue")}
      </Button>
    </Card>
  );
}

function DemoPart() {
  const { t } = useTranslation(["onboarding", "settings"]);
  const navigate = useNavigate();
  const { data: models } = useModels();
  if (models === undefined) return null;
  const demo = models.items.find((model) => model.demo);
  return (
    <section className="rounded-lg bg-muted p-5">
      <div className="flex items-center gap-2.5">
        <h2 className="font-medium text-sm">{t("onboarding:models.demoTitle")}</h2>
        {demo === undefined ? null : <Badge tone="warn">{t("settings:models.demo")}</Badge>}
      </div>
      <p className="mt-1 text-fg-muted text-sm">
        {demo === undefined
          ? t("onboarding:models.noneDetail")
          : t("onboarding:models.demoDetail", { name: demo.name })}
      </p>
      <Button className="mt-4" onClick={() => void navigate("/chat")}>
        {demo === undefined ? t("onboarding:skip") : t("onboarding:models.demoAction")}
        <ArrowRight aria-hidden className="rtl:-scale-x-100" />
      </Button>
    </section>
  );
}
