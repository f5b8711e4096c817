/** Where things are on a page, as shares of its width and height, so that zooming moves nothing. Pure but for `rectsOf`. */
import type { Span } from "@/lib/documents/fold";
import type { Box } from "@/lib/documents/types";

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PageSize {
  /** PDF points. */
  width: number;
  height: number;
}

/** The place of a span of the text layer's elements on its page. */
export function rectsOf(span: Span, elements: readonly HTMLElement[], page: HTMLElement): Rect[] {
  const bounds = page.getBoundingClientRect();
  if (bounds.width === 0 || bounds.height === 0) return [];
  const rects: Rect[] = [];
  for (let piece = span.start.piece; piece <= span.end.piece; piece += 1) {
    const node = elements[piece]?.firstChild;
    if (!(node instanceof Text)) continue;
    const from = piece === span.start.piece ? span.start.offset : 0;
    const to = piece === span.end.piece ? span.end.offset + span.end.length : node.length;
    const range = document.createRange();
    range.setStart(node, Math.min(from, node.length));
    range.setEnd(node, Math.min(to, node.length));
    for (const rect of range.getClientRects()) {
      if (rect.width < 0.5 || rect.height < 0.5) continue;
      rects.push({
        x: (rect.x - bounds.x) / bounds.width,
        y: (rect.y - bounds.y) / bounds.height,
        width: rect.width / bounds.width,
        height: rect.height / bounds.height,
      });
    }
  }
  return rects;
}

/** Boxes in points as shares of their page. */
export function rectsOfBoxes(boxes: readonly Box[], size: PageSize): Rect[] {
  return boxes.map((box) => ({
    x: box.x / size.width,
    y: box.y / size.height,
    width: box.width / size.width,
    height: box.height / size.height,
  }));
}

/** Pieces of one line become one bar; a gap as wide as three letters keeps them apart (columns, table cells). */
export function mergeLines(rects: readonly Rect[], size: PageSize): Rect[] {
  const lines: Rect[] = [];
  for (const rect of [...rects].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const gap = (rect.height * size.height * 1.5) / size.width;
    const line = lines.find(
      (other) =>
        overlap(other, rect) > 0.5 &&
        rect.x <= other.x + other.width + gap &&
        other.x <= rect.x + rect.width + gap,
    );
    if (line === undefined) {
      lines.push({ ...rect });
      continue;
    }
    const right = Math.max(line.x + line.width, rect.x + rect.width);
    const bottom = Math.max(line.y + line.height, rect.y + rect.height);
    line.x = Math.min(line.x, rect.x);
    line.y = Math.min(line.y, rect.y);
    line.width = right - line.x;
    line.height = bottom - line.y;
  }
  return lines;
}

/** How much of the lower of the two they share in height. */
function overlap(a: Rect, b: Rect): number {
  const shared = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return shared / Math.min(a.height, b.height);
}

/** Where each page begins in the scrolled column, in pixels; one more entry than pages, the last being the end. */
export function pageOffsets(sizes: readonly PageSize[], scale: number, gap: number): number[] {
  const offsets = [gap];
  for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size.height * scale + gap);
  return offsets;
}

/** The page at a height of the column: the last that begins at or above it. Counts from 0. */
export function pageAt(offsets: readonly number[], y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;

/** The next step of zoom in a direction. */
export function zoomStep(scale: number, by: 1 | -1): number {
  const wanted =
    by > 0 ? ZOOMS.find((zoom) => zoom > scale + 0.01) : ZOOMS.findLast((zoom) => zoom < scale - 0.01);
  return wanted ?? (by > 0 ? (ZOOMS.at(-1) ?? scale) : ZOOMS[0]);
}
