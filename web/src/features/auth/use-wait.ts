import { useEffect, useState } from "react";
import type { ApiError } from "@/lib/api";

/** Whole seconds until a rate-limited call may be tried again; counts down, 0 when it may. */
export function useWait(error: ApiError | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (error === null || error.status !== 429 || error.retryAfterMs === null) {
      setLeft(0);
      return;
    }
    const until = Date.now() + error.retryAfterMs;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
