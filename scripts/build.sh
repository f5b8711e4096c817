#!/usr/bin/env bash
# Web app and server (release) into target/release/kuma of this clone, wherever cargo builds.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup-build.sh"
"$ROOT/scripts/web-build.sh"
cd "$ROOT"
log "building the server"
cargo build --release --locked -p kuma || die "the server did not build: see the lines above"
built="$CARGO_TARGET_DIR/release/kuma"
[ "$built" -ef "$ROOT/target/release/kuma" ] || place "$built" "$ROOT/target/release/kuma"
