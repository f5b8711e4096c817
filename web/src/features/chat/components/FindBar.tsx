import "../find.css";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDebounced } from "@/lib/use-debounced";
import { IconButton } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import { findMatches } from "../state/find";
import { loadAllOlder } from "../state/loading";
import { useThreads } from "../state/thread-store";

interface FindBarProps {
  threadId: string;
  onShow: (index: number) => void;
  onClose: () => void;
}

const NONE: readonly string[] = [];

/**
 * Search inside one chat. It looks through the messages themselves, not the page: most of a long chat is not in the
 * page, and its older part may not be loaded yet, so that is fetched first.
 */
export function FindBar({ threadId, onShow, onClose }: FindBarProps) {
  const { t } = useTranslation("chat");
  const [query, setQuery] = useState("");
  // The match that is shown, by message: its number changes when older messages arrive.
  const [chosen, setChosen] = useState<{ id: string; offset: number } | null>(null);
  const settled = useDebounced(query, 120);
  const path = useThreads((state) => state.threads[threadId]?.path ?? NONE);
  const loading = useThreads((state) => state.threads[threadId]?.loadingOlder ?? false);
  const matches = useMemo(
    () =>
      findMatches(
        path.map((id) => useThreads.getState().messagesById[id]?.content ?? ""),
        settled,
      ),
    [path, settled],
  );
  // A new search begins at the latest mention: that is where the person is.
  const found = matches.findIndex((one) => path[one.message] === chosen?.id && one.offset === chosen?.offset);
  const current = found < 0 ? matches.length - 1 : found;
  const match = matches[current];

  const closed = useRef(false);
  useEffect(() => {
    closed.current = false;
    void loadAllOlder(threadId, () => closed.current);
    return () => {
      closed.current = true;
    };
  }, [threadId]);

  const shownId = match ? path[match.message] : undefined;
  const reveal = useRef<() => void>(() => undefined);
  useEffect(() => {
    reveal.current = () => match && onShow(match.message);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another match moves the view, not its new number
  useEffect(() => reveal.current(), [shownId, settled]);
  useHighlight(settled);

  const step = (by: number) => {
    const next = matches[(current + by + matches.length) % matches.length];
    const id = next && path[next.message];
    if (next && id !== undefined) setChosen({ id, offset: next.offset });
  };
  return (
    <search className="absolute end-3 top-2 z-30 flex items-center gap-1 rounded-lg border border-border bg-surface p-1.5 shadow-md max-sm:inset-x-3">
      <input
        // biome-ignore lint/a11y/noAutofocus: it opens because the person asked to type here
        autoFocus
        value={query}
        aria-label={t("find.label")}
        placeholder={t("find.placeholder")}
        onChange={(event) => {
          setQuery(event.target.value);
          setChosen(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) step(event.shiftKey ? 1 : -1);
          else if (event.key === "Escape") {
            event.stopPropagation();
            onClose();
          }
        }}
        className="h-8 min-w-0 flex-1 rounded-sm bg-transparent px-2 text-sm outline-none sm:w-56"
      />
      <span role="status" className="min-w-14 px-1 text-center text-fg-muted text-meta tabular-nums">
        {loading ? (
          <Spinner label={t("find.loading")} />
        ) : settled === "" ? (
          ""
        ) : matches.length === 0 ? (
          t("find.none")
        ) : (
          t("find.count", { current: current + 1, total: matches.length })
        )}
      </span>
      <IconButton
        label={t("find.previous")}
        size="sm"
        disabled={matches.length === 0}
        onClick={() => step(-1)}
      >
        <ChevronUp aria-hidden />
      </IconButton>
      <IconButton label={t("find.next")} size="sm" disabled={matches.length === 0} onClick={() => step(1)}>
        <ChevronDown aria-hidden />
      </IconButton>
      <IconButton label={t("find.close")} size="sm" onClick={onClose}>
        <X aria-hidden />
      </IconButton>
    </search>
  );
}

/** Marks matches in the rows that are in the page, without touching their DOM. Browsers that cannot do not mark. */
function useHighlight(query: string): void {
  useEffect(() => {
    if (query === "" || typeof CSS === "undefined" || !("highlights" in CSS)) return;
    const mark = () => {
      const ranges: Range[] = [];
      for (const row of document.querySelectorAll("article[data-index]")) collectRanges(row, query, ranges);
      CSS.highlights.set("chat-find", new Highlight(...ranges));
    };
    mark();
    const feed = document.querySelector('[role="feed"]');
    const observer = new MutationObserver(mark);
    if (feed) observer.observe(feed, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      CSS.highlights.delete("chat-find");
    };
  }, [query]);
}

function collectRanges(root: Node, query: string, ranges: Range[]): void {
  const wanted = query.toLowerCase();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.nodeValue ?? "").toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
}
