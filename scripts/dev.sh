#!/usr/bin/env bash
# make dev: the server, rebuilt and restarted when a Rust source changes, and Vite on 5173 in front of it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup-build.sh"
npm_install web
# Vite serves the app; the server only wants some build of it to exist.
[ -f "$ROOT/web/dist/index.html" ] || "$ROOT/scripts/web-build.sh"
"$ROOT/scripts/starter-models.sh"
cd "$ROOT"
# Job control gives each of the two its own process group, so that npm's children end with it.
set -m
npm --prefix web run --silent dev </dev/null &
vite=$!
cargo xtask dev </dev/null &
server=$!
stop() {
  trap - EXIT INT TERM
  kill -- "-$vite" "-$server" 2>/dev/null || true
  wait
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
log "open http://localhost:5173 (the API is proxied to the server on 3001)"
wait -n
