import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, queryError, type ToolSwitch } from "@/lib/api";
import { Card, Section } from "@/ui/card";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";

const toolsKey = $api.queryOptions("get", "/api/admin/tools").queryKey;
const seenKey = $api.queryOptions("get", "/api/tools").queryKey;

/** Every tool of the server, on or off for everybody. */
export function ToolSwitches() {
  const { t } = useTranslation(["admin", "common"]);
  const queryClient = useQueryClient();
  const query = $api.useQuery("get", "/api/admin/tools", {}, { select: (data) => data.items });
  const mutation = $api.useMutation("patch", "/api/admin/tools/{name}", {
    onSuccess: ({ tool }) =>
      toast(t(tool.isActive ? "admin:tools.on" : "admin:tools.off", { name: tool.displayName })),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: toolsKey }),
        queryClient.invalidateQueries({ queryKey: seenKey }),
      ]),
  });
  const error = queryError(query) ?? queryError(mutation);
  const change = (tool: ToolSwitch, isActive: boolean) =>
    mutation.mutate({ params: { path: { name: tool.name } }, body: { isActive } });
  return (
    <Section title={t("admin:tools.title")} description={t("admin:tools.description")}>
      {error === null ? null : <ErrorNotice error={error} />}
      {query.data === undefined ? (
        error === null ? (
          <Delayed label={t("common:loading")}>
            <Skeleton className="h-72 rounded-lg" />
          </Delayed>
        ) : null
      ) : (
        <Card>
          {query.data.length === 0 ? (
            <p className="p-4 text-fg-muted text-sm">{t("admin:tools.none")}</p>
          ) : (
            <ul className="divide-y divide-border">
              {query.data.map((tool) => (
                <li key={tool.name} className="p-4">
                  <Switch
                    label={tool.displayName}
                    help={tool.name}
                    checked={tool.isActive}
                    disabled={mutation.isPending}
                    onChange={(on) => change(tool, on)}
                  />
                </li>
              ))}
            </ul>
          )}
        </Card>
      )}
    </Section>
  );
}
