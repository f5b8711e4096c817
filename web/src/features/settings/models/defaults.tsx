import { useTranslation } from "react-i18next";
import { queryError, type ServerSettingsChange, useModels } from "@/lib/api";
import { Section } from "@/ui/card";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { ErrorNotice } from "@/ui/notice";
import { toast } from "@/ui/toast";
import { useAdminSettings } from "./use-admin-settings";

/** The empty text: the server chooses. */
const AUTOMATIC = "";

/** Which model new chats use, and which one does the small work. */
export function Defaults() {
  const { t } = useTranslation("settings");
  const { query, mutation } = useAdminSettings();
  const failure = queryError(mutation);
  const models = useModels();
  const settings = query.data;
  const items = models.data?.items ?? [];
  if (settings === undefined || items.length === 0) return null;
  const options = [
    { value: AUTOMATIC, label: t("models.automatic") },
    ...items.map((model) => ({ value: model.id, label: model.name, hint: model.id })),
  ];
  const choose = (change: ServerSettingsChange) =>
    mutation.mutate({ body: change }, { onSuccess: () => toast.success(t("models.defaultsSaved")) });
  return (
    <Section title={t("models.defaultsTitle")} description={t("models.defaultsDescription")}>
      {failure === null ? null : <ErrorNotice error={failure} />}
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t("models.defaultModel")} help={t("models.defaultModelHelp")}>
          <Combobox
            options={options}
            value={settings.defaultModel ?? AUTOMATIC}
            onChange={(defaultModel) => choose({ defaultModel })}
          />
        </Field>
        <Field label={t("models.smallModel")} help={t("models.smallModelHelp")}>
          <Combobox
            options={options}
            value={settings.smallModel ?? AUTOMATIC}
            onChange={(smallModel) => choose({ smallModel })}
          />
        </Field>
      </div>
    </Section>
  );
}
