#!/usr/bin/env bash
# Writes web/openapi.json from the server's routes and regenerates the web client's types from it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
npm_install web
if [ -z "${KUMA_BIN:-}" ]; then
  cargo build --quiet --locked -p kuma || die "the server did not build: see the lines above"
  KUMA_BIN="$CARGO_TARGET_DIR/debug/kuma"
fi
"$KUMA_BIN" openapi >web/openapi.json.new || {
  rm -f web/openapi.json.new
  die "kuma openapi failed: see the lines above"
}
mv web/openapi.json.new web/openapi.json
npm --prefix web run --silent generate:api
