import { useTranslation } from "react-i18next";
import { ShortcutList } from "@/ui/shortcut-list";
import { SettingsPage } from "./page";

export function ShortcutsPage() {
  const { t } = useTranslation("settings");
  return (
    <SettingsPage title={t("tabs.shortcuts")} description={t("shortcuts.description")}>
      <div className="max-w-lg">
        <ShortcutList />
      </div>
    </SettingsPage>
  );
}
