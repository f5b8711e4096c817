import { ChartNetwork, CodeXml } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { CopyButton } from "../CopyButton";
import { CodeBlock } from "../code/CodeBlock";
import { DiagramRefused } from "./refused";

type Drawing =
  | { state: "drawing" }
  | { state: "drawn"; svg: SVGSVGElement }
  | { state: "failed"; reason: string }
  | { state: "refused" };

/** A mermaid diagram; its source when it cannot be drawn, and whenever it is asked for. */
export function DiagramBlock({ source }: { source: string }) {
  const { t } = useTranslation("markdown");
  const theme = useTheme();
  const [drawing, setDrawing] = useState<Drawing>({ state: "drawing" });
  const [showSource, setShowSource] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawing takes its colours from the theme
  useEffect(() => {
    let current = true;
    renderer()
      .then(({ renderDiagram }) => renderDiagram(source))
      .then(
        (svg) => current && setDrawing({ state: "drawn", svg }),
        (error: unknown) => current && setDrawing(failure(error)),
      );
    return () => {
      current = false;
    };
  }, [source, theme]);

  if (drawing.state === "failed" || drawing.state === "refused") {
    return (
      <>
        <CodeBlock code={source} language="mermaid" settled />
        <p className="md-note" role="note">
          {drawing.state === "refused" ? (
            t("diagram.refused")
          ) : (
            <>
              {t("diagram.failed")} <span className="md-note-reason">{drawing.reason.split("\n", 1)[0]}</span>
            </>
          )}
        </p>
      </>
    );
  }
  return (
    <figure className="md-diagram">
      <figcaption className="md-bar">
        <span className="md-bar-label">{t("diagram.label")}</span>
        <IconButton
          label={showSource ? t("diagram.showDrawing") : t("diagram.showSource")}
          size="sm"
          aria-pressed={showSource}
          onClick={() => setShowSource(!showSource)}
        >
          {showSource ? <ChartNetwork aria-hidden /> : <CodeXml aria-hidden />}
        </IconButton>
        <CopyButton label={t("diagram.copy")} text={() => source} />
      </figcaption>
      {showSource || drawing.state === "drawing" ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre tabIndex={0} role="group" aria-label={t("diagram.label")}>
          <code>{source}</code>
        </pre>
      ) : (
        <Drawn svg={drawing.svg} label={t("diagram.label")} />
      )}
    </figure>
  );
}

/** Elements that were checked one by one (see `clean.ts`) go into the page as they are: never as text to be read again. */
function Drawn({ svg, label }: { svg: SVGSVGElement; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.replaceChildren(svg);
  }, [svg]);
  return <div ref={box} className="md-diagram-drawing" role="img" aria-label={label} />;
}

function failure(error: unknown): Drawing {
  if (error instanceof DiagramRefused) return { state: "refused" };
  return { state: "failed", reason: error instanceof Error ? error.message : String(error) };
}

let loading: Promise<typeof import("./render")> | null = null;

/** Fetches mermaid once; after a failed download the next diagram tries again. */
function renderer(): Promise<typeof import("./render")> {
  loading ??= import("./render").catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

function useTheme(): string {
  return useSyncExternalStore(watchTheme, () => document.documentElement.dataset["theme"] ?? "light");
}

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
