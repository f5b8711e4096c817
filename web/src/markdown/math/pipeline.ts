/** The parser for blocks with maths. Its own chunk: KaTeX is fetched when the first formula is met. */
import "katex/dist/katex.min.css";
import type { Root } from "hast";
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";
import { visit } from "unist-util-visit";
import { createParser } from "../pipeline";

export const parseWithMath = createParser({
  // Single dollars were settled before (see prepare.ts): what arrives here as maths is marked by two.
  remark: [[remarkMath, { singleDollarTextMath: false }]],
  rehype: [
    [rehypeKatex, { strict: false, trust: false, maxExpand: 500, errorColor: "var(--danger)" }],
    scrollByKeyboard,
  ],
});

/** A formula wider than its column scrolls: what scrolls must be reachable by keyboard. */
function scrollByKeyboard() {
  return (tree: Root) => {
    visit(tree, "element", (node) => {
      const names = node.properties["className"];
      if (Array.isArray(names) && names.includes("katex-display")) node.properties["tabIndex"] = 0;
    });
  };
}
