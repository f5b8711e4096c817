// House rules that no linter states: features never import each other, files stay short, and styles use
// logical properties so that right-to-left scripts work. Prints every breach and exits 1 when there is one.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");
const MAX_LINES = 800;
const GENERATED = new Set(["lib/api/schema.d.ts"]);

/** Tailwind utilities and CSS declarations that name a physical side. */
const PHYSICAL_CLASS =
  /(?<![\w-])-?(?:ml|mr|pl|pr|left|right|border-l|border-r|rounded-l|rounded-r|rounded-tl|rounded-tr|rounded-bl|rounded-br|scroll-ml|scroll-mr|scroll-pl|scroll-pr)-[\w[(.]|(?<![\w-])text-(?:left|right)(?![\w-])/;
const PHYSICAL_CSS =
  /(?:^|[{;\s])(?:margin|padding|border|inset)-(?:left|right)\b|(?:^|[{;\s])(?:left|right)\s*:|text-align\s*:\s*(?:left|right)/;

const problems = [];
for (const entry of readdirSync(src, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile() || !/\.(tsx?|css)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const name = relative(src, path).split(sep).join("/");
  if (!GENERATED.has(name)) check(path, name, readFileSync(path, "utf8"));
}

function check(path, name, text) {
  const lines = text.split("\n");
  if (lines.length > MAX_LINES) problems.push(`${name}: ${lines.length} lines, at most ${MAX_LINES}`);
  const own = featureOf(path);
  lines.forEach((line, index) => {
    const at = `${name}:${index + 1}`;
    const isComment = /^\s*(\/\/|\*|\/\*)/.test(line);
    if (!isComment && (name.endsWith(".css") ? PHYSICAL_CSS : PHYSICAL_CLASS).test(line)) {
      problems.push(
        `${at}: physical side, use the logical one (ms, pe, start, text-start …): ${line.trim()}`,
      );
    }
    const imported = /(?:from\s+|import\s*\(?\s*)["']([^"']+)["']/.exec(line)?.[1];
    if (own === null || imported === undefined) return;
    const other = featureOf(target(path, imported));
    if (other !== null && other !== own) problems.push(`${at}: feature "${own}" imports feature "${other}"`);
  });
}

function target(from, imported) {
  if (imported.startsWith("@/")) return join(src, imported.slice(2));
  if (imported.startsWith(".")) return resolve(dirname(from), imported);
  return imported;
}

function featureOf(path) {
  const parts = relative(join(src, "features"), path).split(sep);
  return parts[0] === ".." || parts[0] === "" ? null : (parts[0] ?? null);
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
