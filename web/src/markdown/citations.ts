/**
 * Marks of citations: `[3]` in an answer's prose, where 3 is the number of a citation. What a mark shows is the
 * caller's; here they are only found. Numbers in code, links and formulas are left alone.
 */
import type { Element, ElementContent, Root } from "hast";
import { createContext, type ReactNode } from "react";
import { SKIP, visit } from "unist-util-visit";

/** Shows the mark of one number. The same function as long as marks look the same. */
export type CitationMark = (index: number) => ReactNode;

export const CitationMarkContext = createContext<CitationMark | null>(null);

const LEFT_ALONE = new Set(["a", "code", "pre", "math", "svg"]);

/** Puts an element for each mark into the tree. */
export function markCitations(tree: Root, cited: ReadonlySet<string>): void {
  visit(tree, (node, index, parent) => {
    if (node.type === "element" && (LEFT_ALONE.has(node.tagName) || isFormula(node))) return SKIP;
    if (node.type !== "text" || index === undefined || !parent || !node.value.includes("[")) return;
    const pieces = split(node.value, cited);
    if (pieces.length < 2 && pieces[0]?.type === "text") return;
    parent.children.splice(index, 1, ...pieces);
    return [SKIP, index + pieces.length];
  });
}

function isFormula(node: Element): boolean {
  const names = node.properties["className"];
  return Array.isArray(names) && /(?:^| )(?:katex|math)/.test(names.join(" "));
}

function split(text: string, cited: ReadonlySet<string>): ElementContent[] {
  const pieces: ElementContent[] = [];
  let from = 0;
  for (const match of text.matchAll(/ ?\[(\d{1,4})\]/g)) {
    const number = match[1] ?? "";
    if (!cited.has(number)) continue;
    if (match.index > from) pieces.push({ type: "text", value: text.slice(from, match.index) });
    // The mark hangs on the word before it, also at the end of a line.
    pieces.push({
      type: "element",
      tagName: "sup",
      properties: { dataCite: number },
      children: [{ type: "text", value: number }],
    });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ type: "text", value: text.slice(from) });
  return pieces;
}
