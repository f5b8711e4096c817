import { describe, expect, it } from "vitest";
import { tame } from "./tame";

describe("a long line", () => {
  it("is tamed before anybody grows old", () => {
    const source = "url(".repeat(25_000);
    expect(tame(source)).toBe(source);
    expect(tame(`${source}https://evil.example`)).not.toMatch(/url\(https/);
  });
});

describe("tags in a diagram's source", () => {
  it.each([
    `A["<img src='https://evil.example/a.png' onerror='hacked()'>"]`,
    "A[<script>hacked()</script>]",
    "A[<svg/onload=hacked()>]",
    "A[<img src=x onerror=hacked() <b>bold</b>]",
    "A[<!-- <img src=x> -->]",
    "A[<?xml-stylesheet href='https://evil.example'?>]",
    "A[<<img src=x onerror=hacked()>>]",
  ])("are text: %s", (source) => {
    const tamed = tame(source);
    expect(tamed).not.toMatch(/<[a-z/!?]/i);
    // Nothing that was written is lost.
    expect(tamed.replaceAll("#lt;", "<")).toBe(source);
  });

  it.each([
    "A[one<br>two<br/>three<br />four]",
    "classDiagram\n  class Bear {\n    <<interface>>\n  }\n  Animal <|-- Bear\n  Den <-- Bear",
    "stateDiagram-v2\n  state fork <<fork>>\n  state more <<state of mind>>",
    "flowchart LR\n  A <--> B <-.-> C <==> D",
    "sequenceDiagram\n  A<<->>B: 2 < 3 and 3<4",
  ])("are left where they are the diagram's own: %s", (source) => {
    expect(tame(source)).toBe(source);
  });
});

describe("CSS in a diagram's source", () => {
  it.each([
    "classDef bad fill:#fff,background-image:url(https://evil.example/a.png)",
    "style A background-image:URL( 'https://evil.example/a.png')",
    "linkStyle 0 mask-image:image-set('https://evil.example/a.png' 1x)",
    String.raw`classDef bad background-image:\75rl(https://evil.example/a.png)`,
    String.raw`classDef bad background-image:u\000072 l(https://evil.example/a.png)`,
    String.raw`classDef bad background-image:\u\rl(https://evil.example/a.png)`,
    String.raw`classDef bad background-image:url(\68ttps\3a//evil.example/a.png)`,
    "sequenceDiagram\n  rect url(//evil.example/a.svg#x)\n  A->>B: hello\n  end",
    'C4Context\n  UpdateElementStyle(bear, $bgColor="url(https://evil.example/a.svg#x)")',
  ])("names nothing to fetch: %s", (source) => {
    const tamed = tame(source);
    expect(tamed).toContain("\u200b(");
    expect(tamed).not.toMatch(/(?:url|src|image|image-set)\(/i);
    expect(tamed.replaceAll("\u200b", "")).toBe(source);
  });

  it("is all that such names are taken from", () => {
    const source =
      "flowchart LR\n  url(Address) --> image(Picture)\n  curl[https://example.org] --> A[C:\\den]";
    expect(tame(source)).toBe(source);
  });
});
