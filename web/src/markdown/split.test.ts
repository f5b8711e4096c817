import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documents } from "./fixtures.test-data";
import { lexBlocks } from "./lexer";
import { BlockSplitter, split } from "./split";

const shape = (blocks: ReturnType<typeof split>) =>
  blocks.map(({ kind, raw, text, label }) => ({ kind, raw: raw.trimEnd(), text: text.trimEnd(), label }));

/** Random documents: pieces of Markdown joined without regard to sense, to meet the boundaries nobody thought of. */
const pieces = [
  "# h\n",
  "para",
  "\n",
  "\n\n",
  "- a\n",
  "  b\n",
  "1. x\n",
  "2",
  ". ",
  "> q\n",
  "```js\n",
  "```\n",
  "~~~\n",
  "    code\n",
  "| a | b |\n",
  "|---|---|\n",
  "$$\n",
  "$$",
  "x^2",
  "\\[\n",
  "\\]\n",
  "[^1]: note\n",
  "[^1]",
  "[r]: https://e.org\n",
  "---\n",
  "===\n",
  "**",
  "*",
  "`",
  "<div>\n",
  "</div>\n",
  "<!-- c\n",
  "-->\n",
  " ",
  "\t",
  "\r\n",
  "$5",
  "[a](b)",
];
const anyDocument = fc.oneof(
  fc.constantFrom(...Object.values(documents)),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join("")),
  fc
    .array(fc.constantFrom(...Object.values(documents)), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join("\n\n")),
);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

describe("split", () => {
  it("loses no character of any document", () => {
    fc.assert(
      fc.property(anyDocument, (text) => {
        const source = text.replace(/\r\n?/g, "\n");
        expect(
          lexBlocks(source)
            .map((token) => token.raw)
            .join(""),
        ).toBe(source);
      }),
    );
  });

  it("gives the one-shot blocks for every chunking of the documents, character by character too", () => {
    for (const text of Object.values(documents)) {
      const splitter = new BlockSplitter();
      for (let end = 1; end <= text.length; end++) splitter.update(text.slice(0, end));
      expect(shape(splitter.update(text))).toEqual(shape(split(text)));
    }
    fc.assert(
      fc.property(anyDocument, cuts, (text, at) => {
        const splitter = new BlockSplitter();
        for (const cut of at.map((part) => Math.floor(part * text.length)).sort((a, b) => a - b))
          splitter.update(text.slice(0, cut));
        const source = text.endsWith("\r") ? text.slice(0, -1) : text;
        expect(shape(splitter.update(text))).toEqual(shape(split(source)));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes a closed fence for settled while the line after it is still being written", () => {
    const settled = (text: string) => new BlockSplitter().update(text)[0]?.settled;
    expect(settled("```py\nx = 1\n``")).toBe(false);
    // One more backquote may yet come.
    expect(settled("```py\nx = 1\n```")).toBe(false);
    expect(settled("```py\nx = 1\n```\n")).toBe(true);
    expect(settled("```py\nx = 1\n```\n\nWhich is")).toBe(true);
    expect(settled("```py\nx = 1\n```\nWhich is")).toBe(true);
  });

  it("never replaces a settled block", () => {
    const text = Object.values(documents).join("\n\n");
    const splitter = new BlockSplitter();
    let before: ReturnType<typeof split> = [];
    for (let end = 0; end <= text.length; end += 7) {
      const blocks = splitter.update(text.slice(0, end));
      const frozen = before.filter(
        (block) => block.settled && block.kind !== "code" && block.kind !== "math",
      );
      for (const block of frozen) expect(blocks).toContain(block);
      before = blocks;
    }
    expect(before.filter((block) => block.settled).length).toBeGreaterThan(30);
  });

  it("starts over when the text is replaced", () => {
    const splitter = new BlockSplitter();
    splitter.update("first\n\nsecond\n\nthird\n");
    expect(splitter.update("other").map((block) => block.text)).toEqual(["other"]);
  });
});
