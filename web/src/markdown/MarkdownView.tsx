/** Renders an answer's Markdown, finished or still arriving. Loaded lazily: use `Markdown.tsx`. */
import "./markdown.css";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { FenceBlock, MarkdownBlock } from "./Block";
import { type CitationMark, CitationMarkContext } from "./citations";
import { headingRanks } from "./outline";
import { footnoteId } from "./pipeline";
import { type DocumentContext, documentContext, type PreparedBlock, prepareBlock } from "./prepare";
import { repairTail } from "./repair";
import { type Block, BlockSplitter, split } from "./split";

export interface MarkdownViewProps {
  text: string;
  /** More is coming: the tail is repaired and not yet taken for final. */
  streaming?: boolean;
  /** Distinguishes this answer's footnotes from those of others on the page. */
  id: string;
  /** Numbers in brackets that are marks of citations, and what shows one. */
  citations?: Citations;
}

export interface Citations {
  numbers: readonly number[];
  mark: CitationMark;
}

export default function MarkdownView({ text, streaming = false, id, citations }: MarkdownViewProps) {
  const [splitter] = useState(() => new BlockSplitter());
  const blocks = useMemo(
    () => (streaming ? splitter.update(text) : split(text)),
    [splitter, streaming, text],
  );
  const context = useMemo(() => documentContext(blocks, streaming), [blocks, streaming]);
  const ranks = useMemo(() => headingRanks(blocks), [blocks]);
  const last = streaming ? blocks.at(-1) : undefined;
  const notes = context.footnotes.size === 0 ? "" : JSON.stringify([...context.footnotes]);
  const cited = citations?.numbers.join(" ") ?? "";
  const document = (
    <div className="md">
      {blocks.map((block, index) => (
        <OneBlock
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended, the tail changes in place
          key={index}
          block={block}
          isTail={block === last && !block.settled}
          context={context}
          notes={notes}
          prefix={id}
          cited={cited}
          rank={ranks.get(index)}
        />
      ))}
      <Footnotes blocks={blocks} context={context} notes={notes} prefix={id} />
    </div>
  );
  return citations === undefined ? (
    document
  ) : (
    <CitationMarkContext value={citations.mark}>{document}</CitationMarkContext>
  );
}

interface OneBlockProps {
  block: Block;
  isTail: boolean;
  context: DocumentContext;
  notes: string;
  prefix: string;
  cited: string;
  rank: number | undefined;
}

function OneBlock({ block, isTail, context, notes, prefix, cited, rank }: OneBlockProps) {
  switch (block.kind) {
    case "definition":
    case "footnote":
      return null;
    case "code":
      return <FenceBlock code={block.text} language={block.label} settled={block.settled} />;
    case "math":
      return block.settled ? (
        <MarkdownBlock source={`$$\n${block.text}\n$$`} hasMath notes="" prefix={prefix} />
      ) : (
        <pre className="md-math-pending">{block.text}</pre>
      );
    case "markdown": {
      const { source, hasMath } = isTail
        ? prepareBlock(repairTail(block.raw, cited), context)
        : prepared(block, context);
      if (source.trim() === "") return null;
      return (
        <MarkdownBlock
          source={source}
          hasMath={hasMath}
          notes={source.includes("[^") ? notes : ""}
          prefix={prefix}
          cited={source.includes("[") ? cited : ""}
          {...(rank === undefined ? {} : { rank })}
        />
      );
    }
  }
}

/** Blocks that need nothing from the rest of the document are prepared once. */
const alone = new WeakMap<Block, PreparedBlock>();

function prepared(block: Block, context: DocumentContext): PreparedBlock {
  const standsAlone =
    !block.raw.includes("[") || (context.definitions.size === 0 && context.footnotes.size === 0);
  if (!standsAlone) return prepareBlock(block.raw, context);
  const known = alone.get(block);
  if (known) return known;
  const result = prepareBlock(block.raw, context);
  alone.set(block, result);
  return result;
}

function Footnotes({
  blocks,
  context,
  notes,
  prefix,
}: {
  blocks: readonly Block[];
  context: DocumentContext;
  notes: string;
  prefix: string;
}) {
  const { t } = useTranslation("markdown");
  const texts = new Map<number, string>();
  for (const block of blocks) {
    const number = block.kind === "footnote" ? context.footnotes.get(block.label) : undefined;
    if (number !== undefined && !texts.has(number)) texts.set(number, block.text);
  }
  if (texts.size === 0) return null;
  const entries = [...texts].sort(([a], [b]) => a - b);
  return (
    <section className="md-footnotes" aria-label={t("footnote.title")}>
      <ol>
        {entries.map(([number, text]) => {
          const { source, hasMath } = prepareBlock(text, context);
          return (
            <li key={number} id={footnoteId(prefix, number)} value={number} tabIndex={-1}>
              <MarkdownBlock
                source={source}
                hasMath={hasMath}
                notes={source.includes("[^") ? notes : ""}
                prefix={prefix}
              />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
