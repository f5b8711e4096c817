/** Where the programs under test are, and where failures leave their traces. */
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const e2e = join(dirname(fileURLToPath(import.meta.url)), "..");

export const ROOT = join(e2e, "..");

/** Pictures, server logs and pages of failed tests. */
export const OUTPUT = join(e2e, "output");

export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

const cache = process.env.KUMA_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kuma");
const built = join(process.env.CARGO_TARGET_DIR || join(cache, "target"), "debug");

/** The server. */
export const KUMA_BIN = program("KUMA_BIN", [join(built, "kuma"), join(ROOT, "target/debug/kuma")], "cargo build -p kuma");

/** The fake model providers of `kuma-testkit`: beside the server, or where cargo puts it. */
export const FAKE_BIN = program(
  "KUMA_FAKE_UPSTREAM",
  [join(dirname(KUMA_BIN), "kuma-fake-upstream"), join(built, "kuma-fake-upstream")],
  "cargo build -p kuma-testkit --bins",
);

/** The directory with the starter models, as `scripts/starter-models.sh --cache` fills it. */
export const MODELS_DIR = process.env.KUMA_MODELS_DIR || join(cache, "models");

function program(variable, places, build) {
  const named = process.env[variable];
  if (named) return named;
  const found = places.find(isExecutable);
  if (found === undefined) {
    throw new Error(`${variable} is not set and there is none of ${places.join(", ")}: run ${build}`);
  }
  return found;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
