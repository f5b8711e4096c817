// Runs the tests, two files at a time.
//   npm test                       all
//   npm test -- chat sidebar       only tests/chat.test.js and tests/sidebar.test.js
//   npm test -- --name "wrong"     only tests whose name holds that
//   npm test -- --again            what failed is run once more; what passes then is reported as unsteady
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const tests = join(here, "../tests");
const output = join(here, "../output");
const { values, positionals } = parseArgs({
  options: { name: { type: "string" }, again: { type: "boolean", default: false } },
  allowPositionals: true,
});

// Every file starts a browser: more than two at once fight for the processor and gain nothing.
const AT_ONCE = 2;
/** More failures than this are no accident. */
const MOST_AGAIN = 3;

const all = readdirSync(tests).filter((file) => file.endsWith(".test.js"));
const files = positionals.length === 0 ? all : positionals.map((name) => `${name}.test.js`);
const missing = files.filter((file) => !all.includes(file));
if (missing.length > 0) {
  console.error(`no such test: ${missing.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}
rmSync(output, { recursive: true, force: true });
mkdirSync(output);

const first = await run(files, values.name);
let code = first.code;
if (values.again && first.code !== 0 && first.failed.length > 0 && first.failed.length <= MOST_AGAIN) {
  console.log(`\n${first.failed.length} failed and are run once more; what they left is in output-first`);
  rmSync(`${output}-first`, { recursive: true, force: true });
  renameSync(output, `${output}-first`);
  const pattern = `^(${first.failed.map(({ name }) => name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|")})$`;
  const second = await run([...new Set(first.failed.map(({ file }) => file))], pattern);
  code = second.code;
  for (const { name } of first.failed) {
    if (!second.failed.some((one) => one.name === name)) console.log(`UNSTEADY       ${name}: failed, then passed`);
  }
  console.log(`${first.passed + second.passed} passed, ${second.failed.length} failed, ${first.skipped} skipped`);
}
process.exit(code);

/** Runs these files; resolves with the exit code and what `reporter.js` wrote down. */
async function run(files, name) {
  const results = join(tmpdir(), `kuma-e2e-${process.pid}.json`);
  const child = spawn(
    process.execPath,
    [
      "--test",
      `--test-concurrency=${AT_ONCE}`,
      `--test-reporter=${join(here, "reporter.js")}`,
      "--test-reporter-destination=stdout",
      ...(name ? [`--test-name-pattern=${name}`] : []),
      ...files.map((file) => join(tests, file)),
    ],
    { stdio: "inherit", env: { ...process.env, KUMA_E2E_RESULTS: results } },
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
  const code = await new Promise((resolve) =>
    child.on("exit", (status, signal) => resolve(signal ? 1 : (status ?? 1))),
  );
  const told = JSON.parse(readFileSync(results, "utf8"));
  rmSync(results);
  return { code, ...told };
}
