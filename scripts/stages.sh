# shellcheck shell=bash
# The stages of make test and make lint, and what runs them. Sourced after lib.sh.
#
# A stage is a function that exits non-zero when it failed. It counts as one check unless it calls `count` with what
# its test runner counted. A failed stage does not stop the ones after it: all that is wrong is seen at once.

# Logs are read in files.
export NO_COLOR=1 CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never
unset FORCE_COLOR CLICOLOR_FORCE
# A test binary that another clone has compiled into the same target directory knows that one's path.
export INSTA_WORKSPACE_ROOT="$ROOT"

RUN="$(scratch)"
LOGS="$KUMA_CACHE/logs/$(basename "$0" .sh)-$$"
mkdir -p "$LOGS"
PASSED=0 FAILED=0 SKIPPED=0
FAILED_STAGES=()
CURRENT=""

# count PASSED FAILED SKIPPED
count() { printf '%s %s %s\n' "$1" "$2" "$3" >"$RUN/count"; }

# count_from KIND FILE: what a test runner counted, read from its report.
count_from() {
  local counted
  counted="$(python3 "$ROOT/scripts/count_results.py" "$1" "$2")" || return 1
  # shellcheck disable=SC2086 # three words on purpose
  count $counted
}

# stage NAME FUNCTION
stage() {
  local name="$1" begin log status passed failed skipped
  log="$LOGS/${name// /-}.log"
  rm -f "$RUN/count"
  begin="$(date +%s%N)"
  # In a process group of its own, so that all of it can be ended at once.
  set -m
  (
    set -euo pipefail
    cd "$ROOT"
    "$2"
  ) >"$log" 2>&1 </dev/null &
  CURRENT=$!
  set +m
  wait "$CURRENT" && status=0 || status=$?
  CURRENT=""
  if [ -f "$RUN/count" ]; then
    read -r passed failed skipped <"$RUN/count"
    # A runner that failed without a failed test (it crashed, or found none) is a failure too.
    [ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  else
    passed=$((status == 0)) failed=$((status != 0)) skipped=0
  fi
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  local tenths=$((($(date +%s%N) - begin) / 100000000))
  printf '%-6s %4d.%d s  %-22s %s\n' "$([ "$failed" = 0 ] && echo ok || echo FAILED)" $((tenths / 10)) $((tenths % 10)) \
    "$name" "$passed passed, $failed failed, $skipped skipped"
  if [ "$failed" != 0 ]; then
    FAILED_STAGES+=("$name")
    printf -- '---- the end of %s\n' "$log"
    tail -n 40 "$log" | sed 's/^/  | /'
    printf -- '----\n'
  fi
}

# finish: the last lines, and the exit status.
finish() {
  [ ${#FAILED_STAGES[@]} -eq 0 ] || printf 'failed: %s\n' "$(printf '%s, ' "${FAILED_STAGES[@]}" | sed 's/, $//')"
  [ "$SKIPPED" -eq 0 ] || printf 'a test was skipped: none may be, run it or delete it\n'
  printf 'logs: %s\n' "$LOGS"
  printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  [ "$FAILED" -eq 0 ] && [ "$SKIPPED" -eq 0 ]
}

end_current_stage() { [ -z "$CURRENT" ] || kill -s TERM -- "-$CURRENT" 2>/dev/null || true; }

# in_time SECONDS COMMAND…: a command that hangs is ended and fails.
in_time() {
  local status=0
  timeout --kill-after=10 "$@" || status=$?
  [ "$status" != 124 ] || printf 'it did not end within %s s and was stopped\n' "$1"
  return "$status"
}

need_package() { [ -f "$ROOT/$1/package.json" ] || die "$1/package.json is missing: this checkout is not complete"; }

# --- checks ---------------------------------------------------------------------------------------------------------

rust_format() { cargo fmt --all --check; }
layers() { cargo run --locked --quiet --package xtask -- check-layers; }
sizes() { cargo run --locked --quiet --package xtask -- check-size; }
clippy() { cargo clippy --locked --workspace --all-targets -- -D warnings; }
licences() { cargo deny --locked --all-features check bans licenses sources; }
shell() {
  # SC2329 takes functions for unused that a trap, a stage or wait_until calls by name.
  shellcheck --exclude=SC2329 --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
  python3 - scripts/*.py <<'PYTHON'
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name).read(), name)
PYTHON
}
web_build() { "$ROOT/scripts/web-build.sh"; }
web_lint() { need_package web && npm --prefix web run --silent lint; }
web_types() { need_package web && npm --prefix web run --silent typecheck; }
web_size() { need_package web && npm --prefix web run --silent size; }
