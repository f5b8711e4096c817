import { ScrollText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { $api, type AuditEntry, api } from "@/lib/api";
import { EmptyState } from "@/ui/empty-state";
import { SettingsPage } from "../page";
import { type Page, PagedList } from "../paged";
import { AdminsOnly } from "./admins-only";

async function loadAudit(cursor: string | undefined, signal: AbortSignal): Promise<Page<AuditEntry>> {
  const query = cursor === undefined ? {} : { cursor };
  const { data } = await api.GET("/api/admin/audit", { params: { query }, signal });
  return data ?? { items: [], nextCursor: null };
}

/** What was done, newest first. Administrators only. */
export function AuditPage() {
  const { t } = useTranslation(["admin", "settings"]);
  return (
    <SettingsPage title={t("settings:tabs.audit")} description={t("admin:audit.description")}>
      <AdminsOnly>
        <Entries />
      </AdminsOnly>
    </SettingsPage>
  );
}

function Entries() {
  const { t } = useTranslation("admin");
  const people = $api.useQuery(
    "get",
    "/api/admin/users",
    { params: { query: { limit: 100 } } },
    { select: (data) => new Map(data.items.map((user) => [user.id, user.name])) },
  );
  const who = (id: string | null) =>
    id === null ? t("audit.nobody") : (people.data?.get(id) ?? t("audit.someone"));
  return (
    <PagedList
      queryKey={["admin", "audit"]}
      load={loadAudit}
      more={t("more")}
      renderRow={(entry) => <EntryRow key={entry.id} entry={entry} who={who(entry.userId)} />}
      empty={
        <EmptyState icon={<ScrollText />} title={t("audit.emptyTitle")} description={t("audit.empty")} />
      }
    />
  );
}

function EntryRow({ entry, who }: { entry: AuditEntry; who: string }) {
  const { t, i18n } = useTranslation("admin");
  const time = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" });
  const hasDetails = Object.keys(entry.details).length > 0;
  return (
    <li className="grid gap-0.5 p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <code className="font-mono text-sm">{entry.action}</code>
        <time dateTime={entry.createdAt} className="text-fg-muted text-meta tabular-nums">
          {time.format(new Date(entry.createdAt))}
        </time>
      </div>
      <p className="text-fg-muted text-meta wrap-anywhere">
        {who}
        {entry.subject === null ? null : (
          <>
            {" · "}
            <span className="font-mono">{entry.subject}</span>
          </>
        )}
      </p>
      {hasDetails ? (
        <details className="text-meta">
          <summary className="w-fit cursor-pointer rounded-xs text-fg-muted hover:text-fg">
            {t("audit.details")}
          </summary>
          <pre className="mt-1.5 overflow-x-auto rounded-md bg-muted p-3 font-mono text-xs">
            {JSON.stringify(entry.details, null, 2)}
          </pre>
        </details>
      ) : null}
    </li>
  );
}
