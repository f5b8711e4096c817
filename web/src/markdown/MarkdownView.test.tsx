import { act, cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "@/test/render";
import { TooltipProvider } from "@/ui/tooltip";
import { documents } from "./fixtures.test-data";
import MarkdownView from "./MarkdownView";
import { DiagramRefused } from "./mermaid/refused";
import { holdBack, repairTail } from "./repair";

vi.mock("./mermaid/render", () => ({
  renderDiagram: (source: string) => {
    if (source.includes("broken")) return Promise.reject(new Error("Parse error on line 1\nmore"));
    if (source.includes("picture")) return Promise.reject(new DiagramRefused());
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.dataset["drawn"] = String(source.length);
    return Promise.resolve(svg);
  },
}));

const view = (text: string, streaming = false) => (
  <TooltipProvider>
    <MarkdownView text={text} streaming={streaming} id="m1" />
  </TooltipProvider>
);

/** Lets the lazy parts (maths, grammars, diagrams) arrive. */
async function settled(container: HTMLElement): Promise<string> {
  await vi.waitFor(
    async () => {
      await act(async () => undefined);
      const waiting = container.querySelectorAll(".md-diagram pre").length;
      const coloured = [...container.querySelectorAll<HTMLElement>(".md-code[data-settled]")].filter(
        (block) =>
          /^(TypeScript|JavaScript|Markdown)$/.test(block.querySelector(".md-bar-label")?.textContent ?? ""),
      );
      expect(waiting).toBe(0);
      for (const block of coloured) expect(block.querySelector("code span")).not.toBeNull();
      // Until KaTeX is there a formula stands as code.
      expect(
        [...container.querySelectorAll("code")].some((code) =>
          /\\int|\\frac|^x\^2$/.test(code.textContent ?? ""),
        ),
      ).toBe(false);
    },
    { timeout: 10_000, interval: 10 },
  );
  // Base UI numbers its elements per mount; React leaves an empty attribute where it took the last style away.
  return container.innerHTML
    .replaceAll(' style=""', "")
    .replace(/ (?:id|aria-describedby|data-base-ui-[a-z-]+)="[^"]*base-ui[^"]*"/g, "");
}

async function oneShot(text: string): Promise<string> {
  const { container, unmount } = render(view(text));
  const html = await settled(container);
  unmount();
  return html;
}

beforeAll(async () => {
  // The first meeting with each lazy part is slow; after this they are at hand.
  await import("./math/pipeline");
  await import("./code/highlighter");
  await import("./mermaid/render");
  await oneShot("$x$ and\n\n```ts\nlet a;\n```\n\n```js\nlet a;\n```\n\n```md\n# a\n```");
  cleanup();
}, 60_000);

describe("finished DOM", () => {
  it.each(Object.keys(documents))(
    "%s: is the one-shot DOM for every chunking",
    async (name) => {
      const text = documents[name] ?? "";
      const expected = await oneShot(text);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(text.length), { minLength: 1, maxLength: 12 }), async (cuts) => {
          const { container, rerender, unmount } = render(view("", true));
          for (const cut of [...cuts].sort((a, b) => a - b)) rerender(view(text.slice(0, cut), true));
          rerender(view(text, true));
          rerender(view(text, false));
          expect(await settled(container)).toBe(expected);
          unmount();
        }),
        { numRuns: 15 },
      );
    },
    120_000,
  );

  it("renders a growing document without ever losing what was settled", () => {
    const text = `${documents["prose"]}\n\n${documents["lists"]}\n\n${documents["table"]}`;
    const { container, rerender } = render(view("", true));
    let first: Element | null = null;
    for (let end = 0; end <= text.length; end += 11) {
      rerender(view(text.slice(0, end), true));
      if (end > 120) {
        first ??= container.querySelector(".md > *");
        expect(container.querySelector(".md > *")).toBe(first);
      }
    }
  });
});

describe("markers", () => {
  const visible = (text: string) => {
    const { container, unmount } = render(view(text, true));
    for (const code of container.querySelectorAll("code, .md-math-pending")) code.remove();
    const shown = container.querySelector(".md")?.textContent ?? "";
    unmount();
    return shown;
  };

  it("never flash while the text arrives", () => {
    const text =
      "## Heading\n\nSome **bold**, *soft*, ~~gone~~, `code` and [a link](https://example.org/x).\n\n- one\n- [ ] open **item**\n\n1. first\n2. second\n\n> quoted *text*\n\n| A | B |\n|---|---|\n| 1 | **2** |\n\n```js\nlet a = 1;\n```\n\nEnd.";
    for (let end = 1; end <= text.length; end++) {
      expect(visible(text.slice(0, end)), text.slice(0, end)).not.toMatch(
        /\*|`|~|#|\||\[|\]|>|https:|^\s*[-\d]/m,
      );
    }
  });

  it("are held back only as long as they may be markers", () => {
    expect(holdBack("text\n#")).toBe("text\n");
    expect(holdBack("text\n#hash")).toBe("text\n#hash");
    expect(holdBack("a **")).toBe("a ");
    expect(holdBack("2 * 3")).toBe("2 * 3");
    expect(holdBack("| a | b |\n|--")).toBe("");
    expect(holdBack("| a | b |\n|---|---|\n")).toBe("| a | b |\n|---|---|\n");
    expect(repairTail("some **bold te")).toBe("some **bold te**");
  });
});

describe("marks of citations", () => {
  const citations = { numbers: [1, 12], mark: (index: number) => <b data-mark>{`<${index}>`}</b> };
  const cited = (text: string, streaming = false) => (
    <TooltipProvider>
      <MarkdownView text={text} streaming={streaming} id="m1" citations={citations} />
    </TooltipProvider>
  );

  it("stand for the numbers that are cited, in prose alone", () => {
    const { container } = render(
      cited(
        "One [1], **two [12]**, none [2].\n\n- `[1]` [link [1]](https://a.example) $x[1]$\n\n| a [1] |\n|---|\n| b |\n\n```\n[1]\n```\n",
      ),
    );
    expect([...container.querySelectorAll("[data-mark]")].map((mark) => mark.textContent)).toEqual([
      "<1>",
      "<12>",
      "<1>",
    ]);
    expect(container.querySelector("p")).toHaveTextContent("One<1>, two<12>, none [2].");
    expect(container.querySelector("code")).toHaveTextContent("[1]");
  });

  it("are there as soon as they are written, and never show as anything else", () => {
    const text = "Bears sleep [1] and **eat [12]**.";
    for (let end = 1; end <= text.length; end++) {
      const { container, unmount } = render(cited(text.slice(0, end), true));
      const whole = text.slice(0, end).match(/\[(1|12)\]/g)?.length ?? 0;
      expect(container.querySelectorAll("[data-mark]")).toHaveLength(whole);
      expect(container.textContent).not.toMatch(/[[\]*]/);
      unmount();
    }
  });

  it("are ordinary text where nothing is cited", () => {
    const { container } = render(view("One [1]."));
    expect(container).toHaveTextContent("One [1].");
  });
});

describe("what an answer may do", () => {
  it("fetches nothing from elsewhere and runs nothing", () => {
    const { container } = render(view(documents["images"] ?? ""));
    const sources = [...container.querySelectorAll("img")].map((image) => image.getAttribute("src"));
    expect(sources).toEqual(["/api/images/1", "data:image/png;base64,AAAA"]);
    const link = screen.getByRole("link", { name: /alt text/ });
    expect(link).toHaveAttribute("href", "https://evil.example/pixel.png?q=secret");
    expect(link).toHaveTextContent("Image on evil.example, not loaded");
    expect(container.querySelector('[href^="javascript"]')).toBeNull();
    expect(screen.getByText("bad")).toBeInTheDocument();
    for (const each of screen.getAllByRole("link")) {
      expect(each).toHaveAttribute("target", "_blank");
      expect(each).toHaveAttribute("rel", "noopener noreferrer nofollow");
    }
  });

  it("shows HTML as the text it is", () => {
    const { container } = render(view(documents["html"] ?? ""));
    expect(container.querySelector("script, details, b")).toBeNull();
    expect(container.querySelectorAll("br")).toHaveLength(1);
    expect(container).toHaveTextContent("<script>alert(1)</script>");
    expect(container).not.toHaveTextContent("comment");
  });

  it("does not take money for maths", async () => {
    const { container } = render(view("It costs $5 and $10. But $x^2$ is maths."));
    await vi.waitFor(() => expect(container.querySelectorAll(".katex")).toHaveLength(1));
    expect(container).toHaveTextContent("It costs $5 and $10. But");
  });
});

describe("blocks", () => {
  it("copies code, and wraps it on demand", async () => {
    const user = userEvent.setup();
    render(view("```rust\nfn main() {}\n```"));
    expect(screen.getByText("Rust")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Copy code" }));
    expect(await screen.findByRole("button", { name: "Copied" })).toBeInTheDocument();
    expect(await navigator.clipboard.readText()).toBe("fn main() {}");
    await user.click(screen.getByRole("button", { name: "Wrap long lines" }));
    expect(screen.getByRole("button", { name: "Don't wrap lines" })).toHaveAttribute("aria-pressed", "true");
  });

  it("leaves very long code plain", async () => {
    const code = Array.from({ length: 2001 }, (_, index) => `let a${index} = ${index};`).join("\n");
    const { container } = render(view(`\`\`\`js\n${code}\n\`\`\``));
    await act(async () => undefined);
    expect(container.querySelector("code span")).toBeNull();
    expect(container.querySelector("code")).toHaveTextContent("let a2000 = 2000;");
  });

  it("copies a table as CSV", async () => {
    const user = userEvent.setup();
    render(view('| Name | Note |\n|---|---|\n| A, B | say "hi" |\n| C | plain |'));
    await user.click(screen.getByRole("button", { name: "Copy table as CSV" }));
    expect(await navigator.clipboard.readText()).toBe('Name,Note\r\n"A, B","say ""hi"""\r\nC,plain');
  });

  it("draws a diagram, and shows the source of a broken one", async () => {
    const { container, rerender } = render(view("```mermaid\ngraph TD\n```"));
    await vi.waitFor(() => expect(container.querySelector("svg[data-drawn]")).not.toBeNull());
    rerender(view("```mermaid\nbroken\n```"));
    expect(await screen.findByText(/could not be drawn/)).toHaveTextContent("Parse error on line 1");
    expect(container.querySelector("code")).toHaveTextContent("broken");
  });

  it("refuses a diagram with pictures from elsewhere, and shows its source", async () => {
    const { container } = render(view("```mermaid\npicture\n```"));
    expect(await screen.findByText(/has pictures or menus/)).toBeInTheDocument();
    expect(container.querySelector("code")).toHaveTextContent("picture");
  });

  it("shows a drawing again after its source", async () => {
    const user = userEvent.setup();
    const { container } = render(view("```mermaid\ngraph TD\n```"));
    await vi.waitFor(() => expect(container.querySelector("svg[data-drawn]")).not.toBeNull());
    await user.click(screen.getByRole("button", { name: "Show source" }));
    expect(container.querySelector("svg[data-drawn]")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Show diagram" }));
    expect(container.querySelector("svg[data-drawn]")).not.toBeNull();
  });

  it("numbers footnotes and gathers them at the end", () => {
    const { container } = render(view(documents["footnotes"] ?? ""));
    const references = screen.getAllByRole("link", { name: /^Footnote/ });
    expect(references.map((reference) => reference.textContent)).toEqual(["1", "2", "1"]);
    const section = screen.getByRole("region", { name: "Footnotes" });
    expect(within(section).getAllByRole("listitem")).toHaveLength(2);
    expect(within(section).getByText(/second paragraph/)).toBeInTheDocument();
    expect(container.querySelector(references[0]?.getAttribute("href") ?? "none")).toHaveTextContent(
      "The first note.",
    );
    expect(screen.getByRole("link", { name: "a reference" })).toHaveAttribute("href", "https://example.org/");
  });

  it("has headings below those of the page, skipping no level, whatever the model began with", () => {
    const levels = (text: string) => {
      const { container, unmount } = render(view(text));
      const found = [...container.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((heading) => heading.tagName);
      unmount();
      return found;
    };
    expect(levels("# One\n\n## Two\n\n# Three")).toEqual(["H3", "H4", "H3"]);
    expect(levels("## One\n\n##### Two\n\n### Three\n\n# Four")).toEqual(["H3", "H4", "H4", "H3"]);
  });

  it("has no accessibility findings", async () => {
    const { container } = render(view(Object.values(documents).join("\n\n")));
    expect(container.querySelectorAll("figure, table, li, h3").length).toBeGreaterThan(10);
    await expectAccessible(container);
  }, 60_000);
});
