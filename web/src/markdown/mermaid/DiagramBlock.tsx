import { ChartNetwork, CodeXml } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { CopyButton } from "../CopyButton";
import { CodeBlock } from "../code/CodeBlock";

type Drawing = { state: "drawing" } | { state: "drawn"; svg: string } | { state: "failed"; reason: string };

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
        (error: unknown) =>
          current &&
          setDrawing({ state: "failed", reason: error instanceof Error ? error.message : String(error) }),
      );
    return () => {
      current = false;
    };
  }, [source, theme]);

  if (drawing.state === "failed") {
    return (
      <>
        <CodeBlock code={source} language="mermaid" settled />
        <p className="md-note" role="note">
          {t("diagram.failed")} <span className="md-note-reason">{drawing.reason.split("\n", 1)[0]}</span>
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
        <div
          className="md-diagram-drawing"
          role="img"
          aria-label={t("diagram.label")}
          // biome-ignore lint/security/noDangerouslySetInnerHtml: mermaid's own SVG, made with securityLevel "strict"
          dangerouslySetInnerHTML={{ __html: drawing.svg }}
        />
      )}
    </figure>
  );
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
