#!/usr/bin/env bash
# make bench-retrieval: quality and speed of searching documents and memories, and of reading PDF files beside npm pdf-parse;
# arguments go to the load generator.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/build.sh"
cd "$ROOT"
KUMA_BIN="$ROOT/target/release/kuma"
KUMA_MODELS_DIR="$("$ROOT/scripts/starter-models.sh" --cache)"
KUMA_RETRIEVAL_DATA="$("$ROOT/scripts/retrieval-data.sh")"
KUMA_PDF_PAGES="$("$ROOT/scripts/pdf-pages.sh")"
export KUMA_BIN KUMA_MODELS_DIR KUMA_RETRIEVAL_DATA KUMA_PDF_PAGES
exec cargo run --release --locked -p kuma-bench -- only retrieval memories embedding document-search upload pdf-text "$@"
