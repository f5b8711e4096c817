import { expect, it } from "vitest";
import { PageTexts } from "./page-texts";

/** Pages of lines, as pdf.js would give them. */
function pages(...lines: string[][]) {
  const read: number[] = [];
  const pdf = {
    numPages: lines.length,
    getPage: (number: number) => {
      read.push(number);
      const items = (lines[number - 1] ?? []).flatMap((str) => [
        { str, hasEOL: true },
        { type: "endMarkedContent" },
      ]);
      return Promise.resolve({ getTextContent: () => Promise.resolve({ items, styles: {}, lang: null }) });
    },
  };
  return { texts: new PageTexts(pdf as unknown as ConstructorParameters<typeof PageTexts>[0]), read };
}

const { signal } = new AbortController();

it("finds a quote on the page it is said to be on, reading no other", async () => {
  const { texts, read } = pages(["The same sentence twice."], ["The same", "sentence twice."]);
  const found = await texts.locate(2, "The same sentence twice", signal);
  expect([...(found?.keys() ?? [])]).toEqual([2]);
  expect(found?.get(2)).toEqual([
    { start: { piece: 0, offset: 0 }, end: { piece: 1, offset: 13, length: 1 } },
  ]);
  expect(read).toEqual([2]);
});

it("finds a quote that goes on over the end of a page", async () => {
  const { texts } = pages(["Before.", "It begins here"], ["and ends there.", "After."]);
  const found = await texts.locate(1, "begins here and ends there", signal);
  expect(found?.get(1)).toEqual([
    { start: { piece: 1, offset: 3 }, end: { piece: 1, offset: 13, length: 1 } },
  ]);
  expect(found?.get(2)).toEqual([
    { start: { piece: 0, offset: 0 }, end: { piece: 0, offset: 13, length: 1 } },
  ]);
});

it("looks everywhere when the page is wrong or not known", async () => {
  const { texts } = pages(["One."], ["Two."], ["Three."], ["Four."], ["Five."], ["The needle is here."]);
  expect([...((await texts.locate(1, "the needle is here", signal))?.keys() ?? [])]).toEqual([6]);
  expect([...((await texts.locate(null, "the needle is here", signal))?.keys() ?? [])]).toEqual([6]);
  expect(await texts.locate(1, "nothing of this is there", signal)).toBeNull();
});

it("prefers all of a quote far away to part of it nearby", async () => {
  const { texts } = pages(
    ["Bears sleep through the winter months."],
    ["-"],
    ["-"],
    ["-"],
    ["Bears sleep through the winter without food."],
  );
  expect([
    ...((await texts.locate(1, "Bears sleep through the winter without food", signal))?.keys() ?? []),
  ]).toEqual([5]);
});

it("finds all matches page by page, up to a limit", async () => {
  const { texts } = pages(["a bear"], ["no"], ["bear bear"]);
  const found: [number, number][] = [];
  await texts.find("bear", (page, spans) => found.push([page, spans.length]), signal);
  expect(found).toEqual([
    [1, 1],
    [3, 2],
  ]);
  const few: number[] = [];
  await texts.find("bear", (page, spans) => few.push(page, spans.length), signal, 2);
  expect(few).toEqual([1, 1, 3, 1]);
});

it("reads a page again that could not be read", async () => {
  let attempts = 0;
  const pdf = {
    numPages: 1,
    getPage: () => {
      attempts += 1;
      return attempts === 1
        ? Promise.reject(new Error("cut"))
        : Promise.resolve({ getTextContent: () => Promise.resolve({ items: [{ str: "there" }] }) });
    },
  };
  const texts = new PageTexts(pdf as unknown as ConstructorParameters<typeof PageTexts>[0]);
  await expect(texts.get(1)).rejects.toThrow("cut");
  expect((await texts.get(1)).strings).toEqual(["there"]);
});
