//! Vectors.

use kuma_llm::{Embedder, EmbedderError, RemoteEmbedder};
use kuma_testkit::Failure;

use crate::support::{Lane, http};

fn model(lane: Lane) -> &'static str {
    match lane {
        Lane::Gemini => "gemini-embedding-001",
        Lane::Ollama => "nomic-embed-text:latest",
        _ => "text-embedding-3-small",
    }
}

#[tokio::test]
async fn vectors_come_in_order_and_one_long() {
    for lane in [Lane::OpenAi, Lane::Compatible, Lane::Gemini, Lane::Ollama] {
        let fake = lane.fake().await;
        let config = lane.config(&fake.base_url(), "a-good-key");
        let embedder = RemoteEmbedder::connect(config, model(lane), http()).await.unwrap();
        assert_eq!(embedder.model(), format!("acme/{}", model(lane)));
        assert!(embedder.dimensions() > 0);

        let texts: Vec<String> = (0..150).map(|i| format!("text number {i}")).collect();
        let vectors = embedder.embed(texts.clone()).await.unwrap();
        assert_eq!(vectors.len(), 150, "{lane:?}");
        for vector in &vectors {
            assert_eq!(vector.len(), embedder.dimensions());
            let length: f32 = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-3, "{lane:?} {length}");
        }
        // One alone is the same as among many: the order was kept.
        let alone = embedder.embed(vec![texts[140].clone()]).await.unwrap().remove(0);
        let cosine: f32 = alone.iter().zip(&vectors[140]).map(|(a, b)| a * b).sum();
        assert!(cosine > 0.999, "{lane:?} {cosine}");
        assert!(embedder.embed(vec![]).await.unwrap().is_empty());
        assert_eq!(embedder.embed(vec![String::new(), " ".into()]).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn texts_that_are_too_long_are_embedded_by_their_beginning() {
    let lane = Lane::OpenAi;
    let fake = lane.fake().await;
    let config = lane.config(&fake.base_url(), "a-good-key");
    let embedder = RemoteEmbedder::connect(config, model(lane), http()).await.unwrap();
    let too_long = Failure::status(400)
        .message("This model's maximum context length is 8192 tokens, however you requested 9000.");
    fake.fail(too_long, Some(2));
    assert_eq!(embedder.embed(vec!["x ".repeat(20_000)]).await.unwrap().len(), 1);
    let sizes: Vec<usize> =
        fake.requests().iter().skip(1).map(|r| r.body["input"][0].as_str().unwrap().len()).collect();
    assert_eq!(sizes, [24_000, 12_000, 6_000]);
}

#[tokio::test]
async fn failures_are_told_when_connecting() {
    let fake = Lane::OpenAi.fake().await;
    let connect = |lane: Lane, key: &'static str, base: String| async move {
        RemoteEmbedder::connect(lane.config(&base, key), model(lane), http()).await.err().unwrap()
    };
    let wrong_key = connect(Lane::OpenAi, "bad-key", fake.base_url()).await;
    assert!(
        matches!(wrong_key, EmbedderError::Model(error) if error.kind == kuma_llm::ModelErrorKind::KeyRejected)
    );
    let none = connect(Lane::Anthropic, "k", "http://127.0.0.1:9".to_owned()).await;
    assert!(none.to_string().contains("no embedding models"), "{none}");
    fake.take_violations();
}
