/** A PDF in the page. Loaded lazily, with pdf.js: use `view/preview.tsx`. */
import "./pdf.css";
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/api/errors";
import { locateQuote } from "@/lib/documents/api";
import type { DocumentRecord, Place } from "@/lib/documents/types";
import { useShortcut } from "@/lib/shortcuts";
import { Button } from "@/ui/button";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Spinner } from "@/ui/spinner";
import type { Target } from "../view/target";
import { type PageSize, pageAt, pageOffsets, zoomStep } from "./geometry";
import { type OpenedPdf, openPdf, type PdfFailure } from "./load";
import { type PageSpans, PageTexts } from "./page-texts";
import { type PageMarks, PdfPage } from "./pdf-page";
import { PdfFindBar, PdfToolbar } from "./pdf-toolbar";
import { useFind } from "./use-find";

interface PdfViewProps {
  document: DocumentRecord;
  /** The passage to show. */
  target: Target | null;
}

export default function PdfView({ document, target }: PdfViewProps) {
  const { t } = useTranslation(["documents", "common"]);
  const [opened, setOpened] = useState<OpenedPdf | null>(null);
  const [failure, setFailure] = useState<PdfFailure | null>(null);
  const [attempt, setAttempt] = useState(0);
  const latest = useRef(document);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens it again; a new name or status does not
  useEffect(() => {
    const controller = new AbortController();
    setOpened(null);
    setFailure(null);
    openPdf(latest.current, setFailure, controller.signal).then(
      (result) => controller.signal.aborted || setOpened(result),
      (reason: PdfFailure) => controller.signal.aborted || setFailure(reason),
    );
    return () => controller.abort();
  }, [document.id, attempt]);

  if (failure !== null) {
    const again = (
      <Button size="sm" onClick={() => setAttempt((count) => count + 1)}>
        {t("common:retry")}
      </Button>
    );
    return (
      <div className="mx-auto w-full max-w-160 p-6">
        {failure instanceof ApiError ? (
          <ErrorNotice error={failure} action={again} />
        ) : (
          <Notice tone="danger" title={t("documents:pdf.failedTitle")}>
            {t(failure === "password" ? "documents:pdf.failedPassword" : "documents:pdf.failedDamaged")}
          </Notice>
        )}
      </div>
    );
  }
  if (opened === null)
    return (
      <div className="grid size-full place-items-center text-fg-muted">
        <Spinner className="size-6" label={t("documents:pdf.opening")} />
      </div>
    );
  return <PdfPages pdf={opened.pdf} document={document} target={target} />;
}

/** CSS pixels to a PDF point at 100 %. */
const PAPER = 96 / 72;
/** Between pages, and around them. */
const GAP = 16;
/** US Letter: what a page is taken for until it has said how large it is. */
const LETTER: PageSize = { width: 612, height: 792 };
/** Paper wider than this is not blown up to fill a large screen. */
const MAX_FIT = 1.75 * PAPER;
/** How far below the top a place that was jumped to comes to stand, as a share of the view's height. */
const LEAD = 0.22;

interface PdfPagesProps {
  pdf: PDFDocumentProxy;
  document: DocumentRecord;
  target: Target | null;
}

function PdfPages({ pdf, document, target }: PdfPagesProps) {
  const { t } = useTranslation("documents");
  const texts = useMemo(() => new PageTexts(pdf), [pdf]);
  const container = useRef<HTMLDivElement>(null);
  const view = useView(pdf.numPages, container);
  const { sizes, scale, offsets, scrollTop, height, goTo } = view;
  const [finding, setFinding] = useState(false);
  const current = pageAt(offsets, scrollTop + height * 0.4) + 1;
  const looked = useRef(current);
  useEffect(() => {
    looked.current = current;
  });
  const find = useFind(
    texts,
    useCallback(() => looked.current, []),
  );
  const { spans, places, missing } = useQuote(document.id, texts, target, goTo);

  // A jump goes to the page at once, and to the very place when the page has been laid out.
  const reveal = useRef<{ page: number; kind: "quote" | "find" } | null>(null);
  const quotePage = spans ? Math.min(...spans.keys()) : (places[0]?.page ?? null);
  useEffect(() => {
    if (quotePage === null || target === null) return;
    reveal.current = { page: quotePage, kind: "quote" };
    goTo(quotePage, 0);
  }, [quotePage, target, goTo]);
  const { matches, current: chosen } = find;
  const match = finding ? matches[chosen] : undefined;
  useEffect(() => {
    if (match === undefined) return;
    reveal.current = { page: match.page, kind: "find" };
    goTo(match.page, null);
  }, [match, goTo]);
  const onMarked = useCallback(
    (page: number, kind: "quote" | "find", at: number) => {
      if (reveal.current?.page !== page || reveal.current.kind !== kind) return;
      reveal.current = null;
      goTo(page, at);
    },
    [goTo],
  );

  const marks = useMemo(() => {
    const pages = new Map<number, PageMarks>();
    const on = (page: number): PageMarks => pages.get(page) ?? { quote: [], boxes: [], find: [] };
    for (const [page, quote] of spans ?? []) pages.set(page, { ...on(page), quote });
    for (const { page, boxes } of spans === null ? places : []) pages.set(page, { ...on(page), boxes });
    if (finding) {
      const byPage = new Map<number, PageMarks["find"][number][]>();
      matches.forEach(({ page, span }, index) => {
        byPage.set(page, [...(byPage.get(page) ?? []), { span, current: index === chosen }]);
      });
      for (const [page, found] of byPage) pages.set(page, { ...on(page), find: found });
    }
    return pages;
  }, [spans, places, finding, matches, chosen]);

  useShortcut("mod+f", () => setFinding(true));
  const first = pageAt(offsets, scrollTop - height * 0.75);
  const last = pageAt(offsets, scrollTop + height * 1.75);
  const widest = Math.max(...sizes.map((size) => size.width)) * scale;
  const shown = sizes.slice(first, last + 1);
  return (
    <div className="relative size-full">
      <div
        ref={container}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={t("pdf.label", { name: document.displayName })}
        data-testid="pdf-pages"
        className="absolute inset-0 overflow-auto overscroll-contain outline-none focus-visible:ring-2 focus-visible:ring-focus focus-visible:ring-inset"
        onScroll={view.onScroll}
      >
        <div className="relative" style={{ height: offsets.at(-1), minWidth: widest + 2 * GAP }}>
          {shown.map((size, index) => {
            const number = first + index + 1;
            return (
              <PdfPage
                key={number}
                pdf={pdf}
                texts={texts}
                number={number}
                total={pdf.numPages}
                scale={scale}
                size={size}
                top={offsets[number - 1] ?? 0}
                marks={marks.get(number)}
                onSize={view.onSize}
                onMarked={onMarked}
                onGoTo={goTo}
              />
            );
          })}
        </div>
      </div>
      <div className="pointer-events-none absolute inset-x-3 top-3 z-10 flex flex-col items-end gap-2">
        {finding ? <PdfFindBar find={find} onClose={() => setFinding(false)} /> : null}
        <div role="status" className="self-center">
          {missing ? (
            <p className="animate-appear rounded-full border border-border bg-surface px-4 py-1.5 text-fg-muted text-meta shadow-md">
              {t("view.quoteMissing")}
            </p>
          ) : null}
        </div>
      </div>
      <div className="pointer-events-none absolute inset-x-0 bottom-[max(0.875rem,env(safe-area-inset-bottom))] z-10 flex justify-center px-3">
        <PdfToolbar
          page={current}
          total={pdf.numPages}
          onPage={goTo}
          zoom={scale / PAPER}
          fits={view.fits}
          onZoom={view.zoom}
          onFit={view.fit}
          onFind={() => setFinding(true)}
        />
      </div>
    </div>
  );
}

/** Which part of the document is in view and how large it is. What is at the top stays there when sizes change. */
function useView(total: number, container: React.RefObject<HTMLDivElement | null>) {
  const [sizes, setSizes] = useState<PageSize[]>(() => Array.from({ length: total }, () => LETTER));
  const [box, setBox] = useState({ width: 0, height: 0 });
  const [chosen, setChosen] = useState<number | null>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const known = useRef(new Set<number>());
  const anchor = useRef({ index: 0, share: 0, rest: 0 });

  useLayoutEffect(() => {
    const node = container.current;
    if (!node) return;
    const measure = () => setBox({ width: node.clientWidth, height: node.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, [container]);

  const widest = Math.max(...sizes.map((size) => size.width));
  const fitting = Math.min(MAX_FIT, Math.max(0.2, (box.width - 2 * GAP) / widest));
  const scale = chosen === null ? fitting : chosen * PAPER;
  const offsets = useMemo(() => pageOffsets(sizes, scale, GAP), [sizes, scale]);

  const at = useRef({ offsets, height: box.height });
  at.current = { offsets, height: box.height };

  const remember = useCallback((top: number) => {
    const { offsets: starts } = at.current;
    const index = pageAt(starts, top);
    const start = starts[index] ?? 0;
    const tall = (starts[index + 1] ?? start) - start - GAP;
    const into = top - start;
    // The gap between pages does not grow with them.
    anchor.current =
      tall > 0 && into >= 0
        ? { index, share: Math.min(1, into / tall), rest: Math.max(0, into - tall) }
        : { index, share: 0, rest: into };
  }, []);

  useLayoutEffect(() => {
    const node = container.current;
    const { index, share, rest } = anchor.current;
    const start = offsets[index];
    const end = offsets[index + 1];
    if (!node || start === undefined || end === undefined) return;
    node.scrollTop = start + (end - start - GAP) * share + rest;
    setScrollTop(node.scrollTop);
  }, [offsets, container]);

  const onSize = useCallback((number: number, size: PageSize) => {
    if (known.current.has(number)) return;
    const isFirst = known.current.size === 0;
    known.current.add(number);
    setSizes((before) =>
      before.map((old, index) => {
        if (index + 1 === number) return isSame(old, size) ? old : size;
        // Most documents have pages of one size: the others are taken to be like the first that told.
        return isFirst && !known.current.has(index + 1) ? size : old;
      }),
    );
  }, []);

  /** `share` of the page's height comes near the top of the view; null only brings the page in if it is far away. */
  const goTo = useCallback(
    (number: number, share: number | null = 0) => {
      const node = container.current;
      const { offsets: starts, height } = at.current;
      const start = starts[number - 1];
      const end = starts[number];
      if (!node || start === undefined || end === undefined) return;
      const isNear = start < node.scrollTop + height && end > node.scrollTop;
      if (share === null && isNear) return;
      const top =
        share === null || share === 0 ? start - GAP : start + (end - start - GAP) * share - height * LEAD;
      node.scrollTop = top;
      remember(node.scrollTop);
      setScrollTop(node.scrollTop);
    },
    [container, remember],
  );

  const zoom = useCallback(
    (by: 1 | -1) => setChosen((now) => zoomStep(now ?? fitting / PAPER, by)),
    [fitting],
  );
  useEffect(() => {
    const node = container.current;
    if (!node) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      setChosen((now) =>
        Math.min(4, Math.max(0.25, (now ?? fitting / PAPER) * Math.exp(-event.deltaY * 0.004))),
      );
    };
    node.addEventListener("wheel", onWheel, { passive: false });
    return () => node.removeEventListener("wheel", onWheel);
  }, [container, fitting]);

  return {
    sizes,
    scale,
    offsets,
    scrollTop,
    height: box.height,
    fits: chosen === null,
    zoom,
    fit: useCallback(() => setChosen(null), []),
    goTo,
    onSize,
    onScroll: useCallback(
      (event: React.UIEvent<HTMLDivElement>) => {
        remember(event.currentTarget.scrollTop);
        setScrollTop(event.currentTarget.scrollTop);
      },
      [remember],
    ),
  };
}

function isSame(a: PageSize, b: PageSize): boolean {
  return Math.abs(a.width - b.width) < 0.01 && Math.abs(a.height - b.height) < 0.01;
}

interface QuotePlaces {
  /** Where the pages' own text has it. */
  spans: PageSpans | null;
  /** Where the server read it: for scans, whose pages have no text of their own. */
  places: readonly Place[];
  missing: boolean;
}

const NOT_YET: QuotePlaces = { spans: null, places: [], missing: false };

/** Looks for the target's quote, and brings its page into view meanwhile. */
function useQuote(
  documentId: string,
  texts: PageTexts,
  target: Target | null,
  goTo: (page: number) => void,
): QuotePlaces {
  const [result, setResult] = useState<{ target: Target; found: QuotePlaces } | null>(null);
  useEffect(() => {
    if (target === null) return;
    if (target.page !== null) goTo(target.page);
    if (target.quote === "") return;
    const controller = new AbortController();
    findPlaces(documentId, texts, target, controller.signal).then(
      (found) => controller.signal.aborted || setResult({ target, found }),
      () => controller.signal.aborted || setResult({ target, found: { ...NOT_YET, missing: true } }),
    );
    return () => controller.abort();
  }, [documentId, texts, target, goTo]);
  return target !== null && result?.target === target ? result.found : NOT_YET;
}

async function findPlaces(
  documentId: string,
  texts: PageTexts,
  { page, quote, places }: Target,
  signal: AbortSignal,
): Promise<QuotePlaces> {
  const spans = await texts.locate(page, quote, signal);
  if (spans !== null) return { spans, places: [], missing: false };
  const known = places.length > 0 ? places : (await locateQuote(documentId, quote, page, signal)).places;
  const drawn = known.filter((place) => place.boxes.length > 0);
  return { spans: null, places: drawn, missing: drawn.length === 0 };
}
