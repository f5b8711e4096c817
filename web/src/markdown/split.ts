/**
 * Cuts Markdown that is still arriving into blocks. What can no longer change is settled and keeps its object, so that
 * its rendering is never done again; only the tail is lexed anew with each commit.
 *
 * `split(text)` is the truth: the one-shot answer for finished text. `BlockSplitter` gives the same blocks while the
 * text grows, and the view takes the one-shot answer when the text is finished.
 */
import { type BlockToken, lexBlocks, normaliseLabel } from "./lexer";

export type BlockKind = "markdown" | "code" | "math" | "definition" | "footnote";

/** One top-level block of a document. */
export interface Block {
  readonly kind: BlockKind;
  /** The block's source, white space around it included. */
  readonly raw: string;
  /** `code`: the code; `math`: the TeX; `footnote`: the note's Markdown; otherwise the source. */
  readonly text: string;
  /** `code`: the first word of the info string, lower case; `definition` and `footnote`: the label; a heading: `h1` to `h6`. */
  readonly label: string;
  /** False while more text can still change this block. */
  readonly settled: boolean;
}

/** The blocks of finished text. */
export function split(text: string): readonly Block[] {
  return toBlocks(lexBlocks(normaliseLineEnds(text)), true);
}

/** Splits a growing text. Feed it the whole text so far; it keeps what has settled. */
export class BlockSplitter {
  #settled: Block[] = [];
  #settledSource = "";

  /** The blocks of `text`; all but the tail are the same objects as last time. */
  update(text: string): readonly Block[] {
    const source = normaliseLineEnds(text.endsWith("\r") ? text.slice(0, -1) : text);
    if (!source.startsWith(this.#settledSource)) {
      this.#settled = [];
      this.#settledSource = "";
    }
    const tokens = lexBlocks(source.slice(this.#settledSource.length));
    const boundary = settledCount(tokens);
    if (boundary > 0) {
      const done = tokens.slice(0, boundary);
      this.#settled = [...this.#settled, ...toBlocks(done, true)];
      this.#settledSource += done.map((token) => token.raw).join("");
    }
    return [...this.#settled, ...toBlocks(tokens.slice(boundary), false)];
  }
}

/**
 * How many leading tokens no further text can change. A token is safe once a line that does not belong to it is
 * complete and a blank line (or its own nature) parts the two: a lone `2` after a list may yet become its second item.
 */
function settledCount(tokens: readonly BlockToken[]): number {
  let count = 0;
  for (let index = 0; index < tokens.length - 1; index++) {
    const token = tokens[index];
    const next = tokens.slice(index + 1).find((candidate) => candidate.type !== "space");
    if (!token || !next) break;
    if (!/\S[^\n]*\n/.test(next.raw) && next === lastContent(tokens)) break;
    const separated = tokens[index + 1]?.type === "space" || /\n[ \t]*\n[ \t]*$/.test(token.raw);
    if (token.type === "space" || separated || endsByItself(token)) count = index + 1;
  }
  // Space after a settled block goes with it, so that the next block starts at its own first character.
  while (count > 0 && tokens[count]?.type === "space") count++;
  return count;
}

function lastContent(tokens: readonly BlockToken[]): BlockToken | undefined {
  return tokens.findLast((token) => token.type !== "space");
}

function endsByItself(token: BlockToken): boolean {
  return (
    token.type === "heading" || token.type === "hr" || (token.type === "code" && isClosedFence(token.raw))
  );
}

/** Whether a fenced block has its closing fence. Indented code has no fence and counts as open until it settles. */
function isClosedFence(raw: string): boolean {
  const open = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
  if (!open) return false;
  const lines = raw.trimEnd().split("\n");
  const last = lines.at(-1)?.trim() ?? "";
  return lines.length > 1 && last.length >= open.length && last.replaceAll(open.charAt(0), "") === "";
}

function toBlocks(tokens: readonly BlockToken[], settled: boolean): Block[] {
  const blocks: Block[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === "space") continue;
    blocks.push(toBlock(token, settled, index < tokens.length - 1));
  }
  return blocks;
}

function toBlock(token: BlockToken, settled: boolean, followed: boolean): Block {
  const raw = token.raw;
  switch (token.type) {
    case "code": {
      const info: string = token.lang ?? "";
      // The text after it may be one long line: its code shall not wait for the end of that.
      const closed = settled || (isClosedFence(raw) && (followed || raw.endsWith("\n")));
      return { kind: "code", raw, text: token.text, label: languageOf(info), settled: closed };
    }
    case "mathBlock":
      return {
        kind: "math",
        raw,
        text: token.text.trim(),
        label: "",
        settled: settled || token.closed === true,
      };
    case "def":
      return { kind: "definition", raw, text: raw, label: normaliseLabel(token.tag), settled };
    case "footnoteDefinition":
      return { kind: "footnote", raw, text: token.content, label: token.label, settled };
    default:
      return {
        kind: "markdown",
        raw,
        text: raw,
        label: token.type === "heading" ? `h${token.depth}` : "",
        settled,
      };
  }
}

/** The language named by a fence's info string: its first word, without attributes. */
export function languageOf(info: string): string {
  return (info.trim().split(/[\s{,]/, 1)[0] ?? "").toLowerCase();
}

function normaliseLineEnds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
