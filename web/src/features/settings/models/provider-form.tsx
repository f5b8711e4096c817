import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { ChevronRight, ExternalLink } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { type Resolver, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { type ApiError, api, modelsKey, type Provider, type ProviderKind, providersKey } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import { PasswordInput } from "@/ui/password-input";
import { Segmented } from "@/ui/segmented";
import { type Choice, KINDS, slug } from "./provider-kinds";

interface Values {
  displayName: string;
  apiKey: string;
  baseUrl: string;
  protocol: "openai" | "openai_responses";
}

export interface ProviderFormProps {
  choice: Choice;
  /** The one to change; without it a new one is connected. */
  provider?: Provider;
  onSaved: (provider: Provider) => void;
  onCancel: () => void;
  cancelLabel?: string;
  /** Shows what is being connected; off where a dialog's title says it. */
  heading?: boolean;
}

/** Key, address and name of a provider. The server tries them with one call before it keeps them. */
export function ProviderForm({
  choice,
  provider,
  onSaved,
  onCancel,
  cancelLabel,
  heading = false,
}: ProviderFormProps) {
  const { t } = useTranslation(["settings", "common"]);
  const facts = KINDS[choice];
  const queryClient = useQueryClient();
  const [failure, setFailure] = useState<ApiError | null>(null);
  const kindName = t(`settings:provider.kinds.${choice}.name`);
  const resolver = useProviderResolver(choice, provider);
  const form = useForm<Values>({
    resolver,
    defaultValues: {
      displayName: provider?.displayName ?? "",
      apiKey: "",
      baseUrl: provider?.baseUrl ?? (choice === "ollama" ? facts.urlPlaceholder : ""),
      protocol: provider?.kind === "openai_responses" ? "openai_responses" : "openai",
    },
  });
  const { errors, isSubmitting } = form.formState;

  // What was pressed to come here is gone: the keyboard goes on in the first field.
  const { setFocus } = form;
  useEffect(() => {
    setFocus(facts.name === null ? "displayName" : facts.url === "required" ? "baseUrl" : "apiKey");
  }, [facts, setFocus]);

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    const kind: ProviderKind = choice === "openai" ? values.protocol : choice;
    try {
      const { data } = await api.PUT("/api/admin/providers/{name}", {
        params: { path: { name: provider?.name ?? facts.name ?? slug(values.displayName) } },
        body: {
          kind,
          ...(facts.name === null ? { displayName: values.displayName } : {}),
          ...(values.baseUrl === "" ? {} : { baseUrl: values.baseUrl }),
          ...(values.apiKey === "" ? {} : { apiKey: values.apiKey }),
        },
      });
      if (data === undefined) return;
      await Promise.all([
        queryClient.invalidateQueries({
          queryKey: providersKey,
        }),
        queryClient.invalidateQueries({ queryKey: modelsKey }),
      ]);
      onSaved(data.provider as Provider);
    } catch (error) {
      setFailure(placeErrors<Values>(error, ["apiKey", "baseUrl", "displayName"], form.setError));
    }
  });

  const urlField = (
    <Field
      label={t("settings:provider.baseUrl")}
      error={errors.baseUrl?.message}
      help={
        choice === "ollama"
          ? t("settings:provider.baseUrlHelpOllama")
          : choice === "openai_compatible"
            ? t("settings:provider.baseUrlHelpCompatible")
            : t("settings:provider.baseUrlHelpDefault")
      }
    >
      <Input
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder={facts.urlPlaceholder}
        className="font-mono"
        {...form.register("baseUrl")}
      />
    </Field>
  );

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-5">
      {heading ? (
        <h2 className="font-semibold text-base">{t("settings:provider.connect", { name: kindName })}</h2>
      ) : null}
      {failure === null ? null : <ErrorNotice error={failure} />}
      {facts.name === null ? (
        <Field
          label={t("settings:provider.displayName")}
          help={t("settings:provider.displayNameHelp")}
          error={errors.displayName?.message}
        >
          <Input autoComplete="off" {...form.register("displayName")} />
        </Field>
      ) : null}
      {facts.url === "required" ? urlField : null}
      {facts.key === "none" ? null : (
        <Field
          label={t("settings:provider.apiKey")}
          {...(facts.key === "optional" ? { aside: t("settings:provider.apiKeyOptional") } : {})}
          error={errors.apiKey?.message}
          help={
            provider?.keyHint ? (
              t("settings:provider.apiKeyKeep")
            ) : facts.keyPage === undefined ? undefined : (
              <KeyLink href={facts.keyPage} label={t("settings:provider.getKey", { name: kindName })} />
            )
          }
        >
          <PasswordInput
            autoComplete="off"
            data-1p-ignore
            placeholder={provider?.keyHint ?? facts.keyPlaceholder}
            {...form.register("apiKey")}
          />
        </Field>
      )}
      {facts.url === "advanced" ? (
        <details className="group" open={errors.baseUrl !== undefined || undefined}>
          <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 rounded-xs text-fg-muted text-meta hover:text-fg [&::-webkit-details-marker]:hidden">
            <ChevronRight
              aria-hidden
              className="size-3.5 transition-transform group-open:rotate-90 rtl:-scale-x-100"
            />
            {t("settings:provider.advanced")}
          </summary>
          <div className="grid gap-5 pt-4">
            {urlField}
            {choice === "openai" ? (
              <Field label={t("settings:provider.protocol")}>
                <Segmented
                  value={form.watch("protocol")}
                  onChange={(value) => form.setValue("protocol", value)}
                  options={(["openai", "openai_responses"] as const).map((value) => ({
                    value,
                    label: t(`settings:provider.protocols.${value}`),
                  }))}
                />
              </Field>
            ) : null}
          </div>
        </details>
      ) : null}
      <div className="flex flex-wrap items-center justify-end gap-2 pt-1">
        <p role="status" className="me-auto text-fg-muted text-meta">
          {isSubmitting ? t("settings:provider.testing") : ""}
        </p>
        <Button variant="ghost" onClick={onCancel} disabled={isSubmitting}>
          {cancelLabel ?? t("common:cancel")}
        </Button>
        <Button type="submit" variant="primary" loading={isSubmitting}>
          {provider === undefined ? t("settings:provider.submit") : t("settings:provider.saveChanges")}
        </Button>
      </div>
    </form>
  );
}

function KeyLink({ href, label }: { href: string; label: string }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      className="inline-flex items-center gap-1 rounded-xs underline decoration-border underline-offset-4 hover:text-fg hover:decoration-fg-muted"
    >
      {label}
      <ExternalLink aria-hidden className="size-3" />
    </a>
  );
}

function useProviderResolver(choice: Choice, provider: Provider | undefined): Resolver<Values> {
  const { t } = useTranslation("settings");
  return useMemo(() => {
    const facts = KINDS[choice];
    const needsKey = facts.key === "required" && !provider?.keyHint;
    const isUrl = (value: string) => /^https?:\/\/[^\s/]+/.test(value);
    const schema = z.object({
      displayName: z.string().check(
        z.trim(),
        z.refine((value) => facts.name !== null || value !== "", { error: t("provider.rules.nameMissing") }),
      ),
      apiKey: z.string().check(
        z.trim(),
        z.refine((value) => !needsKey || value !== "", { error: t("provider.rules.keyMissing") }),
      ),
      baseUrl: z.string().check(
        z.trim(),
        z.refine((value) => facts.url !== "required" || value !== "", {
          error: t("provider.rules.urlMissing"),
          abort: true,
        }),
        z.refine((value) => value === "" || isUrl(value), { error: t("provider.rules.urlInvalid") }),
      ),
      protocol: z.enum(["openai", "openai_responses"]),
    });
    return zodResolver(schema);
  }, [choice, provider, t]);
}
