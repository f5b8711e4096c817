/**
 * Highlighting with shiki's core and its JavaScript engine (no WebAssembly, so the page's policy stays strict). One
 * theme whose colours are the app's own CSS variables: a change of theme repaints nothing.
 */
import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { languageLoader } from "./languages";

export interface Token {
  content: string;
  color?: string;
  /** Bits: 1 italic, 2 bold, 4 underline. */
  fontStyle: number;
}

/** Lines of tokens. */
export type Tokens = readonly (readonly Token[])[];

const theme = createCssVariablesTheme({ name: "kuma", variablePrefix: "--code-", fontStyle: true });

let highlighter: Promise<HighlighterCore> | null = null;

function core(): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return highlighter;
}

/** Colours `code`. Rejects when the grammar could not be fetched; the plain code is readable all the same. */
export async function highlight(code: string, language: string): Promise<Tokens> {
  const load = languageLoader(language);
  if (load === null) throw new Error(`No grammar for ${language}.`);
  const shiki = await core();
  if (!shiki.getLoadedLanguages().includes(language)) await shiki.loadLanguage(load);
  return shiki.codeToTokensBase(code, { lang: language, theme: "kuma" }).map((line) =>
    line.map(({ content, color, fontStyle }) => ({
      content,
      fontStyle: Math.max(0, fontStyle ?? 0),
      ...(color ? { color } : {}),
    })),
  );
}
