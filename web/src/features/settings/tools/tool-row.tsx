import { useQueryClient } from "@tanstack/react-query";
import { Eye, PencilLine } from "lucide-react";
import { useTranslation } from "react-i18next";
import { $api } from "@/lib/api";
import { toApiError } from "@/lib/api/errors";
import type { components } from "@/lib/api/schema";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";

type Tool = components["schemas"]["Tool"];

const toolsKey = $api.queryOptions("get", "/api/tools").queryKey;

/** One tool: what it does, whether it can be used, and if not how to get it. */
export function ToolRow({ tool, revocable }: { tool: Tool; revocable: boolean }) {
  const { t } = useTranslation("tools");
  return (
    <li className="flex flex-wrap items-start gap-x-5 gap-y-2.5 px-4 py-3.5">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium text-sm">{tool.displayName}</span>
          {tool.effect === "write" ? (
            <Badge tone="warn">
              <PencilLine aria-hidden className="size-3" />
              {t("page.writes")}
            </Badge>
          ) : (
            <Badge>
              <Eye aria-hidden className="size-3" />
              {t("page.reads")}
            </Badge>
          )}
          {tool.allowed && !revocable ? <Badge tone="accent">{t("page.allowed")}</Badge> : null}
        </p>
        <p className="wrap-anywhere mt-0.5 line-clamp-3 text-fg-muted text-meta">{tool.description}</p>
        {tool.howToGet ? <p className="wrap-anywhere mt-1.5 text-sm">{tool.howToGet}</p> : null}
      </div>
      {revocable ? (
        <Revoke tool={tool} />
      ) : tool.available ? (
        <Badge tone="ok" dot>
          {t("page.ready")}
        </Badge>
      ) : (
        <Badge dot>{t("page.missing")}</Badge>
      )}
    </li>
  );
}

function Revoke({ tool }: { tool: Tool }) {
  const { t } = useTranslation("tools");
  const client = useQueryClient();
  const revoke = $api.useMutation("delete", "/api/tools/{name}/allowance", {
    onSuccess: () => toast.success(t("page.revoked", { tool: tool.displayName })),
    onError: (error) => toast.error(t("page.revokeFailed"), { description: toApiError(error).detail }),
    // Also when it failed: another tab may have done it.
    onSettled: () => client.invalidateQueries({ queryKey: toolsKey }),
  });
  return (
    <Button
      size="sm"
      loading={revoke.isPending}
      aria-label={t("page.revokeLabel", { tool: tool.displayName })}
      onClick={() => revoke.mutate({ params: { path: { name: tool.name } } })}
    >
      {t("page.revoke")}
    </Button>
  );
}
