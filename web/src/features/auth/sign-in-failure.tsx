import type { ApiError } from "@/lib/api";
import { ErrorNotice, Notice } from "@/ui/notice";

/** Why signing in failed. Of a 401 the title is for every address alike ("Sign in first"): here only the detail fits. */
export function SignInFailure({ error }: { error: ApiError }) {
  if (error.status === 401) return <Notice tone="danger" title={error.detail || error.title} />;
  return <ErrorNotice error={error} />;
}
