import { useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, type AgentDetails, api, queryError } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Card, Section } from "@/ui/card";
import { Dialog } from "@/ui/dialog";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { SettingsPage } from "../page";
import { RemoveDialog } from "../remove-dialog";
import { AdminsOnly } from "./admins-only";
import { AgentForm } from "./agent-form";
import { ToolSwitches } from "./tool-switches";

const agentsKey = $api.queryOptions("get", "/api/admin/agents").queryKey;
const chosenKey = $api.queryOptions("get", "/api/agents").queryKey;

/** Who answers, and what they may use. Administrators only. */
export function AgentsPage() {
  const { t } = useTranslation(["admin", "settings"]);
  return (
    <SettingsPage title={t("settings:tabs.agents")} description={t("admin:agents.description")}>
      <AdminsOnly>
        <Agents />
        <ToolSwitches />
      </AdminsOnly>
    </SettingsPage>
  );
}

function Agents() {
  const { t } = useTranslation(["admin", "common"]);
  const queryClient = useQueryClient();
  const query = $api.useQuery("get", "/api/admin/agents", {}, { select: (data) => data.items });
  const error = queryError(query);
  const [editing, setEditing] = useState<AgentDetails | "new" | null>(null);
  const [removing, setRemoving] = useState<AgentDetails | null>(null);
  const again = async () => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: agentsKey }),
      queryClient.invalidateQueries({ queryKey: chosenKey }),
    ]);
  };
  return (
    <Section
      title={t("admin:agents.title")}
      action={
        <Button size="sm" onClick={() => setEditing("new")}>
          <Plus aria-hidden />
          {t("admin:agents.add")}
        </Button>
      }
    >
      {query.data !== undefined ? (
        <Card>
          <ul className="divide-y divide-border">
            {query.data.map((agent) => (
              <AgentRow
                key={agent.name}
                agent={agent}
                onEdit={() => setEditing(agent)}
                onRemove={() => setRemoving(agent)}
              />
            ))}
          </ul>
        </Card>
      ) : error === null ? (
        <Delayed label={t("common:loading")}>
          <Skeleton className="h-72 rounded-lg" />
        </Delayed>
      ) : (
        <ErrorNotice
          error={error}
          action={<Button onClick={() => void query.refetch()}>{t("common:retry")}</Button>}
        />
      )}
      {editing === null ? null : (
        <Dialog
          open
          onOpenChange={(open) => !open && setEditing(null)}
          title={
            editing === "new"
              ? t("admin:agents.createTitle")
              : t("admin:agents.editTitle", { name: editing.displayName })
          }
          className="w-[min(44rem,calc(100vw-2rem))]"
        >
          <AgentForm
            {...(editing === "new" ? {} : { agent: editing })}
            onCancel={() => setEditing(null)}
            onSaved={async (agent) => {
              await again();
              setEditing(null);
              toast.success(
                t(editing === "new" ? "admin:agents.created" : "admin:agents.saved", {
                  name: agent.displayName,
                }),
              );
            }}
          />
        </Dialog>
      )}
      {removing === null ? null : (
        <RemoveDialog
          title={t("admin:agents.removeTitle", { name: removing.displayName })}
          description={t("admin:agents.removeDetail")}
          confirmLabel={t("common:delete")}
          remove={async () => {
            await api.DELETE("/api/admin/agents/{name}", { params: { path: { name: removing.name } } });
            await again();
          }}
          removed={t("admin:agents.removed", { name: removing.displayName })}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}

function AgentRow(props: { agent: AgentDetails; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation("admin");
  const { agent } = props;
  const facts = [
    agent.model === null ? t("agents.defaultModel") : t("agents.model", { model: agent.model }),
    agent.temperature === null ? null : t("agents.temperature", { value: agent.temperature }),
    agent.tools.length === 0 ? t("agents.noTools") : t("agents.tools", { count: agent.tools.length }),
  ].filter((fact) => fact !== null);
  return (
    <li className="flex items-start gap-3.5 p-4">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <p className="min-w-0 truncate font-medium text-sm">{agent.displayName}</p>
          <code className="font-mono text-fg-subtle text-xs">{agent.name}</code>
          {agent.isDefault ? <Badge tone="accent">{t("agents.default")}</Badge> : null}
          {agent.isActive ? null : <Badge tone="warn">{t("agents.off")}</Badge>}
        </div>
        <p className="mt-0.5 text-sm">{agent.description}</p>
        <p className="mt-0.5 text-fg-muted text-meta wrap-anywhere">{facts.join(" · ")}</p>
      </div>
      <div className="flex shrink-0">
        <IconButton
          size="sm"
          label={t("agents.edit", { name: agent.displayName })}
          tooltip={false}
          onClick={props.onEdit}
        >
          <Pencil aria-hidden />
        </IconButton>
        {agent.isDefault ? null : (
          <IconButton
            size="sm"
            label={t("agents.remove", { name: agent.displayName })}
            tooltip={false}
            onClick={props.onRemove}
          >
            <Trash2 aria-hidden />
          </IconButton>
        )}
      </div>
    </li>
  );
}
