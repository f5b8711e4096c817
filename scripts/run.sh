#!/usr/bin/env bash
# make run: builds what changed, fetches the starter models once, starts the server (which prints its address).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/build.sh"
KUMA_BIN="$ROOT/target/release/kuma" "$ROOT/scripts/starter-models.sh"
cd "$ROOT"
log "starting Kuma, stop it with Ctrl+C"
exec target/release/kuma serve
