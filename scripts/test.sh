#!/usr/bin/env bash
# make test: everything that is tested, with all that the tests need. Ends with one line that counts what passed, failed
# and was skipped. What it starts it also stops; what it fetches and compiles stays in the cache.
#   KUMA_TEST_POSTGRES_URL, KUMA_TEST_REDIS_URL   servers to use instead of starting some
#   KUMA_FAULT_PLANS, KUMA_FAULT_SEED             how many plans of the fault suite (default 10), and the first one's seed
#   KUMA_FUZZ_SECONDS                             how long the API is fuzzed (default 90)
set -uo pipefail
export KUMA_INSTANCE="test-$$"
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/scripts/stages.sh"

cleanup() {
  trap - EXIT
  end_current_stage
  "$ROOT/scripts/postgres.sh" stop
  "$ROOT/scripts/redis.sh" stop
  rm -rf "$RUN"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A run that was killed could not clean up; a living one is left alone.
sweep() {
  local base dir name
  base="$(services_dir)"
  for dir in "$base"/postgres/test-* "$base"/redis/test-*; do
    name="$(basename "$dir")"
    if [ ! -d "$dir" ] || kill -0 "${name#test-}" 2>/dev/null; then continue; fi
    KUMA_INSTANCE="$name" "$ROOT/scripts/$(basename "$(dirname "$dir")").sh" stop
  done
  find "$KUMA_CACHE/logs" "$KUMA_CACHE/tmp" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
}

setup() {
  "$ROOT/scripts/setup-build.sh"
  "$ROOT/scripts/setup-test.sh"
  sweep
}

services() {
  [ -n "${KUMA_TEST_POSTGRES_URL:-}" ] || "$ROOT/scripts/postgres.sh" start >"$RUN/postgres"
  [ -n "${KUMA_TEST_REDIS_URL:-}" ] || "$ROOT/scripts/redis.sh" start >"$RUN/redis"
}

models() { "$ROOT/scripts/starter-models.sh" --cache; }

# All targets at once, so that the server binary and the tests share every dependency's features and nothing is compiled
# twice. The binary is kept aside: another clone may use the same target directory meanwhile.
rust_build() {
  cargo build --locked --workspace --all-targets
  place "$CARGO_TARGET_DIR/debug/kuma" "$KUMA_BIN"
}

need_server() { [ -x "$KUMA_BIN" ] || die "there is no server to test: the Rust build failed"; }

# Without a server to talk to, the tests of the second database would not mean anything.
rust_tests() {
  local status=0
  : "${KUMA_TEST_POSTGRES_URL:?PostgreSQL was not started: see the stage services}" "${KUMA_TEST_REDIS_URL:?Redis was not started: see the stage services}"
  in_time 1200 cargo nextest run --locked --workspace --profile ci --color never >"$RUN/nextest.log" 2>&1 || status=$?
  cat "$RUN/nextest.log"
  count_from nextest "$RUN/nextest.log"
  return "$status"
}

rust_examples() {
  local status=0
  cargo test --locked --workspace --doc >"$RUN/doc.log" 2>&1 || status=$?
  cat "$RUN/doc.log"
  count_from libtest "$RUN/doc.log"
  return "$status"
}

web_tests() {
  local status=0
  need_package web
  in_time 600 npm --prefix web run --silent test -- --reporter=default --reporter=json --outputFile.json="$RUN/vitest.json" || status=$?
  count_from vitest "$RUN/vitest.json"
  return "$status"
}

# The document and the client's types are committed; both must be what the code gives today.
openapi() {
  need_package web
  need_server
  "$KUMA_BIN" openapi >"$RUN/openapi.json"
  diff -u web/openapi.json "$RUN/openapi.json" | head -n 60 || die "web/openapi.json is out of date: run make openapi and commit the result"
  npm --prefix web run --silent check:api
}

browser_tests() {
  local status=0
  need_package e2e
  need_server
  npm_install e2e
  # A machine shared with others stalls at times: what fails there is run once more, and said to be unsteady.
  in_time 1200 npm --prefix e2e run --silent test -- ${CI:+--again} >"$RUN/e2e.log" 2>&1 || status=$?
  cat "$RUN/e2e.log"
  count_from summary "$RUN/e2e.log"
  return "$status"
}

# Processes are killed by a plan; a longer run is make torture.
faults() {
  local status=0
  need_server
  [ -x "$CARGO_TARGET_DIR/debug/kuma-torture" ] || die "there is no fault suite: the Rust build failed"
  in_time 600 "$CARGO_TARGET_DIR/debug/kuma-torture" --plans "${KUMA_FAULT_PLANS:-10}" --seed "${KUMA_FAULT_SEED:-1}" >"$RUN/faults.log" 2>&1 || status=$?
  cat "$RUN/faults.log"
  count_from summary "$RUN/faults.log"
  return "$status"
}

api_fuzzing() {
  local status=0
  need_server
  KUMA_FUZZ_REPORT="$RUN/fuzz.xml" "$ROOT/scripts/fuzz-api.sh" || status=$?
  count_from junit "$RUN/fuzz.xml"
  return "$status"
}

export KUMA_BIN="$RUN/kuma"
export KUMA_MODELS_DIR="$KUMA_CACHE/models"
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"

stage "setup" setup
stage "services" services
export KUMA_TEST_POSTGRES_URL="${KUMA_TEST_POSTGRES_URL:-$(cat "$RUN/postgres" 2>/dev/null)}"
export KUMA_TEST_REDIS_URL="${KUMA_TEST_REDIS_URL:-$(cat "$RUN/redis" 2>/dev/null)}"
stage "starter models" models
stage "rust format" rust_format
stage "layers" layers
stage "sizes" sizes
stage "licences" licences
stage "shell" shell
# Before anything of Rust that holds the web app in it.
stage "web build" web_build
stage "web lint" web_lint
stage "web types" web_types
stage "web size" web_size
stage "web tests" web_tests
stage "clippy" clippy
stage "rust build" rust_build
stage "openapi" openapi
stage "rust tests" rust_tests
stage "rust examples" rust_examples
stage "browser tests" browser_tests
stage "faults" faults
stage "api fuzzing" api_fuzzing
finish
