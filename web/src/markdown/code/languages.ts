/** The languages that are highlighted. Each grammar is a chunk of its own, fetched when a block first needs it. */
import type { LanguageInput } from "shiki/core";

interface Language {
  label: string;
  aliases: readonly string[];
  load: LanguageInput;
}

const languages: Readonly<Record<string, Language>> = {
  bash: {
    label: "Shell",
    aliases: ["sh", "shell", "zsh", "console", "shellscript"],
    load: () => import("@shikijs/langs/bash"),
  },
  c: { label: "C", aliases: ["h"], load: () => import("@shikijs/langs/c") },
  cpp: { label: "C++", aliases: ["c++", "cc", "hpp", "cxx"], load: () => import("@shikijs/langs/cpp") },
  csharp: { label: "C#", aliases: ["cs", "c#"], load: () => import("@shikijs/langs/csharp") },
  css: { label: "CSS", aliases: [], load: () => import("@shikijs/langs/css") },
  diff: { label: "Diff", aliases: ["patch"], load: () => import("@shikijs/langs/diff") },
  docker: { label: "Dockerfile", aliases: ["dockerfile"], load: () => import("@shikijs/langs/docker") },
  go: { label: "Go", aliases: ["golang"], load: () => import("@shikijs/langs/go") },
  html: { label: "HTML", aliases: ["htm"], load: () => import("@shikijs/langs/html") },
  ini: { label: "INI", aliases: ["conf", "properties"], load: () => import("@shikijs/langs/ini") },
  java: { label: "Java", aliases: [], load: () => import("@shikijs/langs/java") },
  javascript: {
    label: "JavaScript",
    aliases: ["js", "mjs", "cjs", "node"],
    load: () => import("@shikijs/langs/javascript"),
  },
  json: { label: "JSON", aliases: ["jsonc", "json5", "jsonl"], load: () => import("@shikijs/langs/json") },
  jsx: { label: "JSX", aliases: [], load: () => import("@shikijs/langs/jsx") },
  kotlin: { label: "Kotlin", aliases: ["kt", "kts"], load: () => import("@shikijs/langs/kotlin") },
  lua: { label: "Lua", aliases: [], load: () => import("@shikijs/langs/lua") },
  markdown: { label: "Markdown", aliases: ["md"], load: () => import("@shikijs/langs/markdown") },
  php: { label: "PHP", aliases: [], load: () => import("@shikijs/langs/php") },
  powershell: {
    label: "PowerShell",
    aliases: ["ps1", "ps", "pwsh"],
    load: () => import("@shikijs/langs/powershell"),
  },
  python: { label: "Python", aliases: ["py", "python3"], load: () => import("@shikijs/langs/python") },
  r: { label: "R", aliases: [], load: () => import("@shikijs/langs/r") },
  ruby: { label: "Ruby", aliases: ["rb"], load: () => import("@shikijs/langs/ruby") },
  rust: { label: "Rust", aliases: ["rs"], load: () => import("@shikijs/langs/rust") },
  sql: {
    label: "SQL",
    aliases: ["postgresql", "postgres", "mysql", "sqlite"],
    load: () => import("@shikijs/langs/sql"),
  },
  swift: { label: "Swift", aliases: [], load: () => import("@shikijs/langs/swift") },
  toml: { label: "TOML", aliases: [], load: () => import("@shikijs/langs/toml") },
  tsx: { label: "TSX", aliases: [], load: () => import("@shikijs/langs/tsx") },
  typescript: {
    label: "TypeScript",
    aliases: ["ts", "mts", "cts"],
    load: () => import("@shikijs/langs/typescript"),
  },
  xml: { label: "XML", aliases: ["svg", "xsl"], load: () => import("@shikijs/langs/xml") },
  yaml: { label: "YAML", aliases: ["yml"], load: () => import("@shikijs/langs/yaml") },
};

const byAlias = new Map(
  Object.entries(languages).flatMap(([id, language]) => [
    [id, id] as const,
    ...language.aliases.map((alias) => [alias, id] as const),
  ]),
);

/** The grammar's id for a fence's label; null when there is none. */
export function languageId(label: string): string | null {
  return byAlias.get(label.toLowerCase()) ?? null;
}

/** What people call the language; the label itself when it is not one of ours. */
export function languageLabel(label: string): string {
  const id = languageId(label);
  return id === null ? label : (languages[id]?.label ?? label);
}

export function languageLoader(id: string): LanguageInput | null {
  return languages[id]?.load ?? null;
}
