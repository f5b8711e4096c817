# shellcheck shell=bash
# What every script here shares: where things live, how to speak, how to get what is missing.
# Sourced by the scripts next to it, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export ROOT
# One cache for all clones of this repository: compiled crates, tools, models, logs. Safe to delete.
export KUMA_CACHE="${KUMA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kuma}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$KUMA_CACHE/target}"
export PATH="$KUMA_CACHE/tools/bin:$PATH"
export npm_config_update_notifier=false PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# A make in the middle would hand its own flags down to the C builds inside cargo.
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$KUMA_CACHE"

log() { printf '> %s\n' "$*" >&2; }
warn() { printf '! %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# need_cmd COMMAND WHAT-TO-DO
need_cmd() { have "$1" || die "$1 is missing: $2"; }

# apt_install PACKAGE…: as root installs, otherwise says which line does.
apt_install() {
  have apt-get || die "these packages are missing and this is no Debian-like system: $* (install them with your package manager)"
  if [ "$(id -u)" != 0 ]; then
    die "system packages are missing, run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
  fi
  log "installing $* with apt-get"
  local options=(-qq -y --no-install-recommends -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive
  # The package lists may be absent or too old, so the second try refreshes them.
  apt-get install "${options[@]}" "$@" >/dev/null 2>&1 && return
  apt-get update -qq -o DPkg::Lock::Timeout=300 >&2 || die "apt-get update failed: check the network, then run it by hand"
  apt-get install "${options[@]}" "$@" >&2 || die "apt-get install $* failed: see the lines above"
}

# version_at_least HAVE WANT
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_rust() {
  need_cmd cargo "install Rust 1.95 or newer from https://rustup.rs"
  version_at_least "$(rustc --version | cut -d' ' -f2)" 1.95.0 || die "Rust 1.95 or newer is needed, this is $(rustc --version): run rustup update"
}

need_node() {
  need_cmd node "install Node.js 20 or newer from https://nodejs.org"
  need_cmd npm "install npm, it comes with Node.js"
  version_at_least "$(node --version | tr -d v)" 20.0.0 || die "Node.js 20 or newer is needed, this is $(node --version)"
}

need_python() {
  need_cmd python3 "install Python 3.11 or newer"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed, this is $(python3 --version)"
  python3 -c 'import pip, ensurepip' 2>/dev/null || apt_install python3-pip python3-venv
}

sha256_of() { python3 -c 'import hashlib,sys; print(hashlib.file_digest(open(sys.argv[1],"rb"),"sha256").hexdigest())' "$1"; }

# check_sha256 FILE EXPECTED
check_sha256() {
  local got
  got="$(sha256_of "$1")"
  [ "$got" = "$2" ] || die "$(basename "$1") is not the file it should be (sha256 $got, expected $2): nothing was kept, try again or report it"
}

# scratch: a new empty directory in the cache. The caller removes it.
scratch() {
  mkdir -p "$KUMA_CACHE/tmp"
  mktemp -d "$KUMA_CACHE/tmp/XXXXXX"
}

# unpack_wheel REQUIREMENT DIR: the files of a wheel, without installing it or what it depends on.
unpack_wheel() {
  local dir
  dir="$(scratch)"
  if ! python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$dir" "$1" >&2; then
    rm -rf "$dir"
    return 1
  fi
  mkdir -p "$2"
  python3 -m zipfile -e "$dir"/*.whl "$2"
  rm -rf "$dir"
}

# venv DIR REQUIREMENT…: a virtual environment with these packages, made again when the list changes.
venv() {
  local dir="$1"
  shift
  [ "$(cat "$dir/.made-of" 2>/dev/null)" = "$*" ] && return
  rm -rf "$dir"
  python3 -m venv "$dir" || die "python3 -m venv failed: install the venv module of your Python (Debian: python3-venv)"
  "$dir/bin/python" -m pip install --quiet "$@" >&2 || die "pip could not install $*: check the network and try again"
  printf '%s' "$*" >"$dir/.made-of"
}

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }

# wait_until SECONDS COMMAND…: true as soon as the command is, false when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# process_is PID TEXT: that process is alive and has TEXT in its command line. (A dead one that nobody reaped has none.)
process_is() {
  if [ -d /proc/self ]; then
    tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF -- "$2"
  else
    ps -p "$1" -o args= | grep -qF -- "$2"
  fi
}

# end_process PID TEXT SIGNAL: sends SIGNAL to that process if it is the one meant, and KILL when that is not heard in 10 s.
end_process() {
  process_is "$1" "$2" || return 0
  kill -s "$3" "$1" 2>/dev/null || true
  wait_until 10 process_gone "$1" "$2" || kill -s KILL "$1" 2>/dev/null || true
}
process_gone() { ! process_is "$1" "$2"; }

# place FILE TARGET: hard link, or a copy where the file systems differ; TARGET is never half-written.
place() {
  mkdir -p "$(dirname "$2")"
  ln -f "$1" "$2.new" 2>/dev/null || cp "$1" "$2.new"
  mv -f "$2.new" "$2"
  # mv leaves both names alone when they are links to the same file already.
  rm -f "$2.new"
}

# lock_matches DIR: the lock file asks for the same packages as package.json.
lock_matches() {
  python3 - "$1" <<'PYTHON'
import json, sys
wanted = json.load(open(sys.argv[1] + "/package.json"))
locked = json.load(open(sys.argv[1] + "/package-lock.json"))["packages"][""]
sys.exit(any(wanted.get(kind, {}) != locked.get(kind, {}) for kind in ("dependencies", "devDependencies")))
PYTHON
}

# npm_install DIR: the packages of its lock file, only when that changed since the last time.
npm_install() {
  local dir="$ROOT/$1" stamp lock
  [ -f "$dir/package-lock.json" ] || die "$1/package-lock.json is missing: run npm install in $1/ and commit the lock file"
  stamp="$dir/node_modules/.installed-from"
  lock="$(sha256_of "$dir/package-lock.json")"
  [ "$(cat "$stamp" 2>/dev/null)" = "$lock" ] && return
  need_node
  lock_matches "$dir" || die "$1/package-lock.json does not belong to its package.json: run npm install in $1/ and commit the lock file"
  log "installing the packages of $1/"
  # Not `npm ci`: it refuses a lock file that was written where the builds for other operating systems (optional packages of
  # the web tools) could not be had. This installs the same locked versions and writes nothing back.
  (cd "$dir" && npm install --no-save --no-audit --no-fund --loglevel=error >&2) || die "npm install in $1/ failed: see the lines above"
  printf '%s' "$lock" >"$stamp"
}

# data_dir: where the server keeps its data, as an absolute path (environment, then .env, then ./data).
data_dir() {
  local dir="${KUMA_DATA_DIR:-}"
  if [ -z "$dir" ] && [ -f "$ROOT/.env" ]; then
    dir="$(sed -n 's/^[[:space:]]*\(export[[:space:]]\{1,\}\)\{0,1\}KUMA_DATA_DIR=//p' "$ROOT/.env" | tail -n 1 | sed 's/^"\(.*\)"$/\1/; s/[[:space:]]*$//')"
  fi
  dir="${dir:-data}"
  case "$dir" in /*) printf '%s\n' "$dir" ;; *) printf '%s\n' "$ROOT/${dir#./}" ;; esac
}

# services_dir: where test databases live. PostgreSQL refuses to run as root and is started as `nobody`, who may not
# be able to enter root's home; then the cache for it is under /var/cache.
services_dir() {
  if [ "$(id -u)" = 0 ] && ! setpriv --reuid=nobody --regid=nogroup --clear-groups test -x "$KUMA_CACHE"; then
    mkdir -p /var/cache/kuma && chmod 755 /var/cache/kuma
    printf '/var/cache/kuma\n'
  else
    printf '%s\n' "$KUMA_CACHE"
  fi
}

# The name of a set of test services: `default` by hand, `test-PID` for one run of make test.
export KUMA_INSTANCE="${KUMA_INSTANCE:-default}"
