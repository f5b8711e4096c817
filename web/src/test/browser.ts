/** What jsdom lacks and the app's libraries call. Nothing here decides a test's outcome. */
export function installBrowserApis(): void {
  window.matchMedia = (query: string) =>
    ({
      matches: mediaMatches(query),
      media: query,
      onchange: null,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
      dispatchEvent: () => true,
    }) as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  globalThis.IntersectionObserver ??= class {
    readonly root = null;
    readonly rootMargin = "";
    readonly scrollMargin = "";
    readonly thresholds = [];
    observe() {}
    unobserve() {}
    disconnect() {}
    takeRecords() {
      return [];
    }
  };
  Element.prototype.scrollIntoView ??= () => undefined;
  Element.prototype.scrollTo ??= () => undefined;
  Element.prototype.hasPointerCapture ??= () => false;
  Element.prototype.setPointerCapture ??= () => undefined;
  Element.prototype.releasePointerCapture ??= () => undefined;
  Element.prototype.getAnimations ??= () => [];
}

let width = 1280;

/** Sets the viewport width that `min-width`/`max-width` queries see in this test. */
export function setViewportWidth(px: number): void {
  width = px;
  Object.defineProperty(window, "innerWidth", { value: px, configurable: true, writable: true });
  window.dispatchEvent(new Event("resize"));
}

function mediaMatches(query: string): boolean {
  const min = /min-width:\s*([\d.]+)(px|rem)/.exec(query);
  const max = /max-width:\s*([\d.]+)(px|rem)/.exec(query);
  const px = (match: RegExpExecArray) => Number(match[1]) * (match[2] === "rem" ? 16 : 1);
  if (min) return width >= px(min);
  if (max) return width <= px(max);
  return false;
}
