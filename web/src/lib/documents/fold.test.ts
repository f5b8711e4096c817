import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findAll, findQuote, foldPieces, foldText, type Span } from "./fold";

/** The text of a span, pieces joined. */
function textOf(pieces: readonly string[], span: Span): string {
  if (span.start.piece === span.end.piece)
    return pieces[span.start.piece]?.slice(span.start.offset, span.end.offset + span.end.length) ?? "";
  return [
    pieces[span.start.piece]?.slice(span.start.offset),
    ...pieces.slice(span.start.piece + 1, span.end.piece),
    pieces[span.end.piece]?.slice(0, span.end.offset + span.end.length),
  ].join("|");
}

const found = (pieces: readonly string[], quote: string) => {
  const { spans, whole } = findQuote(foldPieces(pieces), quote);
  return { texts: spans.map((span) => textOf(pieces, span)), whole };
};

describe("finding a quote", () => {
  it("does not care about spaces, line breaks, hyphens and case", () => {
    const lines = ["The bears lose hard-", "ly any muscle", "  over the  winter."];
    expect(found(lines, "bears lose hardly any MUSCLE over the winter")).toEqual({
      texts: ["bears lose hard-|ly any muscle|  over the  winter"],
      whole: true,
    });
  });

  it("sees through ligatures, accents, full-width signs and Markdown", () => {
    expect(found(["The ﬁrst café"], "the first cafe").texts).toEqual(["The ﬁrst café"]);
    expect(found(["Ｋｕｍａ ２０２６"], "Kuma 2026").texts).toEqual(["Ｋｕｍａ ２０２６"]);
    expect(found(["Frida", "100", "94"], "| **Frida** | 100 | 94 |").texts).toEqual(["Frida|100|94"]);
  });

  it("finds scripts that write no spaces", () => {
    expect(found(["熊は冬に", "眠る。"], "冬に眠る").texts).toEqual(["冬に|眠る"]);
  });

  it("finds the parts of a shortened quote in their order", () => {
    const text = ["One sentence stands here. Another one is left out. And the last sentence follows."];
    expect(found(text, "One sentence stands here … the last sentence follows")).toEqual({
      texts: ["One sentence stands here", "the last sentence follows"],
      whole: true,
    });
  });

  it("marks as much as is there when the quote runs on or a word was read differently", () => {
    expect(
      found(["It ends with the words of this page"], "the words of this page and goes on over there"),
    ).toEqual({
      texts: ["the words of this page"],
      whole: false,
    });
    const misread = found(
      ["The heart beats eight to tcn times a minute in deep winter"],
      "heart beats eight to ten times a minute in deep winter",
    );
    expect(misread).toEqual({
      texts: ["heart beats eight to tcn times a minute in deep winter"],
      whole: false,
    });
  });

  it("finds nothing by chance", () => {
    expect(found(["A page about something else altogether"], "how bears spend the winter").texts).toEqual([]);
    expect(found(["anything"], " … — !").texts).toEqual([]);
  });

  it("finds any part of any text again, however it is broken into pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        (pieces, a, b) => {
          const joined = pieces.join("");
          const units = Array.from(joined);
          const start = units.length === 0 ? 0 : a % units.length;
          const quote = units.slice(start, start + 1 + (b % 20)).join("");
          const wanted = foldText(quote);
          fc.pre(wanted !== "" && !quote.includes("…") && foldText(joined).includes(wanted));
          const { spans, whole } = findQuote(foldPieces(pieces), quote);
          expect(whole).toBe(true);
          const marked = spans.map((span) => textOf(pieces, span)).join("");
          expect(foldText(marked)).toContain(wanted);
          // Only whole characters can be marked: of a ligature at an end, all its letters are.
          const characters = Array.from(marked);
          const ends = [characters[0], characters.at(-1)].map((end) => foldText(end ?? "").length - 1);
          expect(foldText(marked).length - wanted.length).toBeLessThanOrEqual(
            (ends[0] ?? 0) + (ends[1] ?? 0),
          );
        },
      ),
      // The letter alone occurs first in a ligature.
      { examples: [[["       ", "   ", "\uFCFD", "  ", " \u{1EE74} "], 30, 0]] },
    );
  });
});

it("finds every match of a search", () => {
  const pieces = ["Muscle and", " mus", "cle, MUSCLES"];
  const spans = findAll(foldPieces(pieces), "muscle");
  expect(spans.map((span) => textOf(pieces, span))).toEqual(["Muscle", " mus|cle".trim(), "MUSCLE"]);
  expect(findAll(foldPieces(pieces), " - ")).toEqual([]);
  expect(findAll(foldPieces(["aaaa"]), "a", 3)).toHaveLength(3);
});
