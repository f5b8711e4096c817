import { useQueryClient } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, type Agent, api, type McpServer, type McpTool, toApiError } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Segmented } from "@/ui/segmented";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { rememberServer, useServerPatch } from "./queries";

/** What a server offers and who gets it; opened on request. */
export function ServerDetails({ server }: { server: McpServer }) {
  const { t } = useTranslation("mcp");
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="border-border border-t">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex w-full cursor-pointer items-center gap-1.5 rounded-b-lg px-4 py-2.5 text-fg-muted text-sm transition-colors duration-120 hover:text-fg touch:min-h-11"
      >
        <ChevronRight
          aria-hidden
          className={`size-3.5 transition-transform rtl:-scale-x-100 ${open ? "rotate-90" : ""}`}
        />
        {t("toolsShow")}
      </button>
      <div id={id} hidden={!open}>
        {open ? (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-6 px-4 pt-1 pb-5">
            <Tools server={server} />
            {server.canEdit ? <Rules server={server} /> : null}
            {server.isLoggedIn ? <LogOut server={server} /> : null}
          </div>
        ) : null}
      </div>
    </div>
  );
}

function useAgents() {
  return $api.useQuery("get", "/api/agents", {}, { select: (data) => data.items }).data ?? [];
}

function Tools({ server }: { server: McpServer }) {
  const { t } = useTranslation("mcp");
  const patch = useServerPatch(server);
  const all = useAgents();
  const chosen = server.agents ?? null;
  const agents = chosen === null ? all : all.filter((agent) => chosen.includes(agent.name));
  if (server.tools.length === 0) {
    const never = server.lastSeenAt === null || server.status === "needs_auth";
    return <p className="text-fg-muted text-sm">{never ? t("noToolsYet") : t("noTools")}</p>;
  }
  const turn = (tool: McpTool, on: boolean) =>
    patch.mutate({
      disabledTools: server.tools
        .filter((other) => (other.name === tool.name ? !on : !other.enabled))
        .map((other) => other.name),
    });
  return (
    <ul aria-label={t("tools")} className="divide-y divide-border rounded-md border border-border">
      {server.tools.map((tool) => (
        <ToolRow
          key={tool.name}
          tool={tool}
          agents={agents}
          editable={server.canEdit}
          onTurn={(on) => turn(tool, on)}
          onAgents={(disabledFor) => patch.mutate({ disabledFor: { [tool.name]: disabledFor } })}
        />
      ))}
    </ul>
  );
}

function ToolRow({
  tool,
  agents,
  editable,
  onTurn,
  onAgents,
}: {
  tool: McpTool;
  agents: Agent[];
  editable: boolean;
  onTurn: (on: boolean) => void;
  onAgents: (disabledFor: string[]) => void;
}) {
  const { t } = useTranslation("mcp");
  const name = (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <span className="font-mono text-sm wrap-anywhere">{tool.name}</span>
      <Badge tone={tool.effect === "read" ? "neutral" : "accent"}>
        {tool.effect === "read" ? t("reads") : t("writes")}
      </Badge>
    </span>
  );
  // The server's own words: plain text, a few lines of it.
  const about =
    tool.description === "" ? undefined : (
      <span className="line-clamp-3 wrap-anywhere">{tool.description}</span>
    );
  return (
    <li className="px-3.5 py-3">
      {editable ? (
        <Switch checked={tool.enabled} onChange={onTurn} label={name} help={about} />
      ) : (
        <div className="grid gap-0.5">
          {name}
          {about === undefined ? null : <p className="text-fg-muted text-meta">{about}</p>}
        </div>
      )}
      {editable && tool.enabled && agents.length > 0 ? (
        <ToolAgents tool={tool} agents={agents} onChange={onAgents} />
      ) : null}
    </li>
  );
}

/** Which of the server's agents get one tool. Who is not taken out gets it, agents that come later too. */
function ToolAgents({
  tool,
  agents,
  onChange,
}: {
  tool: McpTool;
  agents: Agent[];
  onChange: (disabledFor: string[]) => void;
}) {
  const { t } = useTranslation("mcp");
  const [open, setOpen] = useState(false);
  const id = useId();
  const off = tool.disabledFor;
  const count = agents.filter((agent) => !off.includes(agent.name)).length;
  const told =
    count === agents.length ? t("toolAgents.all") : t("toolAgents.some", { count, total: agents.length });
  return (
    <div className="mt-1.5">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        aria-label={`${tool.name}: ${told}`}
        onClick={() => setOpen(!open)}
        className="flex cursor-pointer items-center gap-1 text-fg-muted text-meta transition-colors duration-120 hover:text-fg touch:min-h-11"
      >
        <ChevronRight
          aria-hidden
          className={`size-3 transition-transform rtl:-scale-x-100 ${open ? "rotate-90" : ""}`}
        />
        {told}
      </button>
      <fieldset id={id} hidden={!open} className="pt-1.5 pb-0.5">
        <legend className="sr-only">{t("toolAgents.legend", { name: tool.name })}</legend>
        <div className="flex flex-wrap gap-x-6 gap-y-1.5">
          {agents.map((agent) => (
            <Checkbox
              key={agent.name}
              label={agent.displayName}
              checked={!off.includes(agent.name)}
              onChange={(on) =>
                onChange(on ? off.filter((name) => name !== agent.name) : [...off, agent.name])
              }
            />
          ))}
        </div>
      </fieldset>
    </div>
  );
}

/** Whether it is used, believed, and by whom. */
function Rules({ server }: { server: McpServer }) {
  const { t } = useTranslation("mcp");
  const patch = useServerPatch(server);
  const agents = useAgents();
  return (
    <>
      <Switch
        checked={server.trustReadOnlyHint}
        onChange={(trustReadOnlyHint) => patch.mutate({ trustReadOnlyHint })}
        label={t("trust")}
        help={t("trustHelp")}
      />
      <AgentChoice
        chosen={server.agents ?? null}
        agents={agents}
        onChange={(chosen) => patch.mutate({ agents: chosen })}
      />
      <Switch
        checked={server.enabled}
        onChange={(enabled) => patch.mutate({ enabled })}
        label={t("on")}
        help={t("onHelp")}
      />
    </>
  );
}

function AgentChoice({
  chosen,
  agents,
  onChange,
}: {
  chosen: string[] | null;
  agents: Agent[];
  onChange: (chosen: string[] | null) => void;
}) {
  const { t } = useTranslation("mcp");
  return (
    <div className="grid gap-2.5">
      <div>
        <p className="font-medium text-sm">{t("agents")}</p>
        <p className="text-fg-muted text-meta">{t("agentsHelp")}</p>
      </div>
      <Segmented
        label={t("agents")}
        value={chosen === null ? "all" : "some"}
        onChange={(value) => onChange(value === "all" ? null : agents.map((agent) => agent.name))}
        options={[
          { value: "all", label: t("allAgents") },
          { value: "some", label: t("someAgents") },
        ]}
      />
      {chosen === null ? null : (
        <div className="flex flex-wrap gap-x-6 gap-y-1.5 pt-1">
          {agents.map((agent) => (
            <Checkbox
              key={agent.name}
              label={agent.displayName}
              checked={chosen.includes(agent.name)}
              onChange={(on) =>
                onChange(on ? [...chosen, agent.name] : chosen.filter((name) => name !== agent.name))
              }
            />
          ))}
        </div>
      )}
    </div>
  );
}

function LogOut({ server }: { server: McpServer }) {
  const { t } = useTranslation("mcp");
  const client = useQueryClient();
  const logOut = async () => {
    try {
      const { data } = await api.DELETE("/api/mcp/servers/{id}/connect", {
        params: { path: { id: server.id } },
      });
      if (data !== undefined) rememberServer(client, data.server as McpServer);
      toast(t("loggedOut", { name: server.name }));
    } catch (error) {
      const problem = toApiError(error);
      toast.error(problem.title, { description: problem.detail });
    }
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <p className="text-fg-muted text-sm">{t("loggedIn", { name: server.name })}</p>
      <Button size="sm" onClick={() => void logOut()}>
        {t("logOut", { name: server.name })}
      </Button>
    </div>
  );
}
