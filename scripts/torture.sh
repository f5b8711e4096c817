#!/usr/bin/env bash
# make torture [N=200] [SEED=1]: the fault suite with N plans, on a debug build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup-build.sh"
"$ROOT/scripts/setup-test.sh"
[ -f "$ROOT/web/dist/index.html" ] || "$ROOT/scripts/web-build.sh"
cd "$ROOT"
# All targets, as the tests do: then nothing is compiled twice.
cargo build --locked --workspace --all-targets
# Kept aside: another clone may use the same target directory meanwhile.
dir="$(scratch)"
trap 'rm -rf "$dir"' EXIT
place "$CARGO_TARGET_DIR/debug/kuma" "$dir/kuma"
KUMA_BIN="$dir/kuma" "$CARGO_TARGET_DIR/debug/kuma-torture" --plans "${N:-200}" --seed "${SEED:-1}"
