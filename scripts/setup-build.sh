#!/usr/bin/env bash
# What a build needs: Rust, Node.js, Python, and for llama.cpp a C++ compiler, cmake and libclang (bindgen).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_rust
need_node
need_python

libclang_found() {
  local dir
  for dir in "${LIBCLANG_PATH:-}" /usr/lib/llvm-*/lib /usr/lib/*-linux-gnu /usr/lib64 /usr/lib /opt/homebrew/opt/llvm/lib; do
    # `libclang.so`, `libclang-14.so.1`, `libclang.dylib`; not `libclang-cpp.so`, which bindgen cannot use.
    compgen -G "$dir/libclang.so*" >/dev/null || compgen -G "$dir/libclang-[0-9]*.so*" >/dev/null || compgen -G "$dir/libclang.dylib" >/dev/null && return
  done
  return 1
}

missing=()
have cmake || missing+=(cmake)
have g++ || have clang++ || missing+=(g++)
libclang_found || missing+=(libclang-dev)
[ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
