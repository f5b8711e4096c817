import type { QueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type McpServer } from "@/lib/api";
import { Badge } from "@/ui/badge";
import { Checkbox } from "@/ui/checkbox";
import { rememberServer } from "../mcp/queries";

/** What was switched in the form and is not saved yet: on or off, by server and tool. */
export type McpChoices = Record<string, Record<string, boolean>>;

/** The tools of those MCP servers that an agent gets and that the person may change. */
export function McpToolsField({
  agent,
  servers,
  value,
  onChange,
}: {
  /** Without one it is made now: it gets what all agents get. */
  agent: string | undefined;
  servers: readonly McpServer[];
  value: McpChoices;
  onChange: (value: McpChoices) => void;
}) {
  const { t } = useTranslation("admin");
  const gets = ({ agents }: McpServer) => agents == null || (agent !== undefined && agents.includes(agent));
  const shown = servers.filter(
    (server) => server.canEdit && server.enabled && gets(server) && server.tools.some((tool) => tool.enabled),
  );
  if (shown.length === 0) return null;
  const turn = (server: McpServer, tool: string, on: boolean) =>
    onChange({ ...value, [server.id]: { ...value[server.id], [tool]: on } });
  return (
    <div className="grid gap-4">
      <div>
        <p className="font-medium text-sm">{t("agents.form.mcpTools")}</p>
        <p className="text-fg-muted text-meta">{t("agents.form.mcpToolsHelp")}</p>
      </div>
      {shown.map((server) => (
        <fieldset key={server.id}>
          <legend className="mb-2 text-fg-muted text-meta">{server.name}</legend>
          <div className="grid gap-x-8 gap-y-2.5 sm:grid-cols-2">
            {server.tools
              .filter((tool) => tool.enabled)
              .map((tool) => (
                <Checkbox
                  key={tool.name}
                  checked={
                    value[server.id]?.[tool.name] ??
                    (agent === undefined || !tool.disabledFor.includes(agent))
                  }
                  onChange={(on) => turn(server, tool.name, on)}
                  label={
                    <span className="flex flex-wrap items-center gap-x-2">
                      <span className="font-mono wrap-anywhere">{tool.name}</span>
                      {tool.effect === "write" ? <Badge tone="warn">{t("agents.form.writes")}</Badge> : null}
                    </span>
                  }
                />
              ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

/** Keeps what was switched for an agent, server by server. */
export async function saveChoices(
  client: QueryClient,
  servers: readonly McpServer[],
  agent: string,
  choices: McpChoices,
): Promise<void> {
  for (const server of servers) {
    const switched = Object.entries(choices[server.id] ?? {});
    if (switched.length === 0) continue;
    const disabledFor = Object.fromEntries(
      switched.map(([name, on]) => {
        const tool = server.tools.find((one) => one.name === name);
        const others = (tool?.disabledFor ?? []).filter((other) => other !== agent);
        return [name, on ? others : [...others, agent]];
      }),
    );
    const { data } = await api.PATCH("/api/mcp/servers/{id}", {
      params: { path: { id: server.id } },
      body: { disabledFor },
    });
    if (data !== undefined) rememberServer(client, data.server as McpServer);
  }
}
