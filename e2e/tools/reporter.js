/**
 * Reports of node:test in few words; the last line counts, for scripts/test.sh. The same goes to the file that
 * `KUMA_E2E_RESULTS` names, with the tests that failed, for run.js.
 */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";

export default async function* reporter(source) {
  let passed = 0;
  const failed = [];
  let skipped = 0;
  for await (const { type, data } of source) {
    if (type === "test:pass" || type === "test:fail") {
      // A file and a suite are no tests of their own, unless the file could not even run.
      const isContainer = data.details?.type === "suite" || (data.file !== undefined && data.name === data.file);
      if (type === "test:pass" && isContainer) continue;
      const seconds = ((data.details?.duration_ms ?? 0) / 1000).toFixed(1);
      if (data.skip !== undefined || data.todo !== undefined) {
        skipped += 1;
        yield `skip   ${data.name}\n`;
      } else if (type === "test:pass") {
        passed += 1;
        yield `ok     ${seconds.padStart(5)} s  ${data.name}\n`;
      } else {
        failed.push({ name: data.name, file: fileOf(data) });
        const error = data.details?.error?.cause ?? data.details?.error;
        const words = error?.stack ?? error?.message ?? String(error);
        yield `FAILED ${seconds.padStart(5)} s  ${data.name}\n${indent(words)}\n`;
      }
    } else if (type === "test:stderr" || type === "test:stdout") {
      yield data.message;
    }
  }
  if (process.env.KUMA_E2E_RESULTS) writeFileSync(process.env.KUMA_E2E_RESULTS, JSON.stringify({ passed, failed, skipped }));
  yield `${passed} passed, ${failed.length} failed, ${skipped} skipped\n`;
}

/** The file that a test is written in: they are registered by lib/scenario.js, which puts the file's name in front. */
function fileOf({ name, file }) {
  const [stem] = name.split(": ");
  return basename(file).endsWith(".test.js") ? basename(file) : `${stem}.test.js`;
}

function indent(text) {
  return String(text).replaceAll(/^/gm, "    ");
}
