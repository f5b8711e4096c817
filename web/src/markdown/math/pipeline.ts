/** The parser for blocks with maths. Its own chunk: KaTeX is fetched when the first formula is met. */
import "katex/dist/katex.min.css";
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";
import { createParser } from "../pipeline";

export const parseWithMath = createParser({
  // Single dollars were settled before (see prepare.ts): what arrives here as maths is marked by two.
  remark: [[remarkMath, { singleDollarTextMath: false }]],
  rehype: [[rehypeKatex, { strict: false, trust: false, maxExpand: 500, errorColor: "var(--danger)" }]],
});
