/** What sort of thing a file is, judged by its name and type: for its icon and for saying early what cannot be read. */

export type DocumentKind =
  | "pdf"
  | "text"
  | "word"
  | "sheet"
  | "slides"
  | "code"
  | "web"
  | "book"
  | "mail"
  | "image"
  | "other";

const BY_EXTENSION: Record<string, DocumentKind> = {
  pdf: "pdf",
  txt: "text",
  log: "text",
  md: "text",
  markdown: "text",
  rst: "text",
  docx: "word",
  odt: "word",
  xlsx: "sheet",
  csv: "sheet",
  tsv: "sheet",
  pptx: "slides",
  html: "web",
  htm: "web",
  epub: "book",
  eml: "mail",
  json: "code",
  png: "image",
  jpg: "image",
  jpeg: "image",
  webp: "image",
  gif: "image",
  tif: "image",
  tiff: "image",
};

const CODE =
  "bash c cc cfg clj cljs cmake conf cpp cs css dart dockerfile elm env erl ex exs fish fs go gradle graphql h hh hpp hs ini java jl js jsonl jsx kt kts less lisp lua m makefile mjs mk ml mm nim nix php pl pm proto ps1 py r rb rs sass scala scm scss sh sql svelte swift tex tf toml ts tsx vb vue xml yaml yml zig zsh";

for (const extension of CODE.split(" ")) BY_EXTENSION[extension] = "code";

const BY_TYPE: readonly [pattern: RegExp, kind: DocumentKind][] = [
  [/^application\/pdf$/, "pdf"],
  [/wordprocessingml|opendocument\.text/, "word"],
  [/spreadsheetml|^text\/(csv|tab-separated-values)$/, "sheet"],
  [/presentationml/, "slides"],
  [/^(text\/html|application\/xhtml\+xml)$/, "web"],
  [/^application\/epub\+zip$/, "book"],
  [/^message\/rfc822$/, "mail"],
  [/^image\/(png|jpe?g|webp|gif|tiff)$/, "image"],
  [/json|xml|yaml|toml|javascript|^text\/x-/, "code"],
  [/^text\//, "text"],
];

/** The part of the name behind its last dot, in lower case; empty when there is none. */
export function extensionOf(filename: string): string {
  return /\.([^./\\]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
}

export function kindOf(file: { filename: string; mimeType: string }): DocumentKind {
  const type = file.mimeType.split(";")[0]?.trim().toLowerCase() ?? "";
  const byType = BY_TYPE.find(([pattern]) => pattern.test(type))?.[1];
  // What was found in the content says more than the name, except that all code and Markdown is plain text.
  if (byType !== undefined && byType !== "text") return byType;
  return BY_EXTENSION[extensionOf(file.filename)] ?? byType ?? "other";
}

/** What stands on a file's icon: "PDF", "DOCX". At most four characters. */
export function badgeOf(file: { filename: string; mimeType: string }): string {
  const extension = extensionOf(file.filename);
  if (extension !== "" && extension.length <= 4) return extension.toUpperCase();
  const words: Partial<Record<DocumentKind, string>> = {
    pdf: "PDF",
    image: "IMG",
    sheet: "CSV",
    web: "HTML",
  };
  return words[kindOf(file)] ?? extension.slice(0, 4).toUpperCase();
}

/** For `<input accept>`. The server decides by content; this keeps the picker's list short. */
export const ACCEPT = [
  ...Object.keys(BY_EXTENSION).map((extension) => `.${extension}`),
  "text/*",
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "image/tiff",
].join(",");
