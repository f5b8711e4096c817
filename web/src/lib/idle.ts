/** Calls `run` when the browser has nothing better to do, four seconds from now at the latest. Gives what takes it back. */
export function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback === "function") {
    const id = requestIdleCallback(run, { timeout: 4_000 });
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(run, 1_500);
  return () => clearTimeout(id);
}
