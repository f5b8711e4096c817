#!/usr/bin/env bash
# make bench-retrieval: quality and speed of searching documents; arguments go to the load generator.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/build.sh"
cd "$ROOT"
KUMA_BIN="$ROOT/target/release/kuma"
KUMA_MODELS_DIR="$("$ROOT/scripts/starter-models.sh" --cache)"
KUMA_RETRIEVAL_DATA="$("$ROOT/scripts/retrieval-data.sh")"
export KUMA_BIN KUMA_MODELS_DIR KUMA_RETRIEVAL_DATA
exec cargo run --release --locked -p kuma-bench -- only retrieval memories embedding document-search upload "$@"
