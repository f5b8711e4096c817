#!/usr/bin/env bash
# A throw-away Redis on a free loopback port, for tests: redis.sh start|stop|url (as postgres.sh).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

dir="$(services_dir)/redis/$KUMA_INSTANCE"

url() { printf 'redis://127.0.0.1:%s\n' "$(cat "$dir/port")"; }

pid() { cat "$dir/redis.pid" 2>/dev/null; }
# Redis shows this as its command line.
title() { printf 'redis-server 127.0.0.1:%s' "$(cat "$dir/port")"; }

answers() { [ "$(redis-cli -h 127.0.0.1 -p "$1" ping)" = PONG ]; }

running() {
  local pid
  pid="$(pid)" && process_is "$pid" "$(title)" && answers "$(cat "$dir/port")"
}

stop() {
  local pid
  if pid="$(pid)"; then end_process "$pid" "$(title)" TERM; fi
  rm -rf "$dir"
}

start() {
  have redis-server || apt_install redis-server
  if running; then
    url
    return
  fi
  stop
  mkdir -p "$dir"
  local attempt port
  for attempt in 1 2 3; do
    port="$(free_port)"
    printf '%s\n' "$port" >"$dir/port"
    if redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --save '' --appendonly no --daemonize yes \
      --pidfile "$dir/redis.pid" --logfile "$dir/redis.log" >/dev/null && wait_until 10 running; then
      url
      return
    fi
    log "Redis did not start on port $port (attempt $attempt)"
  done
  die "Redis did not start: $(tail -n 2 "$dir/redis.log" | tr '\n' ' ')"
}

case "${1:-}" in
start) start ;;
stop) stop ;;
url)
  running || die "Redis is not running: scripts/redis.sh start"
  url
  ;;
*) die "usage: scripts/redis.sh start|stop|url" ;;
esac
