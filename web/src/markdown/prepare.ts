/**
 * Turns one block's source into what the Markdown parser is given: maths in the one notation remark-math is asked to
 * read, and the definitions that stand in other blocks but are used here. A pure function, so a settled block whose
 * definitions did not change gives the same string and is not rendered again.
 */
import { normaliseLabel } from "./lexer";
import type { Block } from "./split";

/** What a block needs to know of the rest of the document. */
export interface DocumentContext {
  /** Link reference definitions by label. */
  readonly definitions: ReadonlyMap<string, string>;
  /** Footnote numbers by label, in the order of first reference. */
  readonly footnotes: ReadonlyMap<string, number>;
}

export interface PreparedBlock {
  readonly source: string;
  readonly hasMath: boolean;
}

const codeOrProse =
  /(^|\n)([ \t>]*)(`{3,}|~{3,})[^\n]*(?:\n[\s\S]*?)??(?:\n[ \t>]*\3[`~]*[ \t]*(?=\n|$)|$)|(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\4(?!`)/g;

/** Applies `change` to everything in `source` that is neither a fenced block nor a code span. */
export function mapProse(source: string, change: (prose: string) => string): string {
  let result = "";
  let from = 0;
  for (const match of source.matchAll(codeOrProse)) {
    result += change(source.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + change(source.slice(from));
}

// $…$ by pandoc's rule: no space inside the dollars, no digit after the closing one, no other dollar near. So `$5 and $10` is money.
const singleDollar = /(?<![\\$\w])\$(?![\s$])((?:\\[^\n]|[^$\\\n])+?)(?<![\s\\])\$(?![\d$\w])/g;
const displayLine = /^([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)\$\$([^$\n]+)\$\$[ \t]*$/gm;
const parenthesised = /\\\(([\s\S]+?)\\\)/g;
const bracketed = /\\\[([\s\S]+?)\\\]/g;

function normaliseMath(source: string): PreparedBlock {
  if (!source.includes("$") && !source.includes("\\(") && !source.includes("\\["))
    return { source, hasMath: false };
  let hasMath = false;
  const result = mapProse(source, (prose) => {
    const converted = prose
      .replace(parenthesised, (_whole, tex: string) => `$$${tex.replace(/\n/g, " ").trim()}$$`)
      .replace(bracketed, (whole, tex: string) =>
        /[\\^_=+*<>{}\d]/.test(tex) ? `$$${tex.replace(/\n/g, " ").trim()}$$` : whole,
      )
      .replace(singleDollar, (_whole, tex: string) => `$$${tex}$$`)
      .replace(displayLine, (_whole, lead: string, tex: string) => {
        const indent = lead.replace(/[^\s>]/g, " ");
        return `${lead}$$\n${indent}${tex.trim()}\n${indent}$$`;
      });
    if (/\$\$[\s\S]+?\$\$/.test(converted)) hasMath = true;
    return converted;
  });
  return { source: result, hasMath };
}

/** The source to parse for one Markdown block. */
export function prepareBlock(raw: string, context: DocumentContext): PreparedBlock {
  const { source, hasMath } = normaliseMath(raw);
  const extra: string[] = [];
  if (source.includes("[")) {
    const used = usedLabels(source);
    for (const [label, definition] of context.definitions) {
      if (used.has(label)) extra.push(definition.trim());
    }
    // The parser takes `[^x]` for a footnote only beside a definition; the note itself is rendered at the document's end.
    for (const label of context.footnotes.keys()) {
      if (used.has(`^${label}`)) extra.push(`[^${label}]: .`);
    }
  }
  return { source: extra.length === 0 ? source : `${source.trimEnd()}\n\n${extra.join("\n\n")}`, hasMath };
}

function usedLabels(source: string): Set<string> {
  const labels = new Set<string>();
  for (const match of source.matchAll(/\[((?:\\.|[^\][\\])+)\]/g)) labels.add(normaliseLabel(match[1] ?? ""));
  return labels;
}

/** Collects the definitions of a document and numbers its footnotes. */
export function documentContext(blocks: readonly Block[], streaming: boolean): DocumentContext {
  const definitions = new Map<string, string>();
  const notes = new Set<string>();
  for (const block of blocks) {
    // The first definition of a label wins, as in CommonMark.
    if (block.kind === "definition" && !definitions.has(block.label)) definitions.set(block.label, block.raw);
    if (block.kind === "footnote") notes.add(block.label);
  }
  const footnotes = new Map<string, number>();
  if (notes.size > 0 || streaming) {
    for (const block of blocks) {
      if (block.kind !== "markdown" && block.kind !== "footnote") continue;
      if (!block.text.includes("[^")) continue;
      mapProse(block.text, (prose) => {
        for (const match of prose.matchAll(/(?<!\\)\[\^([^\]\s[]+)\]/g)) {
          const label = normaliseLabel(match[1] ?? "");
          // While the answer streams its notes come last: a reference is shown as one before its note is there.
          if ((notes.has(label) || streaming) && !footnotes.has(label))
            footnotes.set(label, footnotes.size + 1);
        }
        return prose;
      });
    }
  }
  return { definitions, footnotes };
}
