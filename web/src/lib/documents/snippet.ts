/** What is shown of a passage that a search found: the part that the words stand in, and where they are. Pure. */
import { foldText } from "./fold";

export interface Segment {
  text: string;
  marked: boolean;
}

export interface Snippet {
  segments: Segment[];
  /** The shown text, by which the place is found again in the document. */
  quote: string;
}

const LENGTH = 260;
/** How much stands before the first word that was found. */
const LEAD = 70;

/** Scripts that write no spaces: there a word is any two characters in a row. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u;

/** What is looked for, folded. Words of one letter would mark half the page. */
export function searchWords(query: string): string[] {
  const words = new Set<string>();
  for (const raw of query.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []) {
    const word = foldText(raw);
    if (word === "") continue;
    if (!UNSPACED.test(word)) {
      if (word.length > 1) words.add(word);
      continue;
    }
    const chars = Array.from(word);
    if (chars.length === 1) words.add(word);
    for (let at = 0; at + 1 < chars.length; at += 1) words.add(`${chars[at]}${chars[at + 1]}`);
  }
  return [...words];
}

/**
 * The best part of the passage, without Markdown's signs, with the words of the query marked, and those that the search
 * says it `found`: it knows forms of words that spelling does not tell.
 */
export function snippet(
  passage: string,
  query: string,
  found: readonly string[] = [],
  length = LENGTH,
): Snippet {
  const text = plainText(passage);
  const words = [...new Set([...searchWords(query), ...found.flatMap(searchWords)])];
  const marks = markWords(text, words);
  const [begin, end] = bestWindow(text, marks, length);
  const shown = text.slice(begin, end);
  const segments: Segment[] = [];
  let at = 0;
  for (const mark of marks) {
    if (mark.end <= begin || mark.start >= end) continue;
    const from = Math.max(mark.start - begin, at);
    const to = Math.min(mark.end - begin, shown.length);
    if (from > at) segments.push({ text: shown.slice(at, from), marked: false });
    segments.push({ text: shown.slice(from, to), marked: true });
    at = to;
  }
  if (at < shown.length) segments.push({ text: shown.slice(at), marked: false });
  if (begin > 0) segments.unshift({ text: "… ", marked: false });
  if (end < text.length) segments.push({ text: " …", marked: false });
  return { segments, quote: shown.trim() };
}

/** A passage as one line of words: headings, tables and emphasis lose their signs. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*$/gm, "")
    .replaceAll(/^\s{0,3}#{1,6}\s+/gm, "")
    .replaceAll(/^\s*[|]|[|]\s*$/gm, "")
    .replaceAll(/\s*\|\s*/g, " · ")
    .replaceAll(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replaceAll(/\s+/g, " ")
    .trim();
}

interface Mark {
  start: number;
  end: number;
}

function markWords(text: string, words: readonly string[]): Mark[] {
  if (words.length === 0) return [];
  const marks: Mark[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const word = match[0];
    if (UNSPACED.test(word)) {
      markInside(word, match.index, words, marks);
      continue;
    }
    const folded = foldText(word);
    if (words.some((wanted) => isForm(folded, wanted)))
      marks.push({ start: match.index, end: match.index + word.length });
  }
  return merge(marks);
}

/** Whether one is a form of the other: equal, or the same but for an ending. */
function isForm(word: string, wanted: string): boolean {
  if (word === wanted) return true;
  const [short, long] = word.length < wanted.length ? [word, wanted] : [wanted, word];
  return short.length >= 4 && long.length - short.length <= 3 && long.startsWith(short);
}

function markInside(word: string, offset: number, words: readonly string[], marks: Mark[]): void {
  for (const wanted of words) {
    for (let at = word.indexOf(wanted); at >= 0; at = word.indexOf(wanted, at + 1))
      marks.push({ start: offset + at, end: offset + at + wanted.length });
  }
}

function merge(marks: Mark[]): Mark[] {
  const merged: Mark[] = [];
  for (const mark of marks.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && mark.start <= last.end) last.end = Math.max(last.end, mark.end);
    else merged.push({ ...mark });
  }
  return merged;
}

/** The window of `length` that holds most marks, the first of such, on whole words. */
function bestWindow(text: string, marks: readonly Mark[], length: number): [number, number] {
  if (text.length <= length) return [0, text.length];
  let best = { start: 0, count: -1 };
  for (const mark of marks) {
    const start = Math.max(0, mark.start - LEAD);
    const count = marks.filter((other) => other.start >= start && other.end <= start + length).length;
    if (count > best.count) best = { start, count };
  }
  const begin = best.start === 0 ? 0 : wordStart(text, best.start);
  const end = begin + length >= text.length ? text.length : wordEnd(text, begin + length);
  return [begin, end];
}

function wordStart(text: string, at: number): number {
  const space = text.indexOf(" ", at);
  return space >= 0 && space - at < 25 ? space + 1 : at;
}

function wordEnd(text: string, at: number): number {
  const space = text.lastIndexOf(" ", at);
  return space > 0 && at - space < 25 ? space : at;
}
