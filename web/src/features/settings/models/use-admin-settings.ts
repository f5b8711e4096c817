import { useQueryClient } from "@tanstack/react-query";
import { $api, type AdminSettings, modelsKey, readyQuery } from "@/lib/api";

/** The server-wide choices and the way to change them; a change shows at once and is taken back when it fails. */
export function useAdminSettings() {
  const queryClient = useQueryClient();
  const options = $api.queryOptions("get", "/api/admin/settings");
  const query = $api.useQuery("get", "/api/admin/settings");
  const mutation = $api.useMutation("patch", "/api/admin/settings", {
    onMutate: ({ body }) => {
      const before = queryClient.getQueryData<{ settings: AdminSettings }>(options.queryKey);
      if (before !== undefined) {
        queryClient.setQueryData(options.queryKey, { settings: { ...before.settings, ...body } });
      }
      return before;
    },
    onError: (_error, _variables, before) => {
      if (before !== undefined) queryClient.setQueryData(options.queryKey, before);
    },
    onSuccess: (data) => queryClient.setQueryData(options.queryKey, data),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: modelsKey }),
        queryClient.invalidateQueries(readyQuery),
      ]),
  });
  return { query, mutation };
}
