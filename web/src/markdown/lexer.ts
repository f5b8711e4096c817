/**
 * The block lexer: marked's, taught two constructs it does not know (display maths and footnote definitions), so that
 * neither is torn apart at a blank line. Only block structure is asked of marked; inlines are parsed per block later.
 */
import { Lexer, Marked, type Token, type TokenizerExtension, type Tokens } from "marked";

/** A `[^label]: text` definition, with its indented continuation lines. */
export interface FootnoteDefinitionToken extends Tokens.Generic {
  type: "footnoteDefinition";
  raw: string;
  label: string;
  /** The definition's Markdown, its continuation indent removed. */
  content: string;
}

/** Display maths: `$$ … $$` or `\[ … \]` starting on its own line. */
export interface MathBlockToken extends Tokens.Generic {
  type: "mathBlock";
  raw: string;
  text: string;
  closed: boolean;
}

export type BlockToken = Token | FootnoteDefinitionToken | MathBlockToken;

const footnoteStart = /^ {0,3}\[\^([^\]\s[]+)\]:[ \t]*/;

const footnoteDefinition: TokenizerExtension = {
  name: "footnoteDefinition",
  level: "block",
  start: (source) => source.match(/\n {0,3}\[\^[^\]\s[]+\]:/)?.index,
  tokenizer(source) {
    const head = footnoteStart.exec(source);
    if (!head) return undefined;
    const lines = source.split("\n");
    let taken = 1;
    for (let index = 1; index < lines.length; index++) {
      const line = lines[index] ?? "";
      const previousBlank = (lines[index - 1] ?? "").trim() === "";
      if (line.trim() === "") continue;
      const indented = /^(?: {4}|\t)/.test(line);
      const lazy = !previousBlank && !startsBlock(line);
      if (!indented && !lazy) break;
      taken = index + 1;
    }
    const body = lines.slice(0, taken);
    const atEnd = taken === lines.length;
    const content = body
      .map((line, index) => (index === 0 ? line.slice(head[0].length) : line.replace(/^(?: {4}|\t)/, "")))
      .join("\n");
    return {
      type: "footnoteDefinition",
      raw: body.join("\n") + (atEnd ? "" : "\n"),
      label: normaliseLabel(head[1] ?? ""),
      content,
    } satisfies FootnoteDefinitionToken;
  },
};

const mathBlock: TokenizerExtension = {
  name: "mathBlock",
  level: "block",
  start: (source) => source.match(/\n {0,3}(?:\$\$|\\\[)/)?.index,
  tokenizer(source) {
    const head = /^ {0,3}(\$\$|\\\[)/.exec(source);
    if (!head) return undefined;
    const close = head[1] === "$$" ? "$$" : "\\]";
    const from = head[0].length;
    const end = source.indexOf(close, from);
    if (end < 0) {
      // An opener that never closes swallows the rest only when nothing else stands on its line: `$$` in prose stays prose.
      const firstLine = source.slice(from).split("\n", 1)[0] ?? "";
      if (firstLine.trim() !== "") return undefined;
      return {
        type: "mathBlock",
        raw: source,
        text: source.slice(from),
        closed: false,
      } satisfies MathBlockToken;
    }
    const rest = /^[ \t]*(?:\n|$)/.exec(source.slice(end + close.length));
    const firstLine = source.slice(from, end).split("\n", 1)[0] ?? "";
    // Maths that starts on the opener's line is one paragraph: dollars a blank line apart are not a pair.
    if (!rest || (firstLine.trim() !== "" && /\n[ \t]*\n/.test(source.slice(from, end)))) return undefined;
    return {
      type: "mathBlock",
      raw: source.slice(0, end + close.length + rest[0].length),
      text: source.slice(from, end),
      closed: true,
    } satisfies MathBlockToken;
  },
};

function startsBlock(line: string): boolean {
  return /^ {0,3}(?:#{1,6}(?:\s|$)|>|[-*+]\s|\d{1,9}[.)]\s|`{3,}|~{3,}|\[\^[^\]\s[]+\]:|\$\$|\\\[|(?:[-*_][ \t]*){3,}$)/.test(
    line,
  );
}

/** Labels compare without case and with runs of white space as one space. */
export function normaliseLabel(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase();
}

const configured = new Marked({ gfm: true }, { extensions: [footnoteDefinition, mathBlock] });

/** The top-level block tokens of `source`; their `raw` strings joined are `source` again. Line ends must be `\n`. */
export function lexBlocks(source: string): BlockToken[] {
  const tokens = new Lexer(configured.defaults).blockTokens(source) as BlockToken[];
  let offset = 0;
  for (const token of tokens) {
    // marked tidies white space in some raws (`- [ ] ` becomes `- [ ]\n`) but keeps their lengths.
    token.raw = source.slice(offset, offset + token.raw.length);
    offset += token.raw.length;
  }
  return tokens;
}
