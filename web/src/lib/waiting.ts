/** How long to wait for a server that is away, and what is worth an earlier try. */
import { deferred } from "./deferred";

/** 0.25 s doubling to 8 s, with jitter so that a restarted server is not met by all tabs at once. */
export function reconnectDelay(attempt: number): number {
  const base = Math.min(250 * 2 ** (attempt - 1), 8_000);
  return base * (0.75 + Math.random() * 0.5);
}

/** Waits, but no longer than until the network is back or the tab is looked at again. */
export function waitUntilWorthTrying(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = deferred();
  const onTime = () => resolve();
  const timer = setTimeout(onTime, ms);
  const onVisible = () => document.visibilityState === "visible" && resolve();
  const onAbort = () => reject(signal?.reason as Error);
  window.addEventListener("online", onTime);
  document.addEventListener("visibilitychange", onVisible);
  signal?.addEventListener("abort", onAbort);
  return promise.finally(() => {
    clearTimeout(timer);
    window.removeEventListener("online", onTime);
    document.removeEventListener("visibilitychange", onVisible);
    signal?.removeEventListener("abort", onAbort);
  });
}
