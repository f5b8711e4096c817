#!/usr/bin/env bash
# The questions and texts that retrieval is measured with, out of a PyPI wheel that is unpacked and never installed:
# the descriptions of the rules of the linter ruff (MIT licence), which say what each checks and why that is bad.
# Prints the JSON file.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RUFF=0.14.6
file="$KUMA_CACHE/retrieval/ruff-$RUFF.json"
if [ ! -f "$file" ]; then
  dir="$(scratch)"
  log "getting the retrieval data (rule descriptions of ruff $RUFF, 12 MB)"
  unpack_wheel "ruff==$RUFF" "$dir" || die "the retrieval data could not be downloaded from PyPI: check the network and run make bench-retrieval"
  program="$(find "$dir" -type f -name ruff | head -1)"
  [ -n "$program" ] || die "the wheel of ruff $RUFF holds no program"
  chmod +x "$program"
  mkdir -p "$(dirname "$file")"
  "$program" rule --all --output-format json > "$file.part"
  mv "$file.part" "$file"
  rm -rf "$dir"
fi
printf '%s\n' "$file"
