//! How often readers are told while an answer streams. Time is virtual here.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kuma_llm::{ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelInfo};
use kuma_types::{ChatId, JobId, RunEvent, UserId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::support::{Scripted, done, text, told_text};
use crate::run::{EventSink, RunIds, RunInput, SinkError, run};
use crate::steps::MemorySteps;

/// Says `words` words, one every `every`, as a connection with a buffer of one brings them.
struct Speaker {
    info: ModelInfo,
    words: u32,
    every: Duration,
}

#[async_trait]
impl ChatModel for Speaker {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, _: ChatRequest) -> Result<ChatStream, ModelError> {
        let (said, heard) = tokio::sync::mpsc::channel::<ChatEvent>(1_000);
        let (words, every) = (self.words, self.every);
        tokio::spawn(async move {
            for n in 0..words {
                said.send(text(&format!("word{n} "))).await.unwrap();
                tokio::time::sleep(every).await;
            }
            said.send(done()).await.unwrap();
        });
        let stream = futures::stream::unfold(heard, |mut heard| async move {
            // The client's task is between the connection and the run.
            tokio::task::yield_now().await;
            heard.recv().await.map(|event| (Ok(event), heard))
        });
        Ok(Box::pin(stream))
    }
}

struct Told {
    begun: Instant,
    pace: Duration,
    /// When, and how many characters.
    chunks: Mutex<Vec<(Duration, usize)>>,
    events: Mutex<Vec<RunEvent>>,
}

#[async_trait]
impl EventSink for Told {
    async fn emit(&self, events: Vec<RunEvent>) -> Result<(), SinkError> {
        let size =
            events.iter().map(|event| if let RunEvent::Chunk { text } = event { text.len() } else { 0 });
        self.chunks.lock().unwrap().push((self.begun.elapsed(), size.sum()));
        self.events.lock().unwrap().extend(events);
        Ok(())
    }

    fn pace(&self) -> Duration {
        self.pace
    }
}

async fn told(words: u32, every: Duration, pace: Duration) -> (Vec<(Duration, usize)>, Duration) {
    let info = Scripted::replies(vec![vec![done()]]).info().clone();
    let told = Told { begun: Instant::now(), pace, chunks: Mutex::default(), events: Mutex::default() };
    let ids = RunIds { user: UserId::new(), chat: ChatId::new(), job: JobId::new() };
    let model = Arc::new(Speaker { info, words, every });
    let input = RunInput::new(ids, model, ChatRequest::default());
    let outcome = run(input, &told, &MemorySteps::default(), &CancellationToken::new()).await;
    let all = (0..words).map(|n| format!("word{n} ")).collect::<Vec<_>>().concat();
    assert_eq!(outcome.text, all);
    assert_eq!(told_text(&told.events.lock().unwrap()), all);
    let chunks = told.chunks.into_inner().unwrap();
    (chunks, told.begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn words_that_come_one_by_one_are_told_a_few_at_a_time_and_the_first_at_once() {
    let (chunks, took) = told(100, Duration::from_millis(20), Duration::from_millis(60)).await;
    assert!(chunks[0].0 < Duration::from_millis(5), "{chunks:?}");
    assert!(chunks.len() <= 40, "{} events for 2 s of words", chunks.len());
    for pair in chunks.windows(2) {
        assert!(pair[1].0 <= pair[0].0 + Duration::from_millis(90), "readers wait too long: {chunks:?}");
    }
    assert!(took <= Duration::from_millis(2_100), "the end is late: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_model_that_speaks_without_pause_is_not_held_up() {
    // A word every millisecond is never quiet for long: what a pace of 60 ms gathers is told, and more.
    let (_, took) = told(3_000, Duration::from_millis(1), Duration::from_millis(60)).await;
    assert!(took <= Duration::from_millis(3_000 * 2 + 100), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_pace_every_word_is_told_when_it_comes() {
    let (chunks, _) = told(20, Duration::from_millis(20), Duration::ZERO).await;
    assert_eq!(chunks.iter().filter(|(_, size)| *size > 0).count(), 20);
}
