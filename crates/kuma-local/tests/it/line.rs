//! Several requests at once, and people who leave.

use futures::StreamExt;
use kuma_llm::{ChatEvent, ChatStream, ModelErrorKind};
use kuma_local::{LocalOptions, LocalProvider};
use kuma_types::FinishReason;

use crate::support::{ask, options, starter, whole};
use crate::until;

/// Reads until the first piece of text, so that the request certainly has its slot.
async fn writing(stream: &mut ChatStream) {
    while let Some(event) = stream.next().await {
        if let ChatEvent::Text(_) = event.unwrap() {
            return;
        }
    }
    unreachable!("the reply ended before its first piece");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_requests_on_one_slot_wait_in_order_and_all_finish() {
    let provider = LocalProvider::new(options());
    let model = starter(&provider).await;
    let mut first = model.stream(ask("Tell me a long story.", 40)).await.unwrap();
    writing(&mut first).await;
    let second = model.stream(ask("Name a colour.", 6)).await.unwrap();
    let third = model.stream(ask("Name a fruit.", 6)).await.unwrap();
    assert_eq!(provider.waiting(), 2);
    let (first, second, third) = tokio::join!(whole(first), whole(second), whole(third));
    assert_eq!(first.unwrap().positions, [] as [u32; 0]);
    assert_eq!(second.unwrap().positions, [1]);
    assert_eq!(third.unwrap().positions, [2, 1]);
    until("the line is empty", || provider.waiting() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_on_two_slots_do_not_disturb_each_other() {
    let provider = LocalProvider::new(LocalOptions { slots: 2, cores: 2, ..options() });
    let model = starter(&provider).await;
    let questions = ["What is the capital of France?", "Name three fruits."];
    let alone = [
        whole(model.stream(ask(questions[0], 24)).await.unwrap()).await.unwrap(),
        whole(model.stream(ask(questions[1], 24)).await.unwrap()).await.unwrap(),
    ];
    let one = model.stream(ask(questions[0], 24)).await.unwrap();
    let two = model.stream(ask(questions[1], 24)).await.unwrap();
    let (one, two) = tokio::join!(whole(one), whole(two));
    assert_eq!([one.unwrap(), two.unwrap()], alone);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_ends_the_reply_and_frees_the_slot() {
    let provider = LocalProvider::new(options());
    let model = starter(&provider).await;
    // A prompt and a reply that would take minutes if nobody stopped them.
    let mut left = model.stream(ask("Count to ten thousand, in words.", 4000)).await.unwrap();
    writing(&mut left).await;
    drop(left);
    let reply = whole(model.stream(ask("Name a colour.", 4)).await.unwrap()).await.unwrap();
    assert_eq!(reply.usage.output_tokens, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_while_the_prompt_is_read_frees_the_slot() {
    let provider = LocalProvider::new(options());
    let model = starter(&provider).await;
    let reading = model.stream(ask(&"word ".repeat(3500), 400)).await.unwrap();
    until("the model is loaded", || provider.loaded() == 1).await;
    drop(reading);
    let reply = whole(model.stream(ask("Name a colour.", 4)).await.unwrap()).await.unwrap();
    assert_eq!(reply.finish, FinishReason::Length);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_line_moves_the_others_up() {
    let provider = LocalProvider::new(options());
    let model = starter(&provider).await;
    let mut first = model.stream(ask("Tell me a long story.", 30)).await.unwrap();
    writing(&mut first).await;
    let second = model.stream(ask("Name a colour.", 4)).await.unwrap();
    let mut third = model.stream(ask("Name a fruit.", 4)).await.unwrap();
    assert_eq!(third.next().await.unwrap().unwrap(), ChatEvent::Queued { position: 2 });
    drop(second);
    assert_eq!(third.next().await.unwrap().unwrap(), ChatEvent::Queued { position: 1 });
    let (first, third) = tokio::join!(whole(first), whole(third));
    assert_eq!(first.unwrap().usage.output_tokens, 30);
    assert_eq!(third.unwrap().usage.output_tokens, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_long_a_line_is_refused() {
    let provider = LocalProvider::new(LocalOptions { max_waiting: 1, ..options() });
    let model = starter(&provider).await;
    let mut first = model.stream(ask("Tell me a long story.", 200)).await.unwrap();
    writing(&mut first).await;
    let second = model.stream(ask("Name a colour.", 4)).await.unwrap();
    let refused = model.stream(ask("Name a fruit.", 4)).await.err().unwrap();
    assert_eq!(refused.kind, ModelErrorKind::Busy);
    assert!(refused.kind.retryable());
    drop(first);
    assert_eq!(whole(second).await.unwrap().usage.output_tokens, 4);
}
