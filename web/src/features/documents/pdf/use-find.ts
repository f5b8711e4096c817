import { useEffect, useMemo, useState } from "react";
import type { Span } from "@/lib/documents/fold";
import { useDebounced } from "@/lib/use-debounced";
import type { PageTexts } from "./page-texts";

export interface Match {
  page: number;
  span: Span;
}

export interface Find {
  query: string;
  setQuery: (query: string) => void;
  /** In reading order. */
  matches: readonly Match[];
  /** Index of the match that is shown; -1 without any. */
  current: number;
  step: (by: 1 | -1) => void;
  /** Pages are still being read. */
  reading: boolean;
}

/** Search in the pages' text. Begins at the page that is looked at. */
export function useFind(texts: PageTexts, fromPage: () => number): Find {
  const [query, setQuery] = useState("");
  const settled = useDebounced(query.trim(), 150);
  const [matches, setMatches] = useState<readonly Match[]>([]);
  const [chosen, setChosen] = useState(-1);
  const [reading, setReading] = useState(false);

  useEffect(() => {
    setMatches([]);
    setChosen(-1);
    if (settled === "") {
      setReading(false);
      return;
    }
    const controller = new AbortController();
    const start = fromPage();
    setReading(true);
    let found: Match[] = [];
    const add = (page: number, spans: Span[]) => {
      const before = found.length;
      found = [...found, ...spans.map((span) => ({ page, span }))];
      setMatches(found);
      if (page >= start) setChosen((now) => (now < 0 ? before : now));
    };
    texts
      .find(settled, add, controller.signal)
      // A page that cannot be read has no matches; the page itself says that it is broken.
      .catch(() => undefined)
      .finally(() => {
        if (controller.signal.aborted) return;
        setReading(false);
        // All of them are before the page that is looked at.
        setChosen((now) => (now < 0 && found.length > 0 ? 0 : now));
      });
    return () => controller.abort();
  }, [settled, texts, fromPage]);

  return useMemo(
    () => ({
      query,
      setQuery,
      matches,
      current: chosen,
      reading,
      step: (by) =>
        setChosen((now) => (matches.length === 0 ? -1 : (now + by + matches.length) % matches.length)),
    }),
    [query, matches, chosen, reading],
  );
}
