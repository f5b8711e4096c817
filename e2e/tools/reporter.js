/** Reports of node:test in few words; the last line counts, for scripts/test.sh. */
export default async function* reporter(source) {
  let passed = 0;
  let failed = 0;
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
        failed += 1;
        const error = data.details?.error?.cause ?? data.details?.error;
        const words = error?.stack ?? error?.message ?? String(error);
        yield `FAILED ${seconds.padStart(5)} s  ${data.name}\n${indent(words)}\n`;
      }
    } else if (type === "test:stderr" || type === "test:stdout") {
      yield data.message;
    }
  }
  yield `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}

function indent(text) {
  return String(text).replaceAll(/^/gm, "    ");
}
