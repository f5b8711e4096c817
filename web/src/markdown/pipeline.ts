/** Markdown → hast, synchronously and with processors that are built once. Raw HTML is shown as the text it is. */
import type { Element, Root as HastRoot } from "hast";
import type { Root as MdastRoot } from "mdast";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { type PluggableList, type Processor, unified } from "unified";
import { CONTINUE, SKIP, visit } from "unist-util-visit";
import { hardenLinks, remoteImagesAsLinks } from "./harden";

export type Parse = (source: string, notes: ReadonlyMap<string, number>, prefix: string) => HastRoot;

/** Extra plugins for blocks that need them; maths brings its own. */
export interface Extensions {
  remark: PluggableList;
  rehype: PluggableList;
}

export function createParser(extensions: Extensions = { remark: [], rehype: [] }): Parse {
  const parser = unified().use(remarkParse).use(readGfm).use(extensions.remark).freeze();
  const transformer = unified()
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(htmlAsText)
    .use(remoteImagesAsLinks)
    .use(hardenLinks)
    .use(extensions.rehype)
    .freeze();
  return (source, notes, prefix) => {
    const tree = parser.runSync(parser.parse(source)) as MdastRoot;
    linkFootnotes(tree, notes, prefix);
    return transformer.runSync(tree);
  };
}

/** Tables, task lists, strikethrough, footnotes and bare links. `remark-gfm` would bring its way back to Markdown along. */
function readGfm(this: Processor): void {
  const data = this.data();
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), gfm({ singleTilde: false })];
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), gfmFromMarkdown()];
}

/** Parses blocks without maths. */
export const parseMarkdown: Parse = createParser();

/** Footnotes are numbered over the whole document and shown at its end, so here they are links to there. */
function linkFootnotes(tree: MdastRoot, notes: ReadonlyMap<string, number>, prefix: string): void {
  visit(tree, (node, index, parent) => {
    if (!parent || index === undefined) return CONTINUE;
    if (node.type === "footnoteDefinition") {
      parent.children.splice(index, 1);
      return [SKIP, index];
    }
    if (node.type === "footnoteReference") {
      const number = notes.get(node.identifier) ?? notes.get((node.label ?? "").toLowerCase());
      parent.children[index] = {
        type: "link",
        url: `#${footnoteId(prefix, number ?? 0)}`,
        children: [{ type: "text", value: String(number ?? "?") }],
        data: { hProperties: { dataFootnote: String(number ?? "") } },
      };
      return SKIP;
    }
    return CONTINUE;
  });
}

export function footnoteId(prefix: string, number: number): string {
  return `fn-${prefix}-${number}`;
}

/** `<br>` breaks the line, comments vanish, every other tag stays the text that was written. */
function htmlAsText() {
  return (tree: HastRoot) => {
    visit(tree, "raw", (node, index, parent) => {
      if (!parent || index === undefined) return CONTINUE;
      const text = node.value;
      if (/^<br\s*\/?>$/i.test(text.trim())) {
        const lineBreak: Element = { type: "element", tagName: "br", properties: {}, children: [] };
        parent.children.splice(index, 1, lineBreak);
      } else if (/^<!--[\s\S]*-->\s*$/.test(text)) {
        parent.children.splice(index, 1);
        return [SKIP, index];
      } else if (parent.type === "root") {
        // A block of HTML has no paragraph around it yet.
        parent.children.splice(index, 1, {
          type: "element",
          tagName: "p",
          properties: {},
          children: [{ type: "text", value: text }],
        });
      } else {
        parent.children.splice(index, 1, { type: "text", value: text });
      }
      return [SKIP, index + 1];
    });
  };
}
