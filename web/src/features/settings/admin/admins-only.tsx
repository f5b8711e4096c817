import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/lib/api";
import { Card } from "@/ui/card";
import { EmptyState } from "@/ui/empty-state";

/** What only administrators see. Others who came by an address are told so. */
export function AdminsOnly({ children }: { children: ReactNode }) {
  const { t } = useTranslation("admin");
  const { data: me } = useMe();
  if (me === undefined) return null;
  if (me.role === "admin") return children;
  return (
    <Card>
      <EmptyState icon={<ShieldCheck />} title={t("onlyAdminsTitle")} description={t("onlyAdmins")} />
    </Card>
  );
}
