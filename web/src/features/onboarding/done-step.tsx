import { useQueryClient } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { $api, modelsKey, type Provider, queryError, useModels } from "@/lib/api";
import { Button, buttonClass } from "@/ui/button";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { BearMark } from "@/ui/logo";
import { ErrorNotice } from "@/ui/notice";

/** A provider answers: choose which of its models new chats use, and off to the first one. */
export function DoneStep({ provider, onBack }: { provider: Provider; onBack: () => void }) {
  const { t } = useTranslation("onboarding");
  const queryClient = useQueryClient();
  const models = useModels();
  const save = $api.useMutation("patch", "/api/admin/settings", {
    onSuccess: () => queryClient.invalidateQueries({ queryKey: modelsKey }),
  });
  const failure = queryError(save);
  const real = (models.data?.items ?? []).filter((model) => !model.demo);
  const current = real.find((model) => model.id === models.data?.default);

  // Still on the demo model although a real one was just connected: move over to that.
  const suggestion =
    current === undefined ? real.find((model) => model.provider === provider.name) : undefined;
  const suggested = useRef(false);
  const { mutate } = save;
  useEffect(() => {
    if (suggestion === undefined || suggested.current) return;
    suggested.current = true;
    mutate({ body: { defaultModel: suggestion.id } });
  }, [suggestion, mutate]);

  return (
    <div className="animate-appear">
      <BearMark className="size-14" />
      <h1 className="mt-6 font-semibold text-xl">{t("done.title")}</h1>
      <p className="mt-2 text-pretty text-fg-muted">
        {t("done.lead", { model: current?.name ?? provider.displayName })}
      </p>
      {failure === null ? null : <ErrorNotice error={failure} className="mt-5" />}
      {real.length > 1 ? (
        <Field label={t("done.modelLabel")} help={t("done.modelHelp")} className="mt-7">
          <Combobox
            options={real.map((model) => ({ value: model.id, label: model.name, hint: model.id }))}
            value={current?.id ?? null}
            onChange={(defaultModel) => save.mutate({ body: { defaultModel } })}
          />
        </Field>
      ) : null}
      <div className="mt-8 flex flex-wrap gap-2.5">
        <Link to="/chat" className={buttonClass({ variant: "primary", size: "lg" })}>
          {t("done.action")}
          <ArrowRight aria-hidden className="rtl:-scale-x-100" />
        </Link>
        <Button variant="ghost" size="lg" onClick={onBack}>
          {t("done.another")}
        </Button>
      </div>
    </div>
  );
}
