const ACCENTS: Record<string, string> = {
  a: "á",
  c: "ç",
  e: "é",
  g: "ĝ",
  i: "í",
  n: "ñ",
  o: "ö",
  s: "š",
  u: "ü",
  y: "ý",
  z: "ž",
  A: "Á",
  C: "Ç",
  E: "É",
  I: "Í",
  N: "Ñ",
  O: "Ö",
  S: "Š",
  U: "Ü",
};

/** English → pseudo-English: longer and accented, placeholders and tags untouched. */
export function pseudo<T>(value: T): T {
  if (typeof value === "string") return pseudoText(value) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pseudo(inner)])) as T;
}

function pseudoText(text: string): string {
  const accented = text
    .split(/(\{\{[^}]*\}\}|<[^>]*>)/)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replace(/[a-zA-Z]/g, (char) => ACCENTS[char] ?? char),
    )
    .join("");
  return `[${accented}${"·".repeat(Math.ceil(text.length * 0.35))}]`;
}
