import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, api, toApiError, type User, useMe } from "@/lib/api";
import { Avatar } from "@/ui/avatar";
import { Badge } from "@/ui/badge";
import { ErrorNotice } from "@/ui/notice";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { SettingsPage } from "../page";
import { type Page, PagedList } from "../paged";
import { AdminsOnly } from "./admins-only";

const peopleKey = ["admin", "people"] as const;

async function loadPeople(cursor: string | undefined, signal: AbortSignal): Promise<Page<User>> {
  const query = cursor === undefined ? {} : { cursor };
  const { data } = await api.GET("/api/admin/users", { params: { query }, signal });
  return data ?? { items: [], nextCursor: null };
}

/** Who has an account, and what they may do. Administrators only. */
export function PeoplePage() {
  const { t } = useTranslation(["admin", "settings"]);
  return (
    <SettingsPage title={t("settings:tabs.people")} description={t("admin:people.description")}>
      <AdminsOnly>
        <People />
      </AdminsOnly>
    </SettingsPage>
  );
}

function People() {
  const { t } = useTranslation("admin");
  const queryClient = useQueryClient();
  const { data: me } = useMe();
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [changing, setChanging] = useState<string | null>(null);
  const change = async (user: User, role: User["role"]) => {
    if (role === user.role) return;
    setFailure(null);
    setChanging(user.id);
    try {
      await api.PATCH("/api/admin/users/{id}", { params: { path: { id: user.id } }, body: { role } });
      await queryClient.invalidateQueries({ queryKey: peopleKey });
      toast(t(`people.changed.${role}`, { name: user.name }));
    } catch (error) {
      setFailure(toApiError(error));
    }
    setChanging(null);
  };
  return (
    <div className="grid gap-4">
      {failure === null ? null : <ErrorNotice error={failure} />}
      <PagedList
        queryKey={peopleKey}
        load={loadPeople}
        more={t("more")}
        renderRow={(user) => (
          <PersonRow
            key={user.id}
            user={user}
            isMe={user.id === me?.id}
            busy={changing === user.id}
            onChange={(role) => void change(user, role)}
          />
        )}
      />
    </div>
  );
}

function PersonRow(props: {
  user: User;
  isMe: boolean;
  busy: boolean;
  onChange: (role: User["role"]) => void;
}) {
  const { t, i18n } = useTranslation("admin");
  const { user, isMe } = props;
  const since = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" }).format(
    new Date(user.createdAt),
  );
  const roles = (["admin", "user"] as const).map((value) => ({ value, label: t(`people.roles.${value}`) }));
  return (
    <li className="flex flex-wrap items-center gap-x-3.5 gap-y-3 p-4">
      <Avatar name={user.name} />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex items-center gap-2 font-medium text-sm">
          <span className="min-w-0 truncate">{user.name}</span>
          {isMe ? <Badge tone="accent">{t("people.you")}</Badge> : null}
        </p>
        <p className="text-fg-muted text-meta wrap-anywhere">
          {user.email} · {t("people.since", { date: since })}
        </p>
      </div>
      <Select
        label={t("people.role", { name: user.name })}
        options={roles}
        value={user.role}
        disabled={isMe || props.busy}
        onChange={props.onChange}
        className="w-40 max-sm:ms-11.5"
      />
    </li>
  );
}
