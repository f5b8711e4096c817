#!/usr/bin/env bash
# Other programs' own clients against the real server with fake model providers: the official `openai` package talks to
# /v1, the official `mcp` package to /mcp. The tests are scripts/api_clients.py.
#   KUMA_BIN             the server (default: built now)
#   KUMA_FAKE_UPSTREAM   the fake providers (default: beside the build)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup-test.sh"
cd "$ROOT"
if [ -z "${KUMA_BIN:-}" ]; then
  cargo build --quiet --locked --workspace --bins || die "the server did not build: see the lines above"
  KUMA_BIN="$CARGO_TARGET_DIR/debug/kuma"
fi
fake_bin="${KUMA_FAKE_UPSTREAM:-$CARGO_TARGET_DIR/debug/kuma-fake-upstream}"
[ -x "$fake_bin" ] || die "there are no fake providers at $fake_bin: run cargo build --workspace --bins"

dir="$(scratch)"
server="" fake=""
cleanup() {
  for process in $server $fake; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# address FILE PROCESS: the first address that the process printed there.
address() { grep -o 'http://127\.0\.0\.1:[0-9]*' "$1" | head -n 1 | grep .; }
started_or_ended() { address "$1" || ! kill -0 "$2"; }

"$fake_bin" >"$dir/fake.log" 2>&1 &
fake=$!
wait_until 60 started_or_ended "$dir/fake.log" "$fake" || true
upstream="$(address "$dir/fake.log")" || die "the fake providers did not start: $(tail -n 3 "$dir/fake.log" | tr '\n' ' ')"

# An environment of its own, in a directory of its own: no .env, no keys, no Ollama of this machine is touched. The tests
# serve a page of their own from this machine for getPageContent.
(
  cd "$dir"
  exec env -i PATH="$PATH" HOME="$dir" PORT=0 KUMA_DATA_DIR="$dir/data" RATE_LIMIT_ENABLED=false KUMA_LOG="${KUMA_LOG:-warn}" \
    OPENAI_API_KEY=sk-good OPENAI_BASE_URL="$upstream/openai/v1" KUMA_MODEL=openai/gpt-5.6-sol \
    OLLAMA_BASE_URL=http://127.0.0.1:9 KUMA_ALLOW_PRIVATE_HOSTS=127.0.0.1 "$KUMA_BIN" serve
) >"$dir/server.log" 2>&1 &
server=$!
wait_until 60 started_or_ended "$dir/server.log" "$server" || true
url="$(address "$dir/server.log")" || die "the server did not start: $(tail -n 3 "$dir/server.log" | tr '\n' ' ')"

status=0
timeout --kill-after=10 120 "$KUMA_CACHE/tools/api-clients/bin/python" "$ROOT/scripts/api_clients.py" "$url" "$upstream" || status=$?
if [ "$status" != 0 ]; then
  printf 'the end of the server log:\n'
  tail -n 20 "$dir/server.log"
fi
exit "$status"
