import { useTranslation } from "react-i18next";
import { useMe } from "@/lib/api";
import { SettingsPage } from "../page";
import { Access } from "./access";
import { Defaults } from "./defaults";
import { ModelList } from "./model-list";
import { Providers } from "./providers";

/** Everyone sees which models there are; the administrator also connects and chooses them. */
export function ModelsPage() {
  const { t } = useTranslation("settings");
  const { data: me } = useMe();
  const admin = me?.role === "admin";
  return (
    <SettingsPage
      title={t("tabs.models")}
      description={admin ? t("models.adminDescription") : t("models.description")}
    >
      {admin ? (
        <>
          <Providers />
          <Defaults />
        </>
      ) : null}
      <ModelList admin={admin} />
      {admin ? <Access /> : null}
    </SettingsPage>
  );
}
