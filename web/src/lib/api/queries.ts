/** Server data that more than one feature reads. */
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { useIsSignedIn } from "../session";
import { $api, sessionFetch } from "./client";
import { errorFromResponse, toApiError } from "./errors";
import type { Provider, Ready, ServerSettings, User } from "./types";

/** Public: what works, whether accounts can be made, the version. Answers 503 with the same body when something is down. */
export const readyQuery = queryOptions({
  queryKey: ["ready"],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Ready> => {
    const response = await sessionFetch(new URL("/api/ready", location.origin), { signal });
    const isReport = response.ok || response.status === 503;
    const copy = isReport
      ? ((await response
          .clone()
          .json()
          .catch(() => null)) as Ready | null)
      : null;
    if (copy?.signup === undefined) throw await errorFromResponse(response);
    return copy;
  },
});

export function useReady() {
  return useQuery(readyQuery);
}

/** The signed-in user's own record. */
export function useMe() {
  const enabled = useIsSignedIn();
  return $api.useQuery(
    "get",
    "/api/auth/me",
    {},
    { enabled, staleTime: 300_000, select: (data) => data.user },
  );
}

export const meKey = $api.queryOptions("get", "/api/auth/me").queryKey;

/** Puts a fresh user record, as an answer of the server gave it, where `useMe` reads. */
export function rememberMe(client: QueryClient, user: User): void {
  client.setQueryData(meKey, { user });
}

export function useModels() {
  const enabled = useIsSignedIn();
  return $api.useQuery("get", "/api/models", {}, { enabled });
}

export const modelsKey = $api.queryOptions("get", "/api/models").queryKey;

/** Where answers can come from. Administrators only. */
export function useProviders() {
  return $api.useQuery("get", "/api/admin/providers", {}, { select: (data) => data.items as Provider[] });
}

export const providersKey = $api.queryOptions("get", "/api/admin/providers").queryKey;

/** Server-wide choices. Administrators only. */
export function useServerSettings() {
  return $api.useQuery(
    "get",
    "/api/admin/settings",
    {},
    { select: (data) => data.settings as ServerSettings },
  );
}

export const serverSettingsKey = $api.queryOptions("get", "/api/admin/settings").queryKey;

/** A query's error as what it always is. */
export function queryError(query: { error: unknown }) {
  return query.error === null || query.error === undefined ? null : toApiError(query.error);
}
