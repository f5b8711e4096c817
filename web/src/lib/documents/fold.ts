/**
 * Finding a quote in text that was laid out differently. What the server read and what a browser shows of the same
 * page differ in spaces, line breaks, hyphens, ligatures and Markdown's signs; letters and digits are the same. So both
 * sides are folded to their letters and digits, with the way back to where each one stands. Pure.
 */

/** A place in a list of pieces of text. */
export interface Place {
  piece: number;
  /** Offset in the piece, in UTF-16 units. */
  offset: number;
}

/** From `start` up to and including the character that begins at `end`. */
export interface Span {
  start: Place;
  end: Place & { length: number };
}

export interface Folded {
  text: string;
  /** For each UTF-16 unit of `text`, where it came from. */
  pieces: Int32Array;
  offsets: Int32Array;
  /** How long the character there is. */
  lengths: Uint8Array;
}

const KEPT = /[\p{L}\p{N}]/u;

/** Letters and digits alone, in compatibility form and lower case. */
export function foldText(text: string): string {
  let folded = "";
  for (const char of text) folded += foldChar(char);
  return folded;
}

const cache = new Map<string, string>();

function foldChar(char: string): string {
  const known = cache.get(char);
  if (known !== undefined) return known;
  const plain = char.normalize("NFKD").toLowerCase();
  let folded = "";
  for (const one of plain) if (KEPT.test(one)) folded += one;
  // A page has few different characters, a library has many.
  if (cache.size > 20_000) cache.clear();
  cache.set(char, folded);
  return folded;
}

export function foldPieces(pieces: readonly string[]): Folded {
  const from: number[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  let text = "";
  pieces.forEach((piece, index) => {
    let offset = 0;
    for (const char of piece) {
      const folded = foldChar(char);
      text += folded;
      for (let unit = 0; unit < folded.length; unit += 1) {
        from.push(index);
        offsets.push(offset);
        lengths.push(char.length);
      }
      offset += char.length;
    }
  });
  return {
    text,
    pieces: Int32Array.from(from),
    offsets: Int32Array.from(offsets),
    lengths: Uint8Array.from(lengths),
  };
}

/** Where `[at, at + length)` of the folded text stands. */
export function spanAt(folded: Folded, at: number, length: number): Span {
  const last = at + length - 1;
  return {
    start: { piece: folded.pieces[at] ?? 0, offset: folded.offsets[at] ?? 0 },
    end: {
      piece: folded.pieces[last] ?? 0,
      offset: folded.offsets[last] ?? 0,
      length: folded.lengths[last] ?? 1,
    },
  };
}

/** Shorter finds in place of a whole quote would mark something else by chance. */
const MIN_ANCHOR = 12;

export interface Found {
  spans: Span[];
  /** All of it is there, word for word. */
  whole: boolean;
}

const NOTHING: Found = { spans: [], whole: false };

/**
 * Where the quote stands in the folded text. A quote that was shortened with "…" is found by its parts; one that is
 * only partly there (it goes on over the page's end, or a word was read differently) by the longest of its beginning
 * and end. No spans when there is nothing of it.
 */
export function findQuote(folded: Folded, quote: string): Found {
  const wanted = foldText(quote);
  if (wanted === "") return NOTHING;
  const exact = folded.text.indexOf(wanted);
  if (exact >= 0) return { spans: [spanAt(folded, exact, wanted.length)], whole: true };
  const parts = quote
    .split(/\s*(?:…|\.{3}|\[\.{3}\]|\[…\])\s*/)
    .map(foldText)
    .filter((part) => part.length >= MIN_ANCHOR);
  if (parts.length > 1) {
    let from = 0;
    const spans: Span[] = [];
    for (const part of parts) {
      const found = folded.text.indexOf(part, from);
      if (found < 0) continue;
      spans.push(spanAt(folded, found, part.length));
      from = found + part.length;
    }
    if (spans.length > 0) return { spans, whole: spans.length === parts.length };
  }
  return { spans: partly(folded, wanted), whole: false };
}

function partly(folded: Folded, wanted: string): Span[] {
  const minimum = Math.max(MIN_ANCHOR, Math.min(24, Math.floor(wanted.length / 3)));
  const head = longest(folded.text, wanted, minimum, "head");
  const tail = longest(folded.text, wanted, minimum, "tail");
  // Both ends are there and about as far apart as they should be: a word between them was read differently.
  if (head && tail && tail.at >= head.at) {
    const reach = tail.at + tail.length - head.at;
    if (reach <= wanted.length * 1.25 + 20) return [spanAt(folded, head.at, reach)];
  }
  const better = (tail?.length ?? 0) > (head?.length ?? 0) ? tail : head;
  return better ? [spanAt(folded, better.at, better.length)] : [];
}

/** The longest beginning (or end) of `whole` that occurs in the text, if it is at least `minimum` long. */
function longest(
  text: string,
  whole: string,
  minimum: number,
  side: "head" | "tail",
): { at: number; length: number } | null {
  const part = (length: number) => (side === "head" ? whole.slice(0, length) : whole.slice(-length));
  let low = minimum;
  let high = whole.length;
  if (low > high || !text.includes(part(low))) return null;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (text.includes(part(middle))) low = middle;
    else high = middle - 1;
  }
  return { at: text.indexOf(part(low)), length: low };
}

/** Every place where `query` occurs, without regard to case, spaces and hyphens. At most `limit`. */
export function findAll(folded: Folded, query: string, limit = 1_000): Span[] {
  const wanted = foldText(query);
  if (wanted === "") return [];
  const spans: Span[] = [];
  for (let at = folded.text.indexOf(wanted); at >= 0; at = folded.text.indexOf(wanted, at + wanted.length)) {
    spans.push(spanAt(folded, at, wanted.length));
    if (spans.length >= limit) break;
  }
  return spans;
}
