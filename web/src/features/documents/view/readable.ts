/** A document as text to show: the file itself where it is text already, else what the server read out of it. */
import { documentFile, documentText } from "@/lib/documents/api";
import { extensionOf, kindOf } from "@/lib/documents/kinds";
import type { DocumentRecord } from "@/lib/documents/types";

export interface Readable {
  /** `markdown` is laid out, `code` keeps its lines and gets colours, `plain` keeps its lines. */
  form: "markdown" | "code" | "plain";
  /** Of code, for its colours. */
  language: string;
  text: string;
}

export async function readable(document: DocumentRecord, signal?: AbortSignal): Promise<Readable> {
  const kind = kindOf(document);
  const language = extensionOf(document.filename);
  const isMarkdown = /^(md|markdown)$/.test(language);
  if (kind === "code" || kind === "text") {
    const text = await ownText(document, signal);
    if (text !== null) {
      const form = kind === "code" ? "code" : isMarkdown ? "markdown" : "plain";
      return { form, language, text };
    }
  }
  return { form: "markdown", language, text: await documentText(document.id, signal) };
}

/** The file's own text, with the lines as they are; null when it is in an encoding that only the server can tell. */
async function ownText(document: DocumentRecord, signal?: AbortSignal): Promise<string | null> {
  const bytes = await (await documentFile(document.id, undefined, signal)).arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const PART_CHARS = 12_000;
const PART_LINES = 400;

/** The text in parts that are shown one after the other; never inside a fence, a table or a paragraph. */
export function partsOf({ form, text }: Pick<Readable, "form" | "text">): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let size = 0;
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || (mark.startsWith(fence) && line.trim() === mark)))
      fence = fence === null ? mark : null;
    part.push(line);
    size += line.length + 1;
    const full = form === "markdown" ? size >= PART_CHARS : part.length >= PART_LINES || size >= PART_CHARS;
    const canEnd = form !== "markdown" || (fence === null && line.trim() === "");
    if (full && canEnd) {
      parts.push(part.join("\n"));
      part = [];
      size = 0;
    }
  }
  if (part.some((line) => line.trim() !== "")) parts.push(part.join("\n"));
  return parts;
}

/** Code in a fence that it cannot close. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
