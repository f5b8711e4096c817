import "./text-view.css";
import { useQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryError } from "@/lib/api";
import { findQuote, foldPieces } from "@/lib/documents/fold";
import type { DocumentRecord } from "@/lib/documents/types";
import { Markdown } from "@/markdown/Markdown";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { useQuoteMark } from "./quote-mark";
import { fenced, partsOf, type Readable, readable } from "./readable";
import type { Target } from "./target";

interface TextViewProps {
  document: DocumentRecord;
  target: Target | null;
}

/** A document as text: for everything that a browser cannot draw by itself. */
export function TextView({ document, target }: TextViewProps) {
  const { t } = useTranslation(["documents", "common"]);
  const text = useQuery({
    queryKey: ["documents", "text", document.id],
    queryFn: ({ signal }) => readable(document, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const error = queryError(text);
  if (error !== null)
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
  if (text.data === undefined)
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
  if (text.data.text.trim() === "")
    return <EmptyState icon={<FileQuestion />} title={t("documents:view.noText")} className="py-20" />;
  return <Parts document={document} content={text.data} target={target} />;
}

interface PartsProps extends TextViewProps {
  content: Readable;
}

/** A book is not laid out at once: as much as is read, and as far as the passage that is looked for. */
function Parts({ document, content, target }: PartsProps) {
  const { t } = useTranslation("documents");
  const parts = useMemo(() => partsOf(content), [content]);
  const folded = useMemo(() => foldPieces(parts), [parts]);
  const wanted = useMemo(() => {
    if (target === null || target.quote === "") return null;
    return findQuote(folded, target.quote).spans[0]?.start.piece ?? -1;
  }, [folded, target]);
  const [scrolled, setScrolled] = useState(1);
  const count = Math.min(parts.length, Math.max(scrolled, (wanted ?? 0) + 2));
  const body = useRef<HTMLDivElement>(null);
  useQuoteMark(body, wanted === null || wanted < 0 ? null : target);
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="region"
      aria-label={t("pdf.label", { name: document.displayName })}
      className="absolute inset-0 overflow-y-auto overscroll-contain outline-none focus-visible:ring-2 focus-visible:ring-focus focus-visible:ring-inset"
    >
      {wanted === -1 ? (
        <p
          role="status"
          className="sticky top-3 z-10 mx-auto w-fit animate-appear rounded-full border border-border bg-surface px-4 py-1.5 text-fg-muted text-meta shadow-md"
        >
          {t("view.quoteMissing")}
        </p>
      ) : null}
      <h2 className="sr-only">{document.displayName}</h2>
      <div ref={body} dir="auto" className="column px-5 pt-6 pb-24 sm:px-8 [&>*+*]:mt-4">
        {parts.slice(0, count).map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not change
          <Part key={index} part={part} content={content} id={`${document.id}-${index}`} />
        ))}
        {count < parts.length ? <More key={count} onMore={() => setScrolled(count + 2)} /> : null}
      </div>
    </div>
  );
}

function Part({ part, content, id }: { part: string; content: Readable; id: string }) {
  if (content.form === "plain")
    return <pre className="whitespace-pre-wrap wrap-anywhere font-sans text-base">{part}</pre>;
  return <Markdown text={content.form === "code" ? fenced(part, content.language) : part} id={id} />;
}

/** Brings the next parts when the end comes near the view. */
function More({ onMore }: { onMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    const node = end.current;
    if (!node) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: "1200px" },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return <div ref={end} className="h-40" />;
}
