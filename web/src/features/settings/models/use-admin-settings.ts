import { useQueryClient } from "@tanstack/react-query";
import {
  $api,
  modelsKey,
  readyQuery,
  type ServerSettings,
  type ServerSettingsChange,
  serverSettingsKey,
  useServerSettings,
} from "@/lib/api";

/** The server-wide choices and the way to change them; a change shows at once and is taken back when it fails. */
export function useAdminSettings() {
  const queryClient = useQueryClient();
  const query = useServerSettings();
  const mutation = $api.useMutation("patch", "/api/admin/settings", {
    onMutate: ({ body }) => {
      const before = queryClient.getQueryData<{ settings: ServerSettings }>(serverSettingsKey);
      if (before !== undefined) {
        queryClient.setQueryData(serverSettingsKey, { settings: merged(before.settings, body) });
      }
      return before;
    },
    onError: (_error, _variables, before) => {
      if (before !== undefined) queryClient.setQueryData(serverSettingsKey, before);
    },
    onSuccess: (data) => queryClient.setQueryData(serverSettingsKey, data),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: modelsKey }),
        queryClient.invalidateQueries(readyQuery),
      ]),
  });
  return { query, mutation };
}

/** What the server will answer: an empty text goes back to the default, which shows as null. */
function merged(settings: ServerSettings, change: ServerSettingsChange) {
  return {
    defaultModel: change.defaultModel === undefined ? settings.defaultModel : change.defaultModel || null,
    smallModel: change.smallModel === undefined ? settings.smallModel : change.smallModel || null,
    signup: change.signup ?? settings.signup,
  };
}
