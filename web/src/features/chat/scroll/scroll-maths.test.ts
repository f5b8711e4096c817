import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateHeight, followOffset, isAtLatest, scrolledUp, spacerHeight } from "./scroll-maths";

const pixels = fc.integer({ min: 0, max: 20_000 });

describe("sending", () => {
  it("can bring every question to the top, however short what follows", () => {
    fc.assert(
      fc.property(
        pixels,
        fc.integer({ min: 200, max: 2000 }),
        fc.integer({ min: 0, max: 3000 }),
        (before, viewport, after) => {
          const geometry = { viewport, content: before + after, anchor: before };
          const scrollable = geometry.content + spacerHeight(geometry) - viewport;
          expect(scrollable).toBeGreaterThanOrEqual(geometry.anchor);
        },
      ),
    );
  });

  it("does not move while the answer fills the view, and does not change the height of the page", () => {
    fc.assert(
      fc.property(
        pixels,
        fc.integer({ min: 200, max: 2000 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 }),
        (before, viewport, growth) => {
          let content = before + 80;
          const first = { viewport, content, anchor: before };
          const height = content + spacerHeight(first);
          for (const step of growth) {
            content += step;
            const geometry = { viewport, content, anchor: before };
            if (content - before > viewport) break;
            expect(followOffset(geometry)).toBe(before);
            expect(content + spacerHeight(geometry)).toBe(height);
          }
        },
      ),
    );
  });

  it("follows the end once the answer is taller than the view", () => {
    expect(followOffset({ viewport: 600, content: 2000, anchor: 1000 })).toBe(1400);
    expect(spacerHeight({ viewport: 600, content: 2000, anchor: 1000 })).toBe(0);
  });
});

describe("following", () => {
  it("stops at one pixel up, also while the content grows", () => {
    expect(scrolledUp(500, { top: 499, highest: 500 })).toBe(true);
    expect(scrolledUp(500, { top: 499, highest: 640 })).toBe(true);
    expect(scrolledUp(500, { top: 500, highest: 640 })).toBe(false);
    expect(scrolledUp(500, { top: 501, highest: 640 })).toBe(false);
  });

  it("does not take content that became shorter for a scroll", () => {
    expect(scrolledUp(500, { top: 460, highest: 460 })).toBe(false);
    expect(scrolledUp(500, { top: 459, highest: 460 })).toBe(true);
  });

  it("knows the newest with and without an anchor", () => {
    expect(isAtLatest(1400, { viewport: 600, content: 2000, anchor: null })).toBe(true);
    expect(isAtLatest(1397, { viewport: 600, content: 2000, anchor: null })).toBe(false);
    expect(isAtLatest(900, { viewport: 600, content: 1200, anchor: 900 })).toBe(true);
    expect(followOffset({ viewport: 600, content: 300, anchor: null })).toBe(0);
  });

  it("guesses taller for longer", () => {
    fc.assert(
      fc.property(fc.nat(50_000), fc.nat(50_000), (a, b) => {
        const [short, long] = a < b ? [a, b] : [b, a];
        expect(estimateHeight("assistant", short, 0)).toBeLessThanOrEqual(
          estimateHeight("assistant", long, 0),
        );
      }),
    );
  });
});
