import { expect, it } from "vitest";
import { mergeLines, pageAt, pageOffsets, rectsOfBoxes, zoomStep } from "./geometry";

const A4 = { width: 600, height: 800 };

it("knows where pages begin and which one is at a height", () => {
  const offsets = pageOffsets([A4, { width: 600, height: 400 }, A4], 0.5, 10);
  expect(offsets).toEqual([10, 420, 630, 1040]);
  expect([-5, 0, 10, 419, 420, 700, 5_000].map((y) => pageAt(offsets, y))).toEqual([0, 0, 0, 0, 1, 2, 2]);
  expect(pageAt([10], 50)).toBe(0);
});

it("makes one bar of a line's pieces, and keeps lines and columns apart", () => {
  const rect = (x: number, y: number, width: number) => ({ x, y, width, height: 0.02 });
  const merged = mergeLines(
    [rect(0.1, 0.1, 0.2), rect(0.31, 0.101, 0.1), rect(0.1, 0.14, 0.3), rect(0.7, 0.1, 0.1)],
    A4,
  );
  expect(merged).toHaveLength(3);
  expect(merged[0]?.x).toBeCloseTo(0.1);
  expect(merged[0]?.width).toBeCloseTo(0.31);
  expect(merged.map((one) => one.x).sort((a, b) => a - b)).toEqual([0.1, 0.1, 0.7]);
});

it("takes a page's boxes as shares of it", () => {
  const [rect, ...more] = rectsOfBoxes([{ x: 60, y: 80, width: 240, height: 16 }], A4);
  expect(more).toEqual([]);
  expect(rect?.x).toBeCloseTo(0.1);
  expect(rect?.y).toBeCloseTo(0.1);
  expect(rect?.width).toBeCloseTo(0.4);
  expect(rect?.height).toBeCloseTo(0.02);
});

it("zooms in steps, from wherever it is, and no further than they go", () => {
  expect(zoomStep(0.83, 1)).toBe(1);
  expect(zoomStep(0.83, -1)).toBe(0.75);
  expect(zoomStep(1, 1)).toBe(1.25);
  expect(zoomStep(4, 1)).toBe(4);
  expect(zoomStep(0.5, -1)).toBe(0.5);
});
