import { vi } from "vitest";

/** jsdom lays nothing out: this gives lists a window and their rows a height, so that they show something. */
export function pretendLayout(windowHeight = 800, rowHeight = 120): void {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(windowHeight);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(rowHeight);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(800);
}
