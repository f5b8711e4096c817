import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { loadWords } from "@/lib/i18n";
import { patiently } from "@/lib/patient";
import { useSession } from "@/lib/session";

const SessionDialog = lazy(
  patiently(async () => {
    const [module] = await Promise.all([import("@/features/auth/session-dialog"), loadWords("auth")]);
    return { default: module.SessionDialog };
  }),
);

/**
 * Keeps what is on screen and who is signed in of one mind: asks for the password again when the server
 * refuses the token, and forgets all server data when another person (or nobody) is signed in.
 */
export function SessionKeeper() {
  const expired = useSession((state) => state.expired);
  const queryClient = useQueryClient();
  useEffect(
    () =>
      useSession.subscribe((now, before) => {
        if (now.claims?.userId !== before.claims?.userId) queryClient.clear();
      }),
    [queryClient],
  );
  if (!expired) return null;
  return (
    <Suspense>
      <SessionDialog />
    </Suspense>
  );
}
