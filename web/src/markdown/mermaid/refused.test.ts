import mermaid from "mermaid";
import { describe, expect, it } from "vitest";
import { isRefused } from "./refused";

async function parsed(source: string): Promise<object> {
  await mermaid.parse(source);
  return (await mermaid.mermaidAPI.getDiagramFromText(source)).db;
}

describe("a diagram with pictures or menus", () => {
  it.each([
    'flowchart LR\n  A@{ img: "https://evil.example/a.png", label: "Bear", w: 60, h: 60 }',
    String.raw`flowchart LR
  A@{ "\x69mg": "https://evil.example/a.png" }`,
    'sequenceDiagram\n  participant A\n  properties A: {"icon": "https://evil.example/a.png"}\n  A->>A: hello',
    'sequenceDiagram\n  participant A\n  links A: {"Away": "https://evil.example/"}\n  A->>A: hello',
    "sequenceDiagram\n  participant A\n  link A: Away @ https://evil.example/\n  A->>A: hello",
  ])("is known by what mermaid read: %s", async (source) => {
    expect(isRefused(await parsed(source))).toBe(true);
  });

  it.each([
    "flowchart LR\n  A[https://example.org/a.png] --> B",
    "sequenceDiagram\n  A->>B: hello",
    "classDiagram\n  Animal <|-- Bear",
    "stateDiagram-v2\n  [*] --> Asleep",
    'pie\n  "Berries" : 3\n  "Fish" : 1',
  ])("is not every diagram: %s", async (source) => {
    expect(isRefused(await parsed(source))).toBe(false);
  });
});
