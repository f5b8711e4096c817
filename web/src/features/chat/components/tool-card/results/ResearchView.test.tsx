import { screen, within } from "@testing-library/react";
import { beforeAll, describe, expect, it } from "vitest";
import { loadWords } from "@/lib/i18n";
import { renderPage } from "@/test/render";
import { ResearchView } from "./ResearchView";

beforeAll(async () => {
  await Promise.all([import("@/markdown/MarkdownView"), loadWords("tools")]);
});

const report = {
  report: "Bears sleep [1] in dens [2].",
  citations: [
    { number: 1, source: 2, title: "Winter", url: "https://b.example/winter", quote: "sleep in winter" },
    { number: 2, source: 1, title: "Dens", url: "https://a.example/dens", quote: "dens are dug" },
  ],
  sources: [
    { number: 1, title: "Dens", url: "https://a.example/dens" },
    { number: 2, title: "Winter", url: "https://b.example/winter" },
  ],
  used: { searches: 1, pages: 2, seconds: 3 },
  notes: ["2 citations were taken out: what they quote is not on their pages."],
};

describe("a report", () => {
  it("shows which words of which page its numbers stand for", async () => {
    renderPage(<ResearchView report={report} id="c1" />);
    const items = await screen.findAllByRole("listitem");
    const [first, second, note] = items.map((item) => within(item));
    expect(first?.getByRole("link", { name: "1. Winter" })).toHaveAttribute(
      "href",
      "https://b.example/winter",
    );
    expect(first?.getByText("“sleep in winter”")).toBeVisible();
    expect(second?.getByText("“dens are dug”")).toBeVisible();
    expect(note?.getByText(/2 citations were taken out/)).toBeVisible();
  });

  it("shows the pages it was made from when it cites none", async () => {
    renderPage(<ResearchView report={{ ...report, citations: [] }} id="c1" />);
    expect(await screen.findByRole("link", { name: "Dens" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Winter" })).toBeVisible();
  });
});
