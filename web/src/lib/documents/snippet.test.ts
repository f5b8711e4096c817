import { describe, expect, it } from "vitest";
import { plainText, searchWords, snippet } from "./snippet";

const marked = (passage: string, query: string) =>
  snippet(passage, query)
    .segments.filter((segment) => segment.marked)
    .map((segment) => segment.text);
const whole = (passage: string, query: string) =>
  snippet(passage, query)
    .segments.map((segment) => segment.text)
    .join("");

describe("the snippet of a passage", () => {
  it("marks the words and their forms, not words that only contain them", () => {
    expect(marked("The bear sleeps; bears sleep. Bearings do not.", "bear sleep")).toEqual([
      "bear",
      "sleeps",
      "bears",
      "sleep",
    ]);
  });

  it("ignores case and accents", () => {
    expect(marked("Zürich and ZURICH", "zurich")).toEqual(["Zürich", "ZURICH"]);
  });

  it("marks scripts without spaces by pairs of characters", () => {
    expect(marked("熊は冬に深く眠る", "冬眠る")).toEqual(["眠る"]);
    expect(searchWords("冬眠")).toEqual(["冬眠"]);
  });

  it("shows the part of a long passage where most of the words are", () => {
    const passage = `${"Something else. ".repeat(40)}The honey of the bears is sweet. ${"And more. ".repeat(40)}`;
    const { segments, quote } = snippet(passage, "honey bears sweet");
    expect(segments[0]).toEqual({ text: "… ", marked: false });
    expect(segments.at(-1)).toEqual({ text: " …", marked: false });
    expect(quote).toContain("The honey of the bears is sweet.");
    expect(quote.length).toBeLessThan(300);
    expect(plainText(passage)).toContain(quote);
  });

  it("shows a short passage whole and a table as words", () => {
    expect(whole("## Weights\n\n| Bear | kg |\n|:---|---:|\n| Frida | 94 |", "nothing")).toBe(
      "Weights Bear · kg Frida · 94",
    );
  });

  it("does not choke on what a person types", () => {
    expect(whole("a (b) [c] \\d", "( [ * \\ d+")).toBe("a (b) [c] \\d");
  });
});
