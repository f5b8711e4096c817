#!/usr/bin/env bash
# Builds the web app into web/dist, only when a source is newer than the last build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_node
need_python
[ -f "$ROOT/web/package.json" ] || die "web/package.json is missing: this checkout is not complete"
npm_install web

stamp="$ROOT/web/node_modules/.built"
changed() {
  [ -f "$ROOT/web/dist/index.html" ] && [ -f "$stamp" ] || return 0
  # Directories count too: deleting a file changes only them.
  [ -n "$(find "$ROOT/web" -mindepth 1 \( -name node_modules -o -name dist -o -name coverage -o -name .vite \) -prune -o -newer "$stamp" -print -quit)" ]
}

if changed; then
  log "building the web app"
  # Taken before the build, so that an edit during it leads to another one.
  touch "$stamp.new"
  (cd "$ROOT/web" && npm run --silent build >&2) || die "the web build failed: see the lines above"
  mv -f "$stamp.new" "$stamp"
fi
