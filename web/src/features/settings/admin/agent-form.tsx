import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { Controller, type Resolver, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { $api, type AgentDetails, type ApiError, api, useModels } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { Input, Textarea } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import type { SelectOption } from "@/ui/select";
import { Slider } from "@/ui/slider";
import { Switch } from "@/ui/switch";
import { useMcpServers } from "../mcp/queries";
import { type McpChoices, McpToolsField, saveChoices } from "./agent-mcp-tools";

interface Values {
  name: string;
  displayName: string;
  description: string;
  systemPrompt: string;
  /** Empty: the default one. */
  model: string;
  /** Null: the model's own. */
  temperature: number | null;
  tools: string[];
  isActive: boolean;
}

/** Where the slider starts when a temperature is first set. */
const USUAL_TEMPERATURE = 0.7;

interface AgentFormProps {
  /** The one to change; without it a new one is made. */
  agent?: AgentDetails;
  onSaved: (agent: AgentDetails) => Promise<void>;
  onCancel: () => void;
}

/** Who an agent is, what it is told, what it may use. */
export function AgentForm({ agent, onSaved, onCancel }: AgentFormProps) {
  const { t } = useTranslation(["admin", "common"]);
  const client = useQueryClient();
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [choices, setChoices] = useState<McpChoices>({});
  const servers = useMcpServers().data ?? [];
  // Made, with a server's switches still to be saved: what is sent again changes it.
  const made = useRef(agent?.name);
  const form = useForm<Values>({
    resolver: useResolver(),
    defaultValues: {
      name: agent?.name ?? "",
      displayName: agent?.displayName ?? "",
      description: agent?.description ?? "",
      systemPrompt: agent?.systemPrompt ?? "",
      model: agent?.model ?? "",
      temperature: agent?.temperature ?? null,
      tools: agent?.tools ?? [],
      isActive: agent?.isActive ?? true,
    },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ name, ...values }) => {
    setFailure(null);
    try {
      const { data } =
        made.current === undefined
          ? await api.POST("/api/admin/agents", { body: { name, ...values } })
          : await api.PATCH("/api/admin/agents/{name}", {
              params: { path: { name: made.current } },
              body: values,
            });
      if (data === undefined) return;
      made.current = data.agent.name;
      await saveChoices(client, servers, data.agent.name, choices);
      await onSaved(data.agent);
    } catch (error) {
      const fields = ["name", "displayName", "description", "systemPrompt", "model", "temperature"] as const;
      setFailure(placeErrors<Values>(error, fields, form.setError));
    }
  });

  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      className="grid grid-cols-[minmax(0,1fr)] gap-6"
    >
      {failure === null ? null : <ErrorNotice error={failure} />}
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t("admin:agents.form.displayName")} error={errors.displayName?.message}>
          <Input autoComplete="off" maxLength={60} {...form.register("displayName")} />
        </Field>
        {agent === undefined ? (
          <Field
            label={t("admin:agents.form.name")}
            help={t("admin:agents.form.nameHelp")}
            error={errors.name?.message}
          >
            <Input
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={40}
              className="font-mono"
              {...form.register("name")}
            />
          </Field>
        ) : null}
      </div>
      <Field
        label={t("admin:agents.form.description")}
        help={t("admin:agents.form.descriptionHelp")}
        error={errors.description?.message}
      >
        <Input autoComplete="off" maxLength={400} {...form.register("description")} />
      </Field>
      <Field
        label={t("admin:agents.form.prompt")}
        help={t("admin:agents.form.promptHelp")}
        error={errors.systemPrompt?.message}
      >
        <Textarea rows={8} className="max-h-96 min-h-44" {...form.register("systemPrompt")} />
      </Field>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <Controller
          control={form.control}
          name="model"
          render={({ field }) => (
            <ModelField value={field.value} onChange={field.onChange} error={errors.model?.message} />
          )}
        />
        <Controller
          control={form.control}
          name="temperature"
          render={({ field }) => <TemperatureField value={field.value} onChange={field.onChange} />}
        />
      </div>
      <Controller
        control={form.control}
        name="tools"
        render={({ field }) => <ToolsField value={field.value} onChange={field.onChange} />}
      />
      <McpToolsField agent={agent?.name} servers={servers} value={choices} onChange={setChoices} />
      <Controller
        control={form.control}
        name="isActive"
        render={({ field }) => (
          <Switch
            checked={field.value}
            onChange={field.onChange}
            disabled={agent?.isDefault ?? false}
            label={t("admin:agents.form.active")}
            help={t(agent?.isDefault ? "admin:agents.form.activeDefault" : "admin:agents.form.activeHelp")}
          />
        )}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="ghost" onClick={onCancel} disabled={isSubmitting}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" variant="primary" loading={isSubmitting}>
          {agent === undefined ? t("admin:agents.form.create") : t("common:save")}
        </Button>
      </div>
    </form>
  );
}

interface ControlProps<T> {
  value: T;
  onChange: (value: T) => void;
}

function ModelField({ value, onChange, error }: ControlProps<string> & { error: string | undefined }) {
  const { t } = useTranslation("admin");
  const models = useModels().data?.items ?? [];
  const options: SelectOption<string>[] = [
    { value: "", label: t("agents.form.defaultModel") },
    ...models.map((model) => ({ value: model.id, label: model.name, hint: model.id })),
  ];
  // One that is away for now stays what it is.
  if (options.every((option) => option.value !== value)) options.push({ value, label: value });
  return (
    <Field label={t("agents.form.model")} error={error}>
      <Combobox options={options} value={value} onChange={onChange} />
    </Field>
  );
}

function TemperatureField({ value, onChange }: ControlProps<number | null>) {
  const { t } = useTranslation("admin");
  return (
    <fieldset className="grid content-start gap-2.5">
      <legend className="mb-1.5 font-medium text-sm">{t("agents.form.temperature")}</legend>
      <Checkbox
        checked={value === null}
        onChange={(own) => onChange(own ? null : USUAL_TEMPERATURE)}
        label={t("agents.form.temperatureOwn")}
      />
      {value === null ? null : (
        <>
          <Slider
            label={t("agents.form.temperatureSet")}
            value={value}
            onChange={onChange}
            min={0}
            max={2}
            step={0.1}
            format={{ minimumFractionDigits: 1, maximumFractionDigits: 2 }}
          />
          <p className="text-fg-muted text-meta">{t("agents.form.temperatureHelp")}</p>
        </>
      )}
    </fieldset>
  );
}

function ToolsField({ value, onChange }: ControlProps<string[]>) {
  const { t } = useTranslation("admin");
  const query = $api.useQuery("get", "/api/admin/tools", {}, { select: (data) => data.items });
  const tools = query.data ?? [];
  // Tools that this server does not have now stay with the agent until they are taken away.
  const gone =
    query.data === undefined ? [] : value.filter((name) => tools.every((tool) => tool.name !== name));
  const toggle = (name: string, on: boolean) =>
    onChange(on ? [...value, name] : value.filter((one) => one !== name));
  return (
    <fieldset>
      <legend className="font-medium text-sm">{t("agents.form.tools")}</legend>
      <p className="mb-3 text-fg-muted text-meta">{t("agents.form.toolsHelp")}</p>
      <div className="grid gap-x-8 gap-y-2.5 sm:grid-cols-2">
        {tools.map((tool) => (
          <Checkbox
            key={tool.name}
            checked={value.includes(tool.name)}
            onChange={(on) => toggle(tool.name, on)}
            label={
              <span className="flex flex-wrap items-center gap-x-2">
                {tool.displayName}
                {tool.effect === "write" ? <Badge tone="warn">{t("agents.form.writes")}</Badge> : null}
                {tool.isActive ? null : <Badge>{t("agents.form.toolOff")}</Badge>}
              </span>
            }
          />
        ))}
        {gone.map((name) => (
          <Checkbox key={name} checked onChange={() => toggle(name, false)} label={name} />
        ))}
      </div>
    </fieldset>
  );
}

function useResolver(): Resolver<Values> {
  const { t } = useTranslation("admin");
  return useMemo(() => {
    const text = () => z.string().check(z.trim(), z.minLength(1, t("agents.form.missing")));
    const schema = z.object({
      name: z.string().check(z.regex(/^[a-z][a-z0-9_-]{0,39}$/, t("agents.form.nameRule"))),
      displayName: text(),
      description: text(),
      systemPrompt: text(),
      model: z.string(),
      temperature: z.nullable(z.number()),
      tools: z.array(z.string()),
      isActive: z.boolean(),
    });
    return zodResolver(schema);
  }, [t]);
}
