/**
 * Images need the session's token, which an `<img>` cannot send: they are fetched and shown from `blob:` addresses. An
 * image never changes, so one fetch per page is enough; the browser's own cache saves the next page's.
 */
import { useEffect, useState } from "react";
import { sessionFetch } from "@/lib/api/client";
import { errorFromResponse } from "@/lib/api/errors";

/** Addresses that are kept; the oldest goes when there are more. What is on screen stays there. */
const KEPT = 80;

const sources = new Map<string, Promise<string>>();

function source(url: string): Promise<string> {
  // One that is being sent is here already.
  if (url.startsWith("blob:")) return Promise.resolve(url);
  const known = sources.get(url);
  if (known) return known;
  const fetched = fetchImage(url);
  sources.set(url, fetched);
  fetched.catch(() => sources.delete(url));
  const oldest = sources.entries().next().value;
  if (sources.size > KEPT && oldest) {
    sources.delete(oldest[0]);
    void oldest[1].then((address) => URL.revokeObjectURL(address)).catch(() => undefined);
  }
  return fetched;
}

async function fetchImage(url: string): Promise<string> {
  const response = await sessionFetch(new URL(url, location.origin));
  if (!response.ok) throw await errorFromResponse(response);
  return URL.createObjectURL(await response.blob());
}

/** The address of an image, or of its small version. */
export function addressOf(image: { url: string }, small: boolean): string {
  return small && !image.url.startsWith("blob:") ? `${image.url}?size=small` : image.url;
}

export interface ImageSource {
  src: string | null;
  failed: boolean;
  retry: () => void;
}

export function useImageSource(url: string): ImageSource {
  const [state, setState] = useState<{ url: string; src: string | null; failed: boolean }>({
    url,
    src: null,
    failed: false,
  });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt fetches anew
  useEffect(() => {
    let wanted = true;
    source(url).then(
      (src) => wanted && setState({ url, src, failed: false }),
      () => wanted && setState({ url, src: null, failed: true }),
    );
    return () => {
      wanted = false;
    };
  }, [url, attempt]);
  const current = state.url === url;
  return {
    src: current ? state.src : null,
    failed: current && state.failed,
    retry: () => setAttempt((before) => before + 1),
  };
}
