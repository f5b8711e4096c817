// Pages of PDF text per second: Kuma against npm pdf-parse, the same files in the same run.
//
//   make bench-retrieval                             with the fixtures, into the report
//   node pdf-speed.mjs [--json] "$(scripts/pdf-pages.sh)" target/release/kuma parse -- FILE.pdf…
//
// The first program reads in its own process, as pdf-parse does in this one: reader against reader. The second, with its
// arguments, is what the server starts for a file: the price of a process with its walls for each file is in it.

import { readFileSync, openSync, closeSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { PDFParse } from "pdf-parse";

const ROUNDS = 5;
const words = process.argv.slice(2);
const json = words[0] === "--json";
if (json) words.shift();
const cut = words.indexOf("--");
if (cut < 2) {
  console.error("usage: node pdf-speed.mjs [--json] PDF_PAGES PROGRAM [ARGUMENT…] -- FILE.pdf…");
  process.exit(2);
}
// For a program, one object at the end is all there is.
const say = (line) => json || console.log(line);
const [inside, program, ...programArguments] = words.slice(0, cut);
const files = words.slice(cut + 1);
const request = JSON.stringify({ do: "parse", limits: {}, extension: "pdf", ocr: false });

async function theirs(file) {
  const parser = new PDFParse({ data: new Uint8Array(readFileSync(file)) });
  try {
    const { total, text } = await parser.getText();
    return { pages: total, letters: text.length };
  } finally {
    await parser.destroy();
  }
}

function ours(file) {
  const input = openSync(file);
  const child = spawnSync(program, [...programArguments, request], {
    stdio: [input, "pipe", "ignore"],
    env: {},
    maxBuffer: 1 << 30,
  });
  closeSync(input);
  return pagesIn(child.stdout);
}

function oursInside(file) {
  const said = spawnSync(inside, [String(ROUNDS), file], { encoding: "utf8" }).stdout.trim();
  const [milliseconds, pages] = said.split("\t").map(Number);
  return pages ? { seconds: milliseconds / 1000, pages } : null;
}

/// Counts the pages in the child's frames: a tag, four bytes of length, a payload.
function pagesIn(frames) {
  let pages = 0;
  let letters = 0;
  for (let at = 0; at + 5 <= frames.length; ) {
    const tag = String.fromCharCode(frames[at]);
    const end = at + 5 + frames.readUInt32LE(at + 1);
    if (tag === "F") return null;
    if (tag === "T") {
      pages += 1;
      for (const block of JSON.parse(frames.toString("utf8", at + 5, end)).blocks) letters += block.text.length;
    }
    at = end;
  }
  return { pages, letters };
}

async function measure(read, file) {
  const best = { seconds: Infinity, pages: 0, letters: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    let found = null;
    try {
      found = await read(file);
    } catch {
      // A file that one of them refuses is left out of the comparison.
    }
    if (!found) return null;
    const seconds = (performance.now() - began) / 1000;
    if (seconds < best.seconds) Object.assign(best, found, { seconds });
  }
  return best;
}

let pages = 0;
const refused = [];
const seconds = { theirs: 0, ours: 0, inside: 0 };
for (const file of files) {
  const other = await measure(theirs, file);
  const own = await measure(ours, file);
  const bare = oursInside(file);
  const name = file.split("/").pop();
  if (!other || !own || !bare) {
    refused.push(name);
    say(`${name}: refused by ${own && bare ? "pdf-parse" : "Kuma"}, left out`);
    continue;
  }
  pages += own.pages;
  seconds.theirs += other.seconds;
  seconds.ours += own.seconds;
  seconds.inside += bare.seconds;
  const ms = (value) => `${(value * 1000).toFixed(1)} ms`;
  say(
    `${name}: ${own.pages} pages, pdf-parse ${ms(other.seconds)} (${other.letters} letters), ` +
      `Kuma ${ms(bare.seconds)}, ${(other.seconds / bare.seconds).toFixed(1)} ×; ` +
      `as a process ${ms(own.seconds)} (${own.letters} letters), ${(other.seconds / own.seconds).toFixed(1)} ×`,
  );
}
const speed = (value) => `${(pages / value).toFixed(0)} pages/s`;
const times = (value) => `${(seconds.theirs / value).toFixed(1)} ×`;
say(
  `${pages} pages: pdf-parse ${speed(seconds.theirs)}; Kuma ${speed(seconds.inside)}, ${times(seconds.inside)}; ` +
    `as a process per file ${speed(seconds.ours)}, ${times(seconds.ours)}`,
);
if (json) console.log(JSON.stringify({ files: files.length - refused.length, pages, refused, ...seconds }));
