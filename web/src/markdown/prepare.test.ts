import { describe, expect, it } from "vitest";
import { documentContext, mapProse, prepareBlock } from "./prepare";
import { split } from "./split";

const none = { definitions: new Map<string, string>(), footnotes: new Map<string, number>() };

describe("maths in prose", () => {
  it.each([
    ["$5 and $10", "$5 and $10"],
    ["between $5-$10 a month", "between $5-$10 a month"],
    ["US$5 and US$6", "US$5 and US$6"],
    ["a $x$ b", "a $$x$$ b"],
    ["$a^2+b^2$, $c$", "$$a^2+b^2$$, $$c$$"],
    ["it costs \\$5 and $x$", "it costs \\$5 and $$x$$"],
    ["`$x$` stays", "`$x$` stays"],
    ["\\(x_1\\) and \\[y\\]", "$$x_1$$ and \\[y\\]"],
    ["$$E=mc^2$$", "$$\nE=mc^2\n$$"],
    ["- $$E=mc^2$$", "- $$\n  E=mc^2\n  $$"],
    ["text $$y$$ text", "text $$y$$ text"],
    ["$20 to $ 30$", "$20 to $ 30$"],
  ])("%s", (source, expected) => {
    expect(prepareBlock(source, none).source).toBe(expected);
  });

  it("says whether there is any", () => {
    expect(prepareBlock("$5 and $10", none).hasMath).toBe(false);
    expect(prepareBlock("$x$", none).hasMath).toBe(true);
  });
});

describe("mapProse", () => {
  it("leaves code alone, closed or not", () => {
    const mark = (source: string) => mapProse(source, (prose) => prose.replaceAll("a", "A"));
    expect(mark("a `a` a")).toBe("A `a` A");
    expect(mark("a\n```\na\n```\na")).toBe("A\n```\na\n```\nA");
    expect(mark("a\n```\na")).toBe("A\n```\na");
    expect(mark("``a ` a`` a")).toBe("``a ` a`` A");
  });
});

describe("definitions in other blocks", () => {
  it("come along where they are used, the first one winning", () => {
    const blocks = split(
      "See [x] and [y][Z].\n\nNone here.\n\n[x]: https://one.example\n[X]: https://two.example\n[z]: /zed",
    );
    const context = documentContext(blocks, false);
    expect(prepareBlock(blocks[0]?.raw ?? "", context).source).toBe(
      "See [x] and [y][Z].\n\n[x]: https://one.example\n\n[z]: /zed",
    );
    expect(prepareBlock(blocks[1]?.raw ?? "", context).source).toBe(blocks[1]?.raw);
  });

  it("number footnotes by first use, ignoring those in code and those without a note", () => {
    const blocks = split("`[^a]` then[^b] and[^a] and[^c]\n\n[^a]: A\n\n[^b]: B");
    expect([...documentContext(blocks, false).footnotes]).toEqual([
      ["b", 1],
      ["a", 2],
    ]);
    expect([...documentContext(blocks, true).footnotes.keys()]).toEqual(["b", "a", "c"]);
  });
});
