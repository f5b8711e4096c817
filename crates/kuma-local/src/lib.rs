//! Models that run in this process: llama.cpp for chat, rten for embeddings.
