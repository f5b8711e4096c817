/** Whether a finger finds what it aims at: each target takes touches over 44 by 44 px at least. */

/** Fingers are served so much, in CSS px; half a pixel is rounding. */
const LEAST = 43.5;

/**
 * Every target on the page that takes touches in less room, as a line that names it and its room. Measured as a finger
 * would: by what is hit around its middle, whatever gives it that room. Links in running text are as high as their line.
 */
export async function findSmallTargets(page) {
  return page.evaluate((least) => {
    const TARGETS =
      "a[href], button, input, select, textarea, summary, [role=button], [role=tab], [role=switch], [role=checkbox], [role=radio], [role=menuitem], [role=option], [role=link]";
    const REACH = 40;
    const small = [];
    const scrolled = new Map();
    for (const element of document.querySelectorAll(TARGETS)) {
      // What an open button has opened may lie close to it.
      if (!isShown(element) || element.disabled || isInText(element) || element.ariaExpanded === "true") continue;
      remember(element);
      element.scrollIntoView({ block: "center", inline: "center" });
      const box = element.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      // What something else lies over is not to be hit now.
      if (!hits(element, x, y)) continue;
      const width = reach((by) => hits(element, x - by, y)) + reach((by) => hits(element, x + by, y));
      const height = reach((by) => hits(element, x, y - by)) + reach((by) => hits(element, x, y + by));
      if (width < least || height < least) small.push(`${named(element)}: ${width} by ${height} px`);
    }
    for (const [element, [left, top]] of scrolled) element.scrollTo(left, top);
    return small;

    function isShown(element) {
      const box = element.getBoundingClientRect();
      const visible = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      // What only screen readers see is one pixel large; its label is what fingers hit.
      return visible && box.width > 2 && box.height > 2 && !element.closest("[inert], [aria-hidden=true]");
    }

    function isInText(element) {
      if (getComputedStyle(element).display !== "inline") return false;
      const around = [...element.parentElement.childNodes].filter((node) => node !== element);
      return around.some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    }

    function hits(element, x, y) {
      const hit = document.elementFromPoint(x, y);
      if (hit === null) return false;
      if (element.contains(hit)) return true;
      const label = hit.closest("label");
      return label !== null && (label.control === element || label.contains(element));
    }

    /** How far, in px, it is hit in one direction. */
    function reach(isHit) {
      let by = 0.5;
      while (by < REACH && isHit(by)) by += 0.5;
      return by - 0.5;
    }

    function remember(element) {
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        if (!scrolled.has(at)) scrolled.set(at, [at.scrollLeft, at.scrollTop]);
      }
    }

    function named(element) {
      const name = element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 40);
      return `${element.tagName.toLowerCase()} ${JSON.stringify(name || element.id || element.className.slice(0, 60))}`;
    }
  }, LEAST);
}
