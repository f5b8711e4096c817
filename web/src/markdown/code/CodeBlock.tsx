import { TextWrap } from "lucide-react";
import { memo, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { CopyButton } from "../CopyButton";
import type { Token, Tokens } from "./highlighter";
import { languageId, languageLabel } from "./languages";

/** Colouring more would freeze the tab. */
const MAX_LINES = 2000;
const MAX_CHARS = 200_000;

/** The last blocks that were coloured, so that scrolling back to one shows it so at once. */
const coloured = new Map<string, Tokens>();
const MAX_KEPT = 60;

interface CodeBlockProps {
  code: string;
  /** As written after the fence; empty when nothing was. */
  language: string;
  /** False while more of it is coming. */
  settled: boolean;
}

/** A block of code: its language, copy, wrap. Only the block itself scrolls sideways. */
export const CodeBlock = memo(function CodeBlock({ code, language, settled }: CodeBlockProps) {
  const { t } = useTranslation("markdown");
  const [wrap, setWrap] = useState(false);
  const tokens = useTokens(code, language, settled);
  const label = language === "" ? t("code.plain") : languageLabel(language);
  return (
    <figure className="md-code" data-wrap={wrap || undefined} data-settled={settled || undefined}>
      <figcaption className="md-bar">
        <span className="md-bar-label">{label}</span>
        <IconButton
          label={wrap ? t("code.unwrap") : t("code.wrap")}
          size="sm"
          aria-pressed={wrap}
          onClick={() => setWrap(!wrap)}
          className={wrap ? "bg-hover text-fg" : ""}
        >
          <TextWrap aria-hidden />
        </IconButton>
        <CopyButton label={t("code.copy")} text={() => code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} aria-label={t("code.region", { language: label })} role="group">
        <code>{tokens === null ? code : <Lines tokens={tokens} />}</code>
      </pre>
    </figure>
  );
});

function Lines({ tokens }: { tokens: Tokens }) {
  return tokens.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of settled code never move
    <span key={index}>
      {line.map((token, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <span key={at} style={styleOf(token)}>
          {token.content}
        </span>
      ))}
      {index < tokens.length - 1 ? "\n" : null}
    </span>
  ));
}

function styleOf(token: Token) {
  return {
    ...(token.color ? { color: token.color } : {}),
    ...(token.fontStyle & 1 ? { fontStyle: "italic" } : {}),
    ...(token.fontStyle & 2 ? { fontWeight: 600 } : {}),
    ...(token.fontStyle & 4 ? { textDecoration: "underline" } : {}),
  };
}

function useTokens(code: string, language: string, settled: boolean): Tokens | null {
  const id = languageId(language);
  const fit = settled && id !== null && code.length <= MAX_CHARS && countLines(code) <= MAX_LINES;
  const key = fit ? `${id}\n${code}` : null;
  const [result, setResult] = useState<{ key: string; tokens: Tokens } | null>(null);
  const known = key === null ? null : (coloured.get(key) ?? (result?.key === key ? result.tokens : null));
  useEffect(() => {
    if (key === null || id === null || coloured.has(key)) return;
    let current = true;
    import("./highlighter")
      .then(({ highlight }) => highlight(code, id))
      .then((tokens) => {
        keep(key, tokens);
        if (current) setResult({ key, tokens });
      })
      // Without its grammar the code stays plain, which is complete and correct.
      .catch((error: unknown) => reportError(error));
    return () => {
      current = false;
    };
  }, [key, id, code]);
  return known;
}

function keep(key: string, tokens: Tokens): void {
  coloured.set(key, tokens);
  const oldest = coloured.keys().next().value;
  if (coloured.size > MAX_KEPT && oldest !== undefined) coloured.delete(oldest);
}

function countLines(code: string): number {
  let lines = 1;
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
