/** What the page of MCP servers reads and writes. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, api, type McpServer, type McpServerPatch, toApiError } from "@/lib/api";
import { toast } from "@/ui/toast";

export function useMcpServers() {
  return $api.useQuery("get", "/api/mcp/servers", {}, { select: (data) => data.items as McpServer[] });
}

const listKey = $api.queryOptions("get", "/api/mcp/servers", {}).queryKey;
const toolsKey = ["get", "/api/tools"];

/** Puts a server, as an answer gave it, into the list. */
export function rememberServer(client: QueryClient, server: McpServer): void {
  client.setQueryData(listKey, (data: { items: McpServer[] } | undefined) => {
    if (data === undefined) return data;
    const known = data.items.some((item) => item.id === server.id);
    const items = known
      ? data.items.map((item) => (item.id === server.id ? server : item))
      : [...data.items, server];
    return { ...data, items };
  });
  void client.invalidateQueries({ queryKey: toolsKey });
}

export function forgetServer(client: QueryClient, id: string): void {
  client.setQueryData(listKey, (data: { items: McpServer[] } | undefined) =>
    data === undefined ? data : { ...data, items: data.items.filter((item) => item.id !== id) },
  );
  void client.invalidateQueries({ queryKey: toolsKey });
}

/** A change that shows at once and is taken back when it fails. */
export function useServerPatch(server: McpServer) {
  const { t } = useTranslation("mcp");
  const client = useQueryClient();
  return useMutation({
    // One after the other: of two answers that cross, the older would stay.
    scope: { id: `mcp-${server.id}` },
    mutationFn: async (body: McpServerPatch) => {
      const { data } = await api.PATCH("/api/mcp/servers/{id}", {
        params: { path: { id: server.id } },
        body,
      });
      return data?.server as McpServer | undefined;
    },
    onMutate: (body) => rememberServer(client, changed(server, body)),
    onSuccess: (saved) => {
      if (saved !== undefined) rememberServer(client, saved);
      toast.success(t("saved"), { id: "mcp-saved" });
    },
    onError: (error) => {
      rememberServer(client, server);
      const problem = toApiError(error);
      toast.error(problem.title, { description: problem.detail });
    },
  });
}

function changed(server: McpServer, body: McpServerPatch): McpServer {
  const disabled = body.disabledTools ?? null;
  const disabledFor = body.disabledFor ?? {};
  return {
    ...server,
    trustReadOnlyHint: body.trustReadOnlyHint ?? server.trustReadOnlyHint,
    enabled: body.enabled ?? server.enabled,
    agents: body.agents === undefined ? server.agents : body.agents,
    tools: server.tools.map((tool) => ({
      ...tool,
      enabled: disabled === null ? tool.enabled : !disabled.includes(tool.name),
      disabledFor: disabledFor[tool.name] ?? tool.disabledFor,
    })),
  };
}
