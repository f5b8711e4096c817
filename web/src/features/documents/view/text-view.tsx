import "./text-view.css";
import { useInfiniteQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryError } from "@/lib/api";
import { documentText } from "@/lib/documents/api";
import { findQuote, foldPieces, type Span } from "@/lib/documents/fold";
import type { DocumentRecord, TextPart } from "@/lib/documents/types";
import { Markdown } from "@/markdown/Markdown";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { Spinner } from "@/ui/spinner";
import { placeOf } from "../words";
import type { Target } from "./target";

interface TextViewProps {
  document: DocumentRecord;
  target: Target | null;
}

/** What was read out of a document, as text: for everything that a browser cannot draw by itself. */
export function TextView({ document: record, target }: TextViewProps) {
  const { t } = useTranslation(["documents", "common"]);
  const text = useInfiniteQuery({
    queryKey: ["documents", "text", record.id],
    queryFn: ({ pageParam, signal }) => documentText(record.id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const parts = text.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = text;
  const body = useRef<HTMLDivElement>(null);
  const wanted = useMarkedQuote(body, target, parts.length);
  // What is looked for may stand further on than what is loaded.
  const loaded = parts.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each part that came without it asks for the next
  useEffect(() => {
    if (wanted === "looking" && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [wanted, loaded, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const error = queryError(text);
  if (text.isPending)
    return (
      <Delayed label={t("documents:view.loading")}>
        <div className="column grid gap-3 px-5 py-8 sm:px-8">
          {[92, 97, 88, 95, 60].map((width) => (
            <span key={width} style={{ width: `${width}%` }}>
              <Skeleton className="h-4" />
            </span>
          ))}
        </div>
      </Delayed>
    );
  if (error !== null && parts.length === 0)
    return (
      <div className="column p-6">
        <ErrorNotice
          error={error}
          action={
            <Button size="sm" onClick={() => void text.refetch()}>
              {t("common:retry")}
            </Button>
          }
        />
      </div>
    );
  if (parts.every((part) => part.text.trim() === "") && !hasNextPage)
    return <EmptyState icon={<FileQuestion />} title={t("documents:view.noText")} className="py-20" />;
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="region"
      aria-label={t("documents:pdf.label", { name: record.displayName })}
      className="absolute inset-0 overflow-y-auto overscroll-contain outline-none focus-visible:ring-2 focus-visible:ring-focus focus-visible:ring-inset"
    >
      <div ref={body} className="column px-5 pt-6 pb-24 sm:px-8">
        {parts.map((part, index) => (
          <Part
            // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever appended
            key={index}
            part={part}
            record={record}
            named={parts.length > 1 || hasNextPage}
            id={`${record.id}-${index}`}
          />
        ))}
        {hasNextPage ? (
          <LoadMore
            loading={isFetchingNextPage}
            failed={error !== null}
            onMore={() => void fetchNextPage()}
          />
        ) : null}
        <p role="status" className="sr-only">
          {wanted === "missing" && !hasNextPage ? t("documents:view.quoteMissing") : ""}
        </p>
      </div>
    </div>
  );
}

interface PartProps {
  part: TextPart;
  record: DocumentRecord;
  named: boolean;
  id: string;
}

function Part({ part, record, named, id }: PartProps) {
  const { t } = useTranslation("documents");
  const name = [part.page === null ? null : placeOf(record, part.page, t), part.label || null]
    .filter((word) => word !== null)
    .join(" · ");
  return (
    <section data-part={part.page ?? undefined} className="pb-8">
      {named && name !== "" ? (
        <h2 className="mb-4 flex items-center gap-3 font-medium text-fg-subtle text-xs after:h-px after:flex-1 after:bg-border">
          {name}
        </h2>
      ) : (
        <h2 className="sr-only">{record.displayName}</h2>
      )}
      <div dir="auto">
        <Markdown text={part.text} id={id} />
      </div>
    </section>
  );
}

function LoadMore({ loading, failed, onMore }: { loading: boolean; failed: boolean; onMore: () => void }) {
  const { t } = useTranslation(["documents", "common"]);
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    const node = end.current;
    if (!node || loading || failed) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: "800px" },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, [loading, failed]);
  return (
    <div ref={end} className="grid min-h-12 place-items-center text-fg-muted">
      {failed ? (
        <Button size="sm" onClick={onMore}>
          {t("common:retry")}
        </Button>
      ) : loading ? (
        <Spinner label={t("documents:view.moreText")} />
      ) : null}
    </div>
  );
}

const HIGHLIGHT = "document-quote";
/** The renderer is a chunk of its own and blocks come one by one: until then the passage may not be there yet. */
const SETTLE_MS = 1_200;

/**
 * Marks the target's quote in the text and brings it into view. `looking` while it is not there, which the next parts
 * may change; `missing` when the text has stood still without it.
 */
function useMarkedQuote(
  body: React.RefObject<HTMLElement | null>,
  target: Target | null,
  parts: number,
): "none" | "looking" | "found" | "missing" {
  const [state, setState] = useState<"none" | "looking" | "found" | "missing">("none");
  const shown = useRef<Target | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: more parts are more to look through
  useEffect(() => {
    const root = body.current;
    if (root === null || target === null) {
      setState("none");
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const place = locate(root, target);
      if (place === null) return false;
      mark(place.ranges);
      if (shown.current !== target) {
        shown.current = target;
        place.element.scrollIntoView({ block: target.quote === "" ? "start" : "center" });
      }
      setState("found");
      return true;
    };
    const observer = new MutationObserver(() => look() && clearTimeout(timer));
    observer.observe(root, { childList: true, subtree: true });
    if (!look()) {
      setState("looking");
      timer = setTimeout(() => setState("missing"), SETTLE_MS);
    }
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      unmark();
    };
  }, [body, target, parts]);
  return state;
}

interface Place {
  element: Element;
  ranges: Range[];
}

/** The quote on the page it is said to be on, else anywhere; without a quote the page itself. */
function locate(root: HTMLElement, target: Target): Place | null {
  const page = target.page === null ? null : root.querySelector(`[data-part="${target.page}"]`);
  if (target.quote === "") return page === null ? null : { element: page, ranges: [] };
  return (page === null ? null : inside(page, target.quote)) ?? inside(root, target.quote);
}

function inside(root: Element, quote: string): Place | null {
  const nodes: Text[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    if (node.parentElement?.closest("button, [aria-hidden=true], h2") === null) nodes.push(node as Text);
  const { spans } = findQuote(foldPieces(nodes.map((node) => node.data)), quote);
  const ranges = spans.map((span) => rangeOf(span, nodes)).filter((range) => range !== null);
  const element = ranges[0]?.startContainer.parentElement;
  return element ? { element, ranges } : null;
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

/** Without touching the text's DOM, which React owns. Browsers that cannot do this only scroll there. */
function mark(ranges: readonly Range[]): void {
  if (typeof CSS !== "undefined" && "highlights" in CSS)
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
}

function unmark(): void {
  if (typeof CSS !== "undefined" && "highlights" in CSS) CSS.highlights.delete(HIGHLIGHT);
}
