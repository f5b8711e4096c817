//! Vectors of the real embedding model.

use std::time::Duration;

use kuma_llm::{Embedder, ModelErrorKind};
use kuma_local::{EmbedderOptions, LocalEmbedder};

use crate::{models_dir, until};

fn embedder() -> LocalEmbedder {
    LocalEmbedder::new(EmbedderOptions::new(models_dir()))
}

async fn vectors(texts: &[&str]) -> Vec<Vec<f32>> {
    embedder().embed(texts.iter().map(|&text| text.to_owned()).collect()).await.unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn near_in_meaning_is_near_in_space() {
    let got = vectors(&[
        "How do I reset my password?",
        "I forgot my login credentials and need new ones.",
        "The restaurant serves breakfast until eleven.",
        "A cat sleeps on the windowsill.",
        "A kitten is napping by the window.",
    ])
    .await;
    let near = |a: usize, b: usize| cosine(&got[a], &got[b]);
    assert!(near(0, 1) > near(0, 2) + 0.2, "{} {}", near(0, 1), near(0, 2));
    assert!(near(3, 4) > 0.6 && near(3, 4) > near(3, 0) + 0.4);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_vector_has_384_numbers_and_unit_length() {
    let embedder = embedder();
    assert_eq!((embedder.model(), embedder.dimensions()), ("local/all-minilm-l6-v2", 384));
    for vector in vectors(&["short", "", "   ", "日本語のテキスト", "a\0b", &"long ".repeat(5000)]).await
    {
        assert_eq!(vector.len(), 384);
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_gives_what_single_texts_give_in_their_order() {
    // More than one pass, lengths mixed.
    let texts: Vec<String> = (0..40).map(|n| format!("{n} {}", "and so on ".repeat(n * 7 % 20))).collect();
    let embedder = embedder();
    let together = embedder.embed(texts.clone()).await.unwrap();
    assert_eq!(together.len(), texts.len());
    for at in [0, 1, 31, 32, 39] {
        let alone = embedder.embed(vec![texts[at].clone()]).await.unwrap().remove(0);
        assert!(cosine(&alone, &together[at]) > 0.9999, "text {at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_256_tokens_count() {
    let beginning = "library ".repeat(254);
    let got =
        vectors(&[&beginning, &format!("{beginning} {}", "volcano ".repeat(3000)), "library volcano"]).await;
    assert!(cosine(&got[0], &got[1]) > 0.9999);
    assert!(cosine(&got[0], &got[2]) < 0.99);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_nothing_out_and_nothing_loaded() {
    let embedder = embedder();
    assert_eq!(embedder.embed(vec![]).await.unwrap(), Vec::<Vec<f32>>::new());
    assert!(!embedder.is_loaded());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_at_once_all_get_their_own() {
    let embedder = std::sync::Arc::new(embedder());
    let calls = (0..6).map(|n| {
        let embedder = std::sync::Arc::clone(&embedder);
        async move { embedder.embed(vec![format!("text number {n}"), "the same".to_owned()]).await.unwrap() }
    });
    let all = futures::future::join_all(calls).await;
    for pair in all.windows(2) {
        assert!(cosine(&pair[0][1], &pair[1][1]) > 0.9999);
        assert!(cosine(&pair[0][0], &pair[1][0]) < 0.9999);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_embedder_is_dropped_and_comes_back() {
    let idle_after = Duration::from_millis(50);
    let embedder = LocalEmbedder::new(EmbedderOptions { idle_after, ..EmbedderOptions::new(models_dir()) });
    let first = embedder.embed(vec!["hello".into()]).await.unwrap();
    until("the idle embedder is dropped", || !embedder.is_loaded()).await;
    assert_eq!(embedder.embed(vec!["hello".into()]).await.unwrap(), first);
}

#[tokio::test]
async fn missing_and_damaged_files_are_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let embedder = LocalEmbedder::new(EmbedderOptions::new(folder.path()));
    let error = embedder.embed(vec!["hello".into()]).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::ModelUnusable);
    assert!(error.message.contains("model.onnx is missing"), "{error}");

    let files = folder.path().join("all-minilm-l6-v2");
    std::fs::create_dir(&files).unwrap();
    std::fs::copy(models_dir().join("all-minilm-l6-v2/tokenizer.json"), files.join("tokenizer.json"))
        .unwrap();
    std::fs::write(files.join("model.onnx"), b"not a network").unwrap();
    let error = embedder.embed(vec!["hello".into()]).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::ModelUnusable);
    assert!(error.message.contains("model.onnx could not be loaded"), "{error}");
}
