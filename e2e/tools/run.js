// Runs the tests, two files at a time.
//   npm test                       all
//   npm test -- chat sidebar       only tests/chat.test.js and tests/sidebar.test.js
//   npm test -- --name "wrong"     only tests whose name holds that
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const tests = join(here, "../tests");
const { values, positionals } = parseArgs({ options: { name: { type: "string" } }, allowPositionals: true });

// Every file starts a browser: more than two at once fight for the processor and gain nothing.
const AT_ONCE = 2;

const all = readdirSync(tests).filter((file) => file.endsWith(".test.js"));
const files = positionals.length === 0 ? all : positionals.map((name) => `${name}.test.js`);
const missing = files.filter((file) => !all.includes(file));
if (missing.length > 0) {
  console.error(`no such test: ${missing.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}
rmSync(join(here, "../output"), { recursive: true, force: true });

const child = spawn(
  process.execPath,
  [
    "--test",
    `--test-concurrency=${AT_ONCE}`,
    `--test-reporter=${join(here, "reporter.js")}`,
    "--test-reporter-destination=stdout",
    ...(values.name ? [`--test-name-pattern=${values.name}`] : []),
    ...files.map((file) => join(tests, file)),
  ],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
