import type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import type { Span } from "@/lib/documents/fold";
import type { Box } from "@/lib/documents/types";
import { mergeLines, type PageSize, type Rect, rectsOf, rectsOfBoxes } from "./geometry";
import type { PageTexts } from "./page-texts";

/** What is marked on one page. */
export interface PageMarks {
  /** The cited passage. */
  quote: readonly Span[];
  /** Its boxes as the server knows them, for pages whose text cannot tell (scans). */
  boxes: readonly Box[];
  find: readonly { span: Span; current: boolean }[];
}

interface PdfPageProps {
  pdf: PDFDocumentProxy;
  texts: PageTexts;
  number: number;
  total: number;
  /** CSS pixels to a PDF point. */
  scale: number;
  size: PageSize;
  top: number;
  marks: PageMarks | undefined;
  onSize: (number: number, size: PageSize) => void;
  /** Told where the marks of a kind begin, as a share of the page's height, once they are drawn. */
  onMarked: (number: number, kind: "quote" | "find", at: number) => void;
  onGoTo: (page: number) => void;
}

/** A canvas larger than this is refused by phones. */
const MAX_PIXELS = 2 ** 24;
/** A page that is only scrolled past is not drawn. */
const DRAW_AFTER_MS = 40;

/** One page: its drawing, the text over it, and what is marked. */
export const PdfPage = memo(function PdfPage(props: PdfPageProps) {
  const { pdf, texts, number, total, scale, size, top, marks, onSize, onMarked, onGoTo } = props;
  const { t } = useTranslation("documents");
  const root = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const [page, setPage] = useState<PDFPageProxy | null>(null);
  const [elements, setElements] = useState<HTMLElement[] | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      pdf.getPage(number).then(
        (loaded) => {
          if (gone) return;
          const { width, height } = loaded.getViewport({ scale: 1 });
          onSize(number, { width, height });
          setPage(loaded);
        },
        () => gone || setFailed(true),
      );
    }, DRAW_AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [pdf, number, onSize]);

  useEffect(() => {
    if (page === null) return;
    const { width, height } = page.getViewport({ scale });
    const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (width * height)));
    const viewport = page.getViewport({ scale: scale * ratio });
    const drawing = document.createElement("canvas");
    drawing.width = Math.floor(viewport.width);
    drawing.height = Math.floor(viewport.height);
    drawing.className = "size-full";
    const task = page.render({ canvas: drawing, viewport });
    // The old drawing stays, stretched, until the new one is there: zooming does not flicker.
    task.promise.then(
      () => {
        canvas.current?.replaceChildren(drawing);
      },
      (error: Error) => error.name === "RenderingCancelledException" || setFailed(true),
    );
    return () => task.cancel();
  }, [page, scale]);

  useEffect(() => {
    const container = text.current;
    if (page === null || container === null) return;
    let layer: TextLayer | null = null;
    let gone = false;
    const lay = async () => {
      const { content } = await texts.get(number);
      if (gone) return;
      container.replaceChildren();
      layer = new TextLayer({
        textContentSource: content,
        container,
        viewport: page.getViewport({ scale: 1 }),
      });
      await layer.render();
      if (!gone) setElements(layer.textDivs);
    };
    // Without its text a page can still be looked at; its search says what is missing.
    lay().catch(() => gone || setElements([]));
    return () => {
      gone = true;
      layer?.cancel();
    };
  }, [page, texts, number]);

  const { quote, found } = useMarkRects(marks, elements, root, size);
  // By the rects themselves, not their place: the same passage can be asked for twice.
  useEffect(() => {
    const at = quote[0]?.y;
    if (at !== undefined) onMarked(number, "quote", at);
  }, [quote, number, onMarked]);
  useEffect(() => {
    const at = found.find((mark) => mark.current)?.rects[0]?.y;
    if (at !== undefined) onMarked(number, "find", at);
  }, [found, number, onMarked]);

  return (
    <section
      ref={root}
      aria-label={t("pdf.page", { page: number, total })}
      data-page={number}
      dir="ltr"
      className="absolute isolate overflow-hidden rounded-xs bg-white shadow-md"
      style={
        {
          width: size.width * scale,
          height: size.height * scale,
          insetInlineStart: `calc(50% - ${(size.width * scale) / 2}px)`,
          insetBlockStart: top,
          "--total-scale-factor": scale,
          "--scale-round-x": "1px",
          "--scale-round-y": "1px",
        } as React.CSSProperties
      }
    >
      <div ref={canvas} aria-hidden className="absolute inset-0" />
      {failed ? (
        <p className="absolute inset-0 grid place-items-center p-6 text-center text-black text-sm">
          {t("pdf.failedPage")}
        </p>
      ) : null}
      {quote.map((rect) => (
        <Mark key={`q${rect.x}-${rect.y}`} rect={rect} className="pdf-mark-quote" pad={0.18} kind="quote" />
      ))}
      {found.flatMap((mark, index) =>
        mark.rects.map((rect) => (
          <Mark
            // biome-ignore lint/suspicious/noArrayIndexKey: matches overlap in place, their number tells them apart
            key={`f${index}-${rect.x}-${rect.y}`}
            rect={rect}
            className={mark.current ? "pdf-mark-current" : "pdf-mark-find"}
            pad={0.08}
            kind={mark.current ? "current" : "find"}
          />
        )),
      )}
      <div ref={text} className="pdf-text" />
      {page === null ? null : <Links pdf={pdf} page={page} onGoTo={onGoTo} />}
    </section>
  );
});

interface MarkProps {
  rect: Rect;
  className: string;
  /** Grows it by this share of its height on every side. */
  pad: number;
  kind: string;
}

function Mark({ rect, className, pad, kind }: MarkProps) {
  const grow = rect.height * pad;
  return (
    <span
      aria-hidden
      data-mark={kind}
      className={cn("pdf-mark", className)}
      style={{
        insetInlineStart: `${(rect.x - grow * 0.7) * 100}%`,
        insetBlockStart: `${(rect.y - grow) * 100}%`,
        width: `${(rect.width + grow * 1.4) * 100}%`,
        height: `${(rect.height + grow * 2) * 100}%`,
      }}
    />
  );
}

interface MarkRects {
  quote: Rect[];
  found: { rects: Rect[]; current: boolean }[];
}

const NO_MARKS: MarkRects = { quote: [], found: [] };

function useMarkRects(
  marks: PageMarks | undefined,
  elements: readonly HTMLElement[] | null,
  root: React.RefObject<HTMLElement | null>,
  size: PageSize,
): MarkRects {
  const [rects, setRects] = useState(NO_MARKS);
  useLayoutEffect(() => {
    const page = root.current;
    if (marks === undefined || elements === null || page === null) {
      setRects(NO_MARKS);
      return;
    }
    const lines = (spans: readonly Span[]) =>
      mergeLines(
        spans.flatMap((span) => rectsOf(span, elements, page)),
        size,
      );
    const quote = lines(marks.quote);
    setRects({
      quote: quote.length > 0 ? quote : rectsOfBoxes(marks.boxes, size),
      found: marks.find.map(({ span, current }) => ({ rects: lines([span]), current })),
    });
  }, [marks, elements, root, size]);
  return rects;
}

interface PageLink {
  id: string;
  style: React.CSSProperties;
  url: string | null;
  dest: unknown;
}

/** The links of the page: to the web, or to another page of the document. */
function Links({
  pdf,
  page,
  onGoTo,
}: {
  pdf: PDFDocumentProxy;
  page: PDFPageProxy;
  onGoTo: (page: number) => void;
}) {
  const { t } = useTranslation("documents");
  const [links, setLinks] = useState<PageLink[]>([]);
  useEffect(() => {
    let gone = false;
    page.getAnnotations().then(
      (annotations) => gone || setLinks(linksOf(page, annotations as Annotation[])),
      () => undefined, // The page reads as well without them.
    );
    return () => {
      gone = true;
    };
  }, [page]);
  const follow = async (dest: unknown) => {
    const explicit = typeof dest === "string" ? await pdf.getDestination(dest) : (dest as unknown[] | null);
    const ref = explicit?.[0];
    if (typeof ref === "number") onGoTo(ref + 1);
    else if (typeof ref === "object" && ref !== null)
      onGoTo((await pdf.getPageIndex(ref as Parameters<PDFDocumentProxy["getPageIndex"]>[0])) + 1);
  };
  const className = "absolute z-3 cursor-pointer rounded-xs hover:bg-honey/20";
  return links.map((link) =>
    link.url === null ? (
      <button
        key={link.id}
        type="button"
        aria-label={t("pdf.link")}
        style={link.style}
        className={className}
        onClick={() => void follow(link.dest).catch(() => undefined)} // A link into nowhere leads nowhere.
      />
    ) : (
      <a
        key={link.id}
        href={link.url}
        target="_blank"
        rel="noopener noreferrer nofollow"
        style={link.style}
        className={className}
      >
        <span className="sr-only">{link.url}</span>
      </a>
    ),
  );
}

interface Annotation {
  id: string;
  subtype: string;
  rect: [number, number, number, number];
  url?: string;
  dest?: unknown;
}

function linksOf(page: PDFPageProxy, annotations: readonly Annotation[]): PageLink[] {
  const viewport = page.getViewport({ scale: 1 });
  return annotations
    .filter((annotation) => annotation.subtype === "Link" && (isWeb(annotation.url) || annotation.dest))
    .map((annotation) => {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = viewport.convertToViewportRectangle(
        annotation.rect,
      ) as number[];
      const share = (value: number, whole: number) => `${(value / whole) * 100}%`;
      return {
        id: annotation.id,
        url: isWeb(annotation.url) ? (annotation.url ?? null) : null,
        dest: annotation.dest,
        style: {
          insetInlineStart: share(Math.min(x0, x1), viewport.width),
          insetBlockStart: share(Math.min(y0, y1), viewport.height),
          width: share(Math.abs(x1 - x0), viewport.width),
          height: share(Math.abs(y1 - y0), viewport.height),
        },
      };
    });
}

/** Addresses come from the file: only web pages are followed. */
function isWeb(url: string | undefined): boolean {
  return url !== undefined && /^https?:\/\//i.test(url);
}
