/** The text of a PDF's pages, read once each, and where a quote or a word stands in it. */
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type Folded, findAll, findQuote, foldPieces, type Span } from "@/lib/documents/fold";

/** The part of pdf.js's answer that matters here; what it lays out on the page is given back as it was. */
export interface PageText {
  content: Awaited<ReturnType<Awaited<ReturnType<PDFDocumentProxy["getPage"]>>["getTextContent"]>>;
  /** The strings of its items, in the order in which the text layer makes elements of them. */
  strings: string[];
  folded: Folded;
}

/** Pages count from 1. */
export type PageSpans = ReadonlyMap<number, Span[]>;

/** A page and the one behind it are searched together: passages do not end where pages do. */
const NEAR = [0, 1, -1, 2, -2];

export class PageTexts {
  readonly #pdf: Pick<PDFDocumentProxy, "getPage" | "numPages">;
  readonly #pages = new Map<number, Promise<PageText>>();

  constructor(pdf: Pick<PDFDocumentProxy, "getPage" | "numPages">) {
    this.#pdf = pdf;
  }

  get(number: number): Promise<PageText> {
    const known = this.#pages.get(number);
    if (known) return known;
    const reading = this.#read(number);
    this.#pages.set(number, reading);
    // What failed may work the next time.
    reading.catch(() => this.#pages.delete(number));
    return reading;
  }

  async #read(number: number): Promise<PageText> {
    const page = await this.#pdf.getPage(number);
    const content = await page.getTextContent();
    const strings = content.items.flatMap((item) => ("str" in item ? [item.str] : []));
    return { content, strings, folded: foldPieces(strings) };
  }

  /**
   * Where a quote stands: on the page it is said to be on, across that page's ends, anywhere in the document; and if it
   * is nowhere whole, as much of it as is on that page or next to it. Null when there is nothing of it.
   */
  async locate(page: number | null, quote: string, signal: AbortSignal): Promise<PageSpans | null> {
    const total = this.#pdf.numPages;
    const exists = (number: number) => number >= 1 && number <= total;
    const near = page === null ? [] : NEAR.map((by) => page + by).filter(exists);
    let partial: PageSpans | null = null;
    for (const number of near) {
      const { folded } = await this.get(number);
      signal.throwIfAborted();
      const found = findQuote(folded, quote);
      if (found.whole) return new Map([[number, found.spans]]);
      if (found.spans.length > 0) partial ??= new Map([[number, found.spans]]);
      const across = await this.#across(number - 1, quote, signal);
      if (across !== null) return across;
    }
    const rest = Array.from({ length: total }, (_, index) => index + 1).filter(
      (number) => !near.includes(number),
    );
    for (const number of rest) {
      const { folded } = await this.get(number);
      signal.throwIfAborted();
      const found = findQuote(folded, quote);
      if (found.whole) return new Map([[number, found.spans]]);
      if (page === null && found.spans.length > 0) partial ??= new Map([[number, found.spans]]);
    }
    return partial;
  }

  /** A quote that begins on `first` and ends on the next page. */
  async #across(first: number, quote: string, signal: AbortSignal): Promise<PageSpans | null> {
    if (first < 1 || first >= this.#pdf.numPages) return null;
    const [here, next] = await Promise.all([this.get(first), this.get(first + 1)]);
    signal.throwIfAborted();
    const found = findQuote(foldPieces([...here.strings, ...next.strings]), quote);
    return found.whole ? splitAt(found.spans, first, here.strings) : null;
  }

  /** Every place of `query`, page by page, told as they come. Ends early when aborted. */
  async find(
    query: string,
    onFound: (page: number, spans: Span[]) => void,
    signal: AbortSignal,
    most = 1_000,
  ): Promise<void> {
    let count = 0;
    for (let number = 1; number <= this.#pdf.numPages && count < most; number += 1) {
      const { folded } = await this.get(number);
      if (signal.aborted) return;
      const spans = findAll(folded, query, most - count);
      count += spans.length;
      if (spans.length > 0) onFound(number, spans);
    }
  }
}

/** Spans over two pages' strings as spans of each page. */
function splitAt(spans: readonly Span[], first: number, strings: readonly string[]): PageSpans {
  const pages = new Map<number, Span[]>();
  const add = (page: number, span: Span) => pages.set(page, [...(pages.get(page) ?? []), span]);
  const border = strings.length;
  const moved = <P extends { piece: number }>(place: P): P => ({ ...place, piece: place.piece - border });
  for (const { start, end } of spans) {
    if (end.piece < border) add(first, { start, end });
    else if (start.piece >= border) add(first + 1, { start: moved(start), end: moved(end) });
    else {
      const last = strings[border - 1] ?? "";
      add(first, { start, end: { piece: border - 1, offset: Math.max(0, last.length - 1), length: 1 } });
      add(first + 1, { start: { piece: 0, offset: 0 }, end: moved(end) });
    }
  }
  return pages;
}
