import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { api, type McpServer, toApiError } from "@/lib/api";
import { Spinner } from "@/ui/spinner";
import { SettingsPage } from "../page";
import { rememberServer } from "./queries";

/**
 * Where the browser comes back to from a server's own page. Ends the login as whoever is signed in here, so that
 * nobody can be led into somebody else's; then the page of the servers says how it went.
 */
export function McpLoginPage() {
  const { t } = useTranslation("mcp");
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const begun = useRef(false);
  useEffect(() => {
    // Good for one time: rendering again must not bring it again.
    if (begun.current) return;
    begun.current = true;
    void finish(client, search).then((next) => navigate(`/settings/mcp?${next}`, { replace: true }));
  }, [client, search, navigate]);
  return (
    <SettingsPage title={t("title")}>
      <p role="status" className="flex items-center gap-2.5 text-fg-muted text-sm">
        <Spinner />
        {t("finishing")}
      </p>
    </SettingsPage>
  );
}

/** What the page of the servers is told. */
async function finish(client: QueryClient, search: URLSearchParams): Promise<URLSearchParams> {
  try {
    const { data } = await api.POST("/api/mcp/login", {
      body: {
        code: search.get("code"),
        state: search.get("state"),
        iss: search.get("iss"),
        error: search.get("error"),
      },
    });
    if (data === undefined) return new URLSearchParams();
    rememberServer(client, data.server as McpServer);
    return new URLSearchParams({ success: "true", server: data.server.name });
  } catch (error) {
    return new URLSearchParams({ error: toApiError(error).code });
  }
}
