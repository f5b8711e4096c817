import { useTranslation } from "react-i18next";
import { queryError } from "@/lib/api";
import { Section } from "@/ui/card";
import { ErrorNotice } from "@/ui/notice";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { useAdminSettings } from "./use-admin-settings";

const MODES = ["open", "invite", "closed"] as const;

/** Whether strangers may make themselves an account. */
export function Access() {
  const { t } = useTranslation("settings");
  const { query, mutation } = useAdminSettings();
  const failure = queryError(mutation);
  const settings = query.data;
  if (settings === undefined) return null;
  return (
    <Section title={t("models.accessTitle")} description={t("models.accessDescription")}>
      {failure === null ? null : <ErrorNotice error={failure} />}
      <Select
        label={t("models.accessTitle")}
        className="max-w-sm"
        value={settings.signup}
        onChange={(signup) =>
          mutation.mutate({ body: { signup } }, { onSuccess: () => toast.success(t("models.accessSaved")) })
        }
        options={MODES.map((value) => ({ value, label: t(`models.signup.${value}`) }))}
      />
    </Section>
  );
}
