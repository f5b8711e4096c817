import { type RefObject, useEffect } from "react";
import { findQuote, foldPieces, type Span } from "@/lib/documents/fold";
import type { Target } from "./target";

const HIGHLIGHT = "document-quote";
/** What has been brought into view stays there while its surroundings are still being laid out. */
const SETTLE_MS = 1_500;

/**
 * Marks the target's quote in the text below `body` and brings it into view. The text's DOM stays as React made it: marks
 * are ranges. The renderer comes late and in pieces, so it is looked for again whenever something changes.
 */
export function useQuoteMark(body: RefObject<HTMLElement | null>, target: Target | null): void {
  useEffect(() => {
    const root = body.current;
    if (root === null || target === null) return;
    const since = Date.now();
    const look = () => {
      const ranges = rangesOf(root, target.quote);
      const element = ranges[0]?.startContainer.parentElement;
      if (!element) return;
      mark(ranges);
      if (Date.now() - since < SETTLE_MS) element.scrollIntoView({ block: "center" });
    };
    const observer = new MutationObserver(look);
    observer.observe(root, { childList: true, subtree: true });
    look();
    return () => {
      observer.disconnect();
      unmark();
    };
  }, [body, target]);
}

function rangesOf(root: HTMLElement, quote: string): Range[] {
  const nodes: Text[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    // Captions and buttons of code and tables are no part of the text.
    if (node.parentElement?.closest("button, [aria-hidden=true], figcaption") === null)
      nodes.push(node as Text);
  }
  const { spans } = findQuote(foldPieces(nodes.map((node) => node.data)), quote);
  return spans.map((span) => rangeOf(span, nodes)).filter((range) => range !== null);
}

function rangeOf(span: Span, nodes: readonly Text[]): Range | null {
  const start = nodes[span.start.piece];
  const end = nodes[span.end.piece];
  if (start === undefined || end === undefined) return null;
  const range = document.createRange();
  range.setStart(start, span.start.offset);
  range.setEnd(end, Math.min(end.length, span.end.offset + span.end.length));
  return range;
}

/** Browsers that cannot do this only scroll there. */
function mark(ranges: readonly Range[]): void {
  if (typeof CSS !== "undefined" && "highlights" in CSS)
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
}

function unmark(): void {
  if (typeof CSS !== "undefined" && "highlights" in CSS) CSS.highlights.delete(HIGHLIGHT);
}
