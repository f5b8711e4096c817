import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LANGUAGES } from "@/lib/i18n";
import { type Density, type Theme, useAppearance } from "@/lib/preferences";
import { Field } from "@/ui/field";
import { Segmented } from "@/ui/segmented";
import { Select } from "@/ui/select";
import { SettingsPage } from "./page";

const THEMES: { value: Theme; icon: React.ReactNode }[] = [
  { value: "system", icon: <Monitor aria-hidden /> },
  { value: "light", icon: <Sun aria-hidden /> },
  { value: "dark", icon: <Moon aria-hidden /> },
];
const DENSITIES: Density[] = ["comfortable", "compact"];

export function AppearancePage() {
  const { t } = useTranslation(["settings", "app"]);
  const { theme, density, language, setTheme, setDensity, setLanguage } = useAppearance();
  return (
    <SettingsPage title={t("settings:tabs.appearance")} description={t("settings:appearance.description")}>
      <div className="grid max-w-lg gap-8">
        <Field label={t("settings:appearance.theme")}>
          <Segmented
            value={theme}
            onChange={setTheme}
            options={THEMES.map((option) => ({ ...option, label: t(`app:theme.${option.value}`) }))}
          />
        </Field>
        <Field label={t("settings:appearance.density")} help={t("settings:appearance.densityHelp")}>
          <Segmented
            value={density}
            onChange={setDensity}
            options={DENSITIES.map((value) => ({
              value,
              label: t(`settings:appearance.densities.${value}`),
            }))}
          />
        </Field>
        <Field label={t("settings:appearance.language")} help={t("settings:appearance.languageHelp")}>
          <Select
            className="max-w-64"
            value={language}
            onChange={setLanguage}
            options={[
              { value: "system", label: t("settings:appearance.languageSystem") },
              ...LANGUAGES.map(({ tag, label }) => ({ value: tag as string, label })),
            ]}
          />
        </Field>
      </div>
    </SettingsPage>
  );
}
