/**
 * Makes the unfinished tail of a streaming answer fit to show: open markers are closed (remend), and what cannot be
 * told apart yet from a marker is held back for the few characters until it can, so that raw Markdown never flashes.
 */
import remend from "remend";

/** The tail's source as it should be rendered now. `cited` are the numbers that are marks, apart by spaces. */
export function repairTail(source: string, cited = ""): string {
  // A mark that was just written is whole: what follows cannot make a link of it.
  const mark = cited === "" ? null : /\[(\d{1,4})\]$/.exec(source);
  if (mark?.[1] !== undefined && cited.split(" ").includes(mark[1])) {
    return repairTail(source.slice(0, mark.index)) + mark[0];
  }
  return remend(holdBack(source), { linkMode: "text-only", katex: true, inlineKatex: false });
}

/** Cuts off an ending that may still become a marker. */
export function holdBack(source: string): string {
  const lineStart = source.lastIndexOf("\n") + 1;
  const line = source.slice(lineStart);
  const before = source.slice(0, lineStart);
  // The start of a heading, list item, quote, fence, table row, footnote or rule.
  if (
    /^[ \t>]*(?:#{1,6}[ \t]*|[-*+][ \t]*|\d{1,9}[.)]?[ \t]*|>+[ \t]*|`{1,3}[^`\s]*|~{1,3}[^~\s]*|\$\$?|\\\[?|\[\^?[^\]]*\]?|[-*_][-*_ \t]*)$/.test(
      line,
    )
  ) {
    return before;
  }
  // A list item whose task box is not complete.
  if (/^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]?\]?[ \t]*$/.test(line)) return before;
  const table = pendingTable(source);
  if (table !== null) return table;
  // Brackets may yet turn out to be a link's: its words show, what surrounds them waits.
  const bracket = /(!?)\[([^[\]\n]*)\]$/.exec(source);
  if (bracket) {
    const words = bracket[1] === "!" || bracket[2]?.startsWith("^") ? "" : (bracket[2] ?? "");
    return source.slice(0, bracket.index) + words;
  }
  // Emphasis, code, image or maths that has only opened.
  return source.replace(/(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|!?\[|!|\$|\\)$/, "");
}

/** A table needs its second line to be one: until then its header row is kept back. Null when there is none pending. */
function pendingTable(source: string): string | null {
  const start = source.lastIndexOf("\n\n") + 1;
  const lines = source.slice(start === 0 ? 0 : start + 1).split("\n");
  const head = lines[0] ?? "";
  if (!/^ {0,3}\|/.test(head)) return null;
  const complete =
    lines.length > 2 ||
    (lines.length === 2 &&
      /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/.test(lines[1] ?? "") &&
      columns(lines[1] ?? "") >= columns(head));
  if (!complete && (lines.length === 1 || /^[ \t|:-]*$/.test(lines[1] ?? ""))) {
    return source.slice(0, start === 0 ? 0 : start + 1);
  }
  // A row that has only begun: its last cell closes by itself, a lone bar would be an empty row.
  const last = lines.at(-1) ?? "";
  if (lines.length > 2 && /^ {0,3}\|[ \t]*$/.test(last))
    return source.slice(0, source.length - last.length - 1);
  return null;
}

function columns(row: string): number {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|").length;
}
