#!/usr/bin/env bash
# What reading PDF files is measured with beside the server: npm pdf-parse, and Kuma's reader in one process for all files.
# Prints the path of the latter.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_rust
npm_install bench/documents
cd "$ROOT"
log "building the PDF reader to be measured"
cargo build --release --locked --quiet --package kuma-documents --example pdf_pages >&2 || die "the PDF reader did not build: see the lines above"
built="$CARGO_TARGET_DIR/release/examples/pdf_pages"
# The build directory may be shared by several clones.
[ "$built" -ef "$ROOT/target/release/pdf_pages" ] || place "$built" "$ROOT/target/release/pdf_pages"
printf '%s\n' "$ROOT/target/release/pdf_pages"
