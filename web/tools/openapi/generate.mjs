// Generates src/lib/api/schema.d.ts from web/openapi.json (written by `kuma openapi`). With --check it
// writes nothing and fails when the committed file is not what the document gives.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const document = resolve(here, "../../openapi.json");
const output = resolve(here, "../../src/lib/api/schema.d.ts");

if (!existsSync(resolve(here, "node_modules/openapi-typescript"))) {
  const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: here, stdio: "inherit" });
  if (install.status !== 0) process.exit(install.status ?? 1);
}

const { default: openapiTS, astToString } = await import("openapi-typescript");
const header = "// Generated from web/openapi.json by `npm run generate:api`. Do not edit.\n\n";
const text =
  header +
  astToString(
    await openapiTS(pathToFileURL(document), {
      alphabetize: true,
      // A field with a default may be left out of a request; the flag would make it required there.
      defaultNonNullable: false,
    }),
  );

if (process.argv.includes("--check")) {
  if (readFileSync(output, "utf8") !== text) {
    console.error(
      "src/lib/api/schema.d.ts is out of date: run `npm run generate:api` and commit the result.",
    );
    process.exit(1);
  }
} else {
  writeFileSync(output, text);
}
