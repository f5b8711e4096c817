#!/usr/bin/env bash
# make lint: every check that runs no test.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/scripts/stages.sh"
trap 'rm -rf "$RUN"' EXIT
trap 'end_current_stage; exit 130' INT
trap 'end_current_stage; exit 143' TERM

setup() { "$ROOT/scripts/setup-build.sh" && "$ROOT/scripts/setup-test.sh"; }

stage "setup" setup
stage "rust format" rust_format
stage "layers" layers
stage "sizes" sizes
stage "licences" licences
stage "shell" shell
stage "web build" web_build
stage "web lint" web_lint
stage "web types" web_types
stage "clippy" clippy
finish
