#!/usr/bin/env bash
# Fuzzes the API of a fresh server with schemathesis, from the server's own OpenAPI document: no answer may be a 5xx, have
# a status or a content type the document does not name, or a body that does not match its schema.
#   KUMA_BIN            the server (default: built now)
#   KUMA_FUZZ_SECONDS   time for it (default 90)
#   KUMA_FUZZ_REPORT    where the JUnit report goes
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup-test.sh"
cd "$ROOT"
if [ -z "${KUMA_BIN:-}" ]; then
  cargo build --quiet --locked -p kuma || die "the server did not build: see the lines above"
  KUMA_BIN="$CARGO_TARGET_DIR/debug/kuma"
fi
seconds="${KUMA_FUZZ_SECONDS:-90}"

dir="$(scratch)"
server=""
cleanup() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# An environment of its own, in a directory of its own: no .env, no keys, no Ollama of this machine is touched.
(
  cd "$dir"
  exec env -i PATH="$PATH" HOME="$dir" PORT=0 KUMA_DATA_DIR="$dir/data" RATE_LIMIT_ENABLED=false \
    OLLAMA_BASE_URL=http://127.0.0.1:9 KUMA_LOG="${KUMA_LOG:-warn}" "$KUMA_BIN" serve
) >"$dir/server.log" 2>&1 &
server=$!

address() { grep -o 'http://127\.0\.0\.1:[0-9]*' "$dir/server.log" | head -n 1 | grep .; }
started_or_ended() { address || ! kill -0 "$server"; }
wait_until 60 started_or_ended || true
url="$(address)" || die "the server did not start: $(tail -n 3 "$dir/server.log" | tr '\n' ' ')"

# The first account is an admin, so that the admin's endpoints are reached too.
token="$(
  python3 - "$url" <<'PYTHON'
import json, sys, urllib.request
account = {"email": "fuzz@example.com", "password": "correct horse battery", "name": "Fuzz"}
request = urllib.request.Request(
    sys.argv[1] + "/api/auth/signup", json.dumps(account).encode(), {"Content-Type": "application/json"}
)
with urllib.request.urlopen(request, timeout=30) as answer:
    print(json.load(answer)["token"])
PYTHON
)" || die "the fuzzer's account could not be made: see the lines above"

# --max-time bounds the time asked for; timeout is for a fuzzer or a server that hangs.
report="${KUMA_FUZZ_REPORT:-$dir/report.xml}"
status=0
cd "$dir" # it leaves its notes where it runs
timeout --kill-after=10 $((seconds + 120)) "$KUMA_CACHE/tools/schemathesis/bin/schemathesis" --config-file "$ROOT/scripts/schemathesis.toml" \
  run "$url/api/openapi.json" \
  --header "Authorization: Bearer $token" \
  --max-time "$seconds" --no-color --report junit --report-junit-path "$report" || status=$?

kill -0 "$server" 2>/dev/null || die "the server ended while it was fuzzed: $(tail -n 3 "$dir/server.log" | tr '\n' ' ')"
[ "$status" != 124 ] || die "the fuzzer did not end within $((seconds + 120)) s and was stopped"
if [ "$status" != 0 ]; then
  printf 'the end of the server log:\n'
  tail -n 20 "$dir/server.log"
fi
exit "$status"
