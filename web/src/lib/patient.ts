/**
 * Code that is fetched when it is first needed may be needed while the server is away: the wait for it must not take
 * the page from a person who is reading. For every `lazy` component that stands beside something worth keeping; pages
 * themselves, which have nothing to show yet, fail at once and say why.
 */
import { reconnectDelay, waitUntilWorthTrying } from "./waiting";

/** A server that answers but fails to hand out the code this often does not have it any more. */
const MISSES = 2;

interface Patience {
  /** Without this code all is still readable: it is waited for even if this server may never have it again. */
  optional?: boolean;
  /** For tests. */
  answers?: () => Promise<boolean>;
  wait?: (ms: number) => Promise<void>;
}

/**
 * `load`, tried again for as long as the server is away. Rejects with the last failure when the server is there and
 * the code is not: it has a newer build, and the page must be loaded anew.
 */
export function patiently<T>(load: () => Promise<T>, patience: Patience = {}): () => Promise<T> {
  const { optional = false, answers = serverAnswers, wait = waitUntilWorthTrying } = patience;
  return async () => {
    let misses = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await load();
      } catch (error) {
        if (!optional && (await answers())) {
          misses += 1;
          if (misses >= MISSES) throw error;
        }
        await wait(reconnectDelay(attempt));
        refetchStyles();
      }
    }
  };
}

async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch("/health", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/** A stylesheet that could not be fetched stays in the page without effect, and the bundler counts it as there. */
function refetchStyles(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    if (link.sheet === null) link.replaceWith(link.cloneNode());
  }
}
