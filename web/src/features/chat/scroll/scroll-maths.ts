/**
 * Where the thread should be scrolled to. Pure: pixels in, pixels out, so that the promises (no shift while an answer
 * fills in, one pixel up ends following) can be tested without a browser.
 *
 * The content is the messages with the room above and below them. When a question is sent it goes near the top; the
 * spacer under the content makes that possible before there is an answer, and gives way to the answer as it grows.
 */

export interface Geometry {
  /** Height of the visible part. */
  viewport: number;
  /** Height of the content without the spacer. */
  content: number;
  /** Where the question sent last begins, less the room it should have above it; null when there is none. */
  anchor: number | null;
}

/** The empty room below the content that lets the anchor reach the top. */
export function spacerHeight({ viewport, content, anchor }: Geometry): number {
  if (anchor === null) return 0;
  return Math.max(0, viewport - (content - anchor));
}

/** The offset that shows the newest: the anchor at the top until the answer outgrows the view, then the answer's end. */
export function followOffset(geometry: Geometry): number {
  const end = Math.max(0, geometry.content - geometry.viewport);
  return geometry.anchor === null ? end : Math.max(geometry.anchor, end);
}

/** Whether the newest is in view, give or take what rounding and zoom do to pixels. */
export function isAtLatest(scrollTop: number, geometry: Geometry, tolerance = 2): boolean {
  return scrollTop >= geometry.content - geometry.viewport - tolerance;
}

export interface ScrollSample {
  top: number;
  /** The furthest the content can be scrolled to now. */
  highest: number;
}

/**
 * Whether the person scrolled up from where the page had put the view. One pixel is enough. Content that became shorter
 * moves the view by itself; that does not count.
 */
export function scrolledUp(expected: number, now: ScrollSample): boolean {
  return now.top <= Math.min(expected, now.highest) - 1;
}

/** A first guess of a message's height, replaced once it is measured. */
export function estimateHeight(role: "user" | "assistant", characters: number, lineBreaks: number): number {
  const perLine = role === "user" ? 62 : 84;
  const lines = Math.max(1, Math.ceil(characters / perLine)) + lineBreaks * 0.55;
  return role === "user" ? Math.min(520, 62 + lines * 26) : 84 + lines * 26;
}
