#!/usr/bin/env bash
# make fmt: formats what a formatter can.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_rust
need_node
cd "$ROOT"
cargo fmt --all
npm_install web
npm --prefix web run --silent format
