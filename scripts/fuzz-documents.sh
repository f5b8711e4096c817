#!/usr/bin/env bash
# make fuzz [TARGET=parse] [TIME=600]: the fuzz targets of the document readers (crates/kuma-documents/fuzz), one after the
# other, each for TIME seconds (default 60), or only one of them. It ends at the first fault and says which file shows it.
# What was found worth keeping, and such files, are in the cache: the next run goes on from there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CARGO_FUZZ=0.13.2
TARGETS=(parse plain chunks)
seconds="${TIME:-60}"
[ -z "${TARGET:-}" ] || TARGETS=("$TARGET")

need_rust
need_cmd rustup "cargo-fuzz needs a nightly compiler: install rustup from https://rustup.rs"
rustup run nightly rustc --version >/dev/null 2>&1 ||
  die "the fuzz targets are built with the sanitizers of a nightly compiler: run rustup toolchain install nightly --profile minimal"
have g++ || have clang++ || apt_install g++
if ! have cargo-fuzz; then
  log "compiling cargo-fuzz $CARGO_FUZZ once"
  cargo install --quiet --locked --root "$KUMA_CACHE/tools" --version "$CARGO_FUZZ" cargo-fuzz || die "cargo install cargo-fuzz failed: see the lines above"
fi

cd "$ROOT/crates/kuma-documents"
for target in "${TARGETS[@]}"; do
  kept="$KUMA_CACHE/fuzz/$target"
  faults="$KUMA_CACHE/fuzz/$target-faults/"
  mkdir -p "$kept" "$faults"
  # The first directory takes what is new; the others are only read. Only `parse` takes files as they are.
  inputs=("$kept")
  [ "$target" != parse ] || inputs+=("$ROOT/fixtures/documents")
  log "fuzzing $target for $seconds s"
  cargo +nightly fuzz run --target-dir "$KUMA_CACHE/fuzz/target" "$target" "${inputs[@]}" -- \
    -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=30 -artifact_prefix="$faults" ||
    die "$target found a fault: the newest file in $faults shows it, and cargo +nightly fuzz run $target FILE runs it again"
done
