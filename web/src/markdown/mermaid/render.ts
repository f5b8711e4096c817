/** Draws diagrams. Its own chunk: mermaid is large and rarely needed. */
import mermaid from "mermaid";
import { cleanDrawing } from "./clean";
import { DiagramRefused, isRefused } from "./refused";
import { tame } from "./tame";

/**
 * What a diagram's own settings (`%%{init: …}%%`, front matter) may not change, on any level of them: with HTML in labels
 * or styles of its own a diagram could point at pictures elsewhere. The first six are mermaid's own list.
 */
const SECURE = [
  "secure",
  "securityLevel",
  "startOnLoad",
  "maxTextSize",
  "suppressErrorRendering",
  "maxEdges",
  "htmlLabels",
  "themeCSS",
  "fontFamily",
  "altFontFamily",
  "dompurifyConfig",
];

/** One drawing at a time: mermaid keeps global state. */
let queue: Promise<unknown> = Promise.resolve();
let drawn = 0;

/**
 * The diagram in the colours of the theme that shows now. Rejects with mermaid's reason when the source is wrong, and with
 * `DiagramRefused` when drawing it would fetch something.
 */
export function renderDiagram(source: string): Promise<SVGSVGElement> {
  const drawing = queue.then(() => draw(source));
  queue = drawing.catch(() => undefined);
  return drawing;
}

async function draw(given: string): Promise<SVGSVGElement> {
  const source = tame(given);
  const dark = document.documentElement.dataset["theme"] === "dark";
  const colour = tokenReader();
  mermaid.initialize({
    startOnLoad: false,
    // Labels are text, scripts and links from the source do nothing.
    securityLevel: "strict",
    secure: SECURE,
    htmlLabels: false,
    flowchart: { htmlLabels: false, curve: "basis", padding: 14 },
    suppressErrorRendering: true,
    fontFamily: "Geist Variable, ui-sans-serif, system-ui, sans-serif",
    theme: "base",
    themeVariables: {
      darkMode: dark,
      background: colour("--bg"),
      primaryColor: colour("--muted"),
      primaryTextColor: colour("--fg"),
      primaryBorderColor: colour("--control"),
      secondaryColor: colour("--accent-soft"),
      secondaryTextColor: colour("--fg"),
      tertiaryColor: colour("--sunken"),
      tertiaryTextColor: colour("--fg"),
      lineColor: colour("--fg-muted"),
      textColor: colour("--fg"),
      mainBkg: colour("--muted"),
      nodeBorder: colour("--control"),
      clusterBkg: colour("--sunken"),
      clusterBorder: colour("--border"),
      edgeLabelBackground: colour("--bg"),
      titleColor: colour("--fg"),
      noteBkgColor: colour("--accent-soft"),
      noteTextColor: colour("--fg"),
      noteBorderColor: colour("--accent"),
      actorBkg: colour("--muted"),
      actorBorder: colour("--control"),
      actorTextColor: colour("--fg"),
      signalColor: colour("--fg-muted"),
      signalTextColor: colour("--fg"),
      labelBoxBkgColor: colour("--muted"),
      labelTextColor: colour("--fg"),
      pie1: colour("--honey"),
      fontSize: "15px",
    },
  });
  // Sets what the diagram's own configuration may set, for the look into it that follows.
  await mermaid.parse(source);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(source);
  if (isRefused(db)) throw new DiagramRefused();
  drawn += 1;
  const { svg } = await mermaid.render(`kuma-diagram-${drawn}`, source);
  return cleanDrawing(svg);
}

/** Tokens are OKLCH, which mermaid's colour arithmetic does not know: the canvas turns them into sRGB. */
function tokenReader(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (name) => {
    const value = style.getPropertyValue(name).trim();
    if (!context) return value;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = value;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  };
}
