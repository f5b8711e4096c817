import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { type Provider, useMe } from "@/lib/api";
import { buttonClass } from "@/ui/button";
import { Wordmark } from "@/ui/logo";
import { useTitle } from "@/ui/use-title";
import { ConnectStep } from "./connect-step";
import { DoneStep } from "./done-step";

/** How a provider is chosen and connected is the settings feature's; the app hands its parts in. */
export interface ProviderParts<Choice extends string = string> {
  ProviderChoice: ComponentType<{ onChoose: (choice: Choice) => void }>;
  ProviderForm: ComponentType<{
    choice: Choice;
    onSaved: (provider: Provider) => void;
    onCancel: () => void;
    cancelLabel?: string;
    heading?: boolean;
  }>;
}

/** The first administrator's way to a model that answers, and from there to the first chat. Can be left at any point. */
export function OnboardingPage<Choice extends string>({ parts }: { parts: ProviderParts<Choice> }) {
  const { t } = useTranslation("onboarding");
  const { data: me } = useMe();
  const [connected, setConnected] = useState<Provider | null>(null);
  useTitle(t("pageTitle"));
  if (me !== undefined && me.role !== "admin") return <Navigate to="/chat" replace />;
  return (
    <div className="flex min-h-dvh flex-col px-6 sm:px-10">
      <header className="flex h-18 shrink-0 items-center justify-between">
        <Wordmark />
        <Link to="/chat" className={buttonClass({ variant: "ghost", size: "sm" })}>
          {t("skip")}
        </Link>
      </header>
      <main className="mx-auto flex w-full max-w-lg flex-1 flex-col justify-center pt-6 pb-24">
        {connected === null ? (
          <ConnectStep name={me?.name} parts={parts} onConnected={setConnected} />
        ) : (
          <DoneStep provider={connected} onBack={() => setConnected(null)} />
        )}
      </main>
    </div>
  );
}
