/** One block of an answer. Memoised on its source: a settled block is rendered once. */
import type { Element, Root } from "hast";
import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { toString as hastText } from "hast-util-to-string";
import { type ComponentProps, memo, type ReactNode, useContext, useEffect, useState } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { useTranslation } from "react-i18next";
import { CitationMarkContext, markCitations } from "./citations";
import { CodeBlock } from "./code/CodeBlock";
import { DiagramBlock } from "./mermaid/DiagramBlock";
import { type Parse, parseMarkdown } from "./pipeline";
import { languageOf } from "./split";
import { TableBlock } from "./table/TableBlock";

interface MarkdownBlockProps {
  source: string;
  hasMath: boolean;
  /** Footnote numbers as one string, so that equal ones compare equal. */
  notes: string;
  prefix: string;
  /** Numbers of citations, apart by spaces. */
  cited?: string;
  /** For a heading: the level it has in the page. */
  rank?: number;
}

export const MarkdownBlock = memo(function MarkdownBlock({
  source,
  hasMath,
  notes,
  prefix,
  cited = "",
  rank,
}: MarkdownBlockProps) {
  const withMath = useMathParser(hasMath);
  const numbers = new Map(notes === "" ? [] : (JSON.parse(notes) as [string, number][]));
  const pending = hasMath && withMath === null;
  const parse = withMath ?? parseMarkdown;
  const tree = parse(pending ? mathAsCode(source) : source, numbers, prefix);
  if (cited !== "") markCitations(tree, new Set(cited.split(" ")));
  const first = tree.children[0];
  if (rank !== undefined && first?.type === "element") first.properties["dataRank"] = rank;
  return render(tree);
});

/** Until KaTeX is there a formula shows as its source, without the dollars. */
function mathAsCode(source: string): string {
  return source.replace(
    /\$\$([\s\S]+?)\$\$/g,
    (_whole, tex: string) => `\`${tex.trim().replace(/\s+/g, " ")}\``,
  );
}

let mathParser: Parse | null = null;

function useMathParser(wanted: boolean): Parse | null {
  const [parser, setParser] = useState<Parse | null>(() => mathParser);
  useEffect(() => {
    if (!wanted || parser !== null) return;
    let current = true;
    import("./math/pipeline").then(
      ({ parseWithMath }) => {
        mathParser = parseWithMath;
        if (current) setParser(() => parseWithMath);
      },
      // The formulas stay readable as source; the failed download is reported like any other.
      (error: unknown) => reportError(error),
    );
    return () => {
      current = false;
    };
  }, [wanted, parser]);
  return wanted ? parser : null;
}

/** A code fence, or the diagram it describes. */
export const FenceBlock = memo(function FenceBlock({
  code,
  language,
  settled,
}: {
  code: string;
  language: string;
  settled: boolean;
}) {
  if (language === "mermaid" && settled) return <DiagramBlock source={code} />;
  return <CodeBlock code={code} language={language} settled={settled} />;
});

function render(tree: Root): ReactNode {
  return toJsxRuntime(tree, {
    Fragment,
    jsx,
    jsxs,
    components,
    ignoreInvalidStyle: true,
    passKeys: true,
    passNode: true,
  });
}

interface WithNode {
  node?: Element | undefined;
}

type HeadingProps = ComponentProps<"h3"> & WithNode & { "data-rank"?: number | string };

/** The page has its own headings, so an answer's stand below them (see `outline.ts`). The look goes by `data-level`. */
function Heading({ level, node: _node, "data-rank": rank, ...props }: HeadingProps & { level: number }) {
  const Tag = `h${Math.min(6, Number(rank ?? level + 2))}` as "h3";
  return <Tag {...props} data-level={level} />;
}

const components = {
  h1: (props: HeadingProps) => <Heading level={1} {...props} />,
  h2: (props: HeadingProps) => <Heading level={2} {...props} />,
  h3: (props: HeadingProps) => <Heading level={3} {...props} />,
  h4: (props: HeadingProps) => <Heading level={4} {...props} />,
  h5: (props: HeadingProps) => <Heading level={5} {...props} />,
  h6: (props: HeadingProps) => <Heading level={6} {...props} />,
  a: Anchor,
  sup: Superscript,
  pre: Preformatted,
  table: ({ children }: ComponentProps<"table"> & WithNode) => <TableBlock>{children}</TableBlock>,
  input: TaskBox,
  img: ({ node: _node, alt, ...props }: ComponentProps<"img"> & WithNode) => (
    <img {...props} alt={alt ?? ""} loading="lazy" decoding="async" />
  ),
};

function Anchor({
  node: _node,
  href,
  children,
  ...props
}: ComponentProps<"a"> & WithNode & { "data-footnote"?: string; "data-image-host"?: string }) {
  const { t } = useTranslation("markdown");
  const note = props["data-footnote"];
  if (note !== undefined) {
    return (
      <sup className="md-footnote-ref">
        <a href={href} aria-label={t("footnote.reference", { number: note })}>
          {children}
        </a>
      </sup>
    );
  }
  const host = props["data-image-host"];
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {host === undefined ? null : <span className="md-image-host">{t("image.link", { host })}</span>}
    </a>
  );
}

/** Nothing of an answer's own is one: these are the marks of citations. */
function Superscript({
  node: _node,
  children,
  ...props
}: ComponentProps<"sup"> & WithNode & { "data-cite"?: string | number }) {
  const mark = useContext(CitationMarkContext);
  const index = Number(props["data-cite"]);
  return <>{mark === null || !Number.isInteger(index) ? children : mark(index)}</>;
}

/** Fences inside lists and quotes come this way; those at the top level are cut out before. */
function Preformatted({ node }: ComponentProps<"pre"> & WithNode) {
  const code = node?.children.find(
    (child): child is Element => child.type === "element" && child.tagName === "code",
  );
  const names = code?.properties["className"];
  const marked = Array.isArray(names)
    ? names.map(String).find((name) => name.startsWith("language-"))
    : undefined;
  const text = code ? hastText(code).replace(/\n$/, "") : node ? hastText(node) : "";
  return <FenceBlock code={text} language={languageOf(marked?.slice("language-".length) ?? "")} settled />;
}

function TaskBox({ checked }: ComponentProps<"input"> & WithNode) {
  const { t } = useTranslation("markdown");
  return (
    <input
      type="checkbox"
      checked={checked === true}
      disabled
      readOnly
      aria-label={checked ? t("task.done") : t("task.open")}
    />
  );
}
