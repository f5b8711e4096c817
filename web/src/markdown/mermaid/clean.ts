/**
 * The drawing as elements of which none can run anything, lead anywhere or fetch anything. Mermaid cleans its work itself;
 * this does not rely on it. Only what is listed here passes, whatever a later version draws with.
 */

const SHAPES =
  "svg g path rect circle ellipse line polyline polygon text tspan textpath title desc defs marker pattern symbol use switch foreignobject lineargradient radialgradient stop clippath mask filter fedropshadow fegaussianblur feoffset feflood fecomposite feblend femerge femergenode fecolormatrix style";
const WORDS = "div span p br b i u s em strong small sub sup code";
const FORMULAE =
  "math semantics annotation mrow mi mn mo ms mtext mspace mstyle mpadded mphantom mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd menclose";
const ALLOWED = new Set(`${SHAPES} ${WORDS} ${FORMULAE}`.split(" "));

/** Attributes that name something to fetch or to go to. */
const ADDRESSES =
  /^(?:xlink:)?href$|^(?:src|srcset|srcdoc|data|action|formaction|poster|ping|background|cite|code|codebase|manifest)$/i;

/** CSS that fetches, or takes its place over the page; a backslash could spell any of it. */
const UNSAFE_CSS =
  /\\|@import|(?:url|src|image|image-set|cross-fade|element|expression)\(|position\s*:\s*(?:fixed|sticky|var)/i;
const OWN_URL = /url\(\s*(["']?)#[\w:.-]+\1\s*\)/gi;

/** Reads `svg` in a document of its own, in which nothing is fetched or run, and gives its elements for this one. */
export function cleanDrawing(svg: string): SVGSVGElement {
  const drawing = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (drawing === null) throw new Error("mermaid drew nothing");
  for (const element of [drawing, ...drawing.querySelectorAll("*")]) clean(element);
  return document.importNode(drawing, true);
}

function clean(element: Element): void {
  const name = element.localName.toLowerCase();
  if (name === "a") {
    element.replaceWith(...element.childNodes);
  } else if (!ALLOWED.has(name) || (name === "style" && !isSafeCss(element.textContent))) {
    // What hung in it is gone with it.
    element.remove();
  } else {
    const unsafe = [...element.attributes].filter((attribute) => !isSafe(attribute));
    for (const attribute of unsafe) element.removeAttributeNode(attribute);
  }
}

function isSafe({ name, value }: Attr): boolean {
  if (/^on/i.test(name)) return false;
  if (ADDRESSES.test(name)) return value.startsWith("#");
  // Presentation attributes (fill, mask, marker-end …) are CSS too.
  return isSafeCss(value) || !mayHoldCss(name);
}

/** Words that are only read or shown may hold anything. */
function mayHoldCss(name: string): boolean {
  return !/^(?:aria-|data-)|^(?:id|class|title|alt)$/i.test(name);
}

function isSafeCss(text: string): boolean {
  // A comment can stand in the middle of anything.
  return !UNSAFE_CSS.test(text.replace(/\/\*[\s\S]*?\*\//g, "").replace(OWN_URL, ""));
}
