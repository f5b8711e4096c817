//! The second and third attempt at a model call.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::{FutureExt, Stream, StreamExt};
use tokio::time::{Sleep, sleep};

use crate::{ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo};

/// When and how often a call is made again.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// The wait before each further attempt; its length is the number of further attempts.
    pub delays: Vec<Duration>,
    /// Up to this share is added to a wait at random, so that callers do not return in step.
    pub jitter: f64,
    /// A provider that asks to wait longer than this is not waited for.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            delays: vec![Duration::from_millis(500), Duration::from_secs(2)],
            jitter: 0.2,
            longest_wait: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before trying again after `error`; none when there is no point.
    /// `failed` counts the attempts made so far, from 1.
    fn wait_after(&self, error: &ModelError, failed: usize) -> Option<Duration> {
        if !worth_repeating(error) {
            return None;
        }
        let delay = *self.delays.get(failed.checked_sub(1)?)?;
        match error.retry_after {
            Some(asked) if asked > self.longest_wait => None,
            Some(asked) => Some(asked),
            None => Some(delay.mul_f64(1.0 + self.jitter * rand::random::<f64>())),
        }
    }
}

/// 408, 429, 5xx and connections that could not be made or broke. Not our own deadlines: they are
/// minutes long, and the person has waited enough.
fn worth_repeating(error: &ModelError) -> bool {
    use ModelErrorKind::{ConnectionLost, ProviderUnavailable, RateLimited, TimedOut, Unreachable};
    matches!(
        (error.kind, error.status),
        (RateLimited | ProviderUnavailable, _) | (TimedOut, Some(408)) | (Unreachable | ConnectionLost, None)
    )
}

/// A model whose calls are made again when that can help, before the first token only: what a
/// person has read is never taken back here. Each further attempt is announced with
/// [`ChatEvent::Retrying`].
pub struct RetryModel {
    inner: Arc<dyn ChatModel>,
    policy: RetryPolicy,
}

impl RetryModel {
    /// Wraps a model.
    pub fn new(inner: Arc<dyn ChatModel>, policy: RetryPolicy) -> Self {
        Self { inner, policy }
    }
}

#[async_trait]
impl ChatModel for RetryModel {
    fn info(&self) -> &ModelInfo {
        self.inner.info()
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        Ok(Box::pin(Attempts {
            inner: Arc::clone(&self.inner),
            policy: self.policy.clone(),
            request,
            failed: 0,
            state: State::Ready,
        }))
    }
}

struct Attempts {
    inner: Arc<dyn ChatModel>,
    policy: RetryPolicy,
    request: ChatRequest,
    failed: usize,
    state: State,
}

enum State {
    /// The next attempt begins.
    Ready,
    /// A call is on its way.
    Calling(BoxFuture<'static, Result<ChatStream, ModelError>>),
    /// It was taken; no token yet.
    Expecting(ChatStream),
    /// Tokens flow: nothing is repeated any more.
    Flowing(ChatStream),
    /// The wait before the next attempt.
    Waiting(Pin<Box<Sleep>>),
    /// Over.
    Ended,
}

impl Stream for Attempts {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Flowing(stream) => return stream.poll_next_unpin(cx),
                State::Ready => {
                    let (inner, request) = (Arc::clone(&this.inner), this.request.clone());
                    this.state = State::Calling(async move { inner.stream(request).await }.boxed());
                }
                State::Calling(call) => match std::task::ready!(call.as_mut().poll(cx)) {
                    Ok(stream) => this.state = State::Expecting(stream),
                    Err(error) => return Poll::Ready(Some(this.fail(error))),
                },
                State::Expecting(stream) => match std::task::ready!(stream.poll_next_unpin(cx)) {
                    Some(Ok(ChatEvent::Queued { position })) => {
                        return Poll::Ready(Some(Ok(ChatEvent::Queued { position })));
                    }
                    Some(Ok(event)) => {
                        let State::Expecting(stream) = std::mem::replace(&mut this.state, State::Ended)
                        else {
                            return Poll::Ready(None);
                        };
                        this.state = State::Flowing(stream);
                        return Poll::Ready(Some(Ok(event)));
                    }
                    Some(Err(error)) => return Poll::Ready(Some(this.fail(error))),
                    None => {
                        this.state = State::Ended;
                        return Poll::Ready(None);
                    }
                },
                State::Waiting(wait) => {
                    std::task::ready!(wait.as_mut().poll(cx));
                    this.state = State::Ready;
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl Attempts {
    /// Announces the next attempt, or gives the error up.
    fn fail(&mut self, error: ModelError) -> Result<ChatEvent, ModelError> {
        self.failed += 1;
        let Some(delay) = self.policy.wait_after(&error, self.failed) else {
            self.state = State::Ended;
            return Err(error);
        };
        tracing::debug!(
            provider = error.provider, kind = ?error.kind, status = error.status, attempt = self.failed + 1,
            "model call is made again"
        );
        self.state = State::Waiting(Box::pin(sleep(delay)));
        Ok(ChatEvent::Retrying { attempt: self.failed as u32 + 1, delay })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use kuma_types::{FinishReason, Usage};

    use super::*;

    /// Plays one script per call; an `Err` first is an error before the stream.
    struct Scripted {
        info: ModelInfo,
        calls: Mutex<VecDeque<Vec<Result<ChatEvent, ModelError>>>>,
        early: bool,
    }

    #[async_trait]
    impl ChatModel for Scripted {
        fn info(&self) -> &ModelInfo {
            &self.info
        }
        async fn stream(&self, _request: ChatRequest) -> Result<ChatStream, ModelError> {
            let mut script = self.calls.lock().unwrap().pop_front().expect("one call too many");
            if self.early && matches!(script.first(), Some(Err(_))) {
                script.remove(0)?;
            }
            Ok(Box::pin(futures::stream::iter(script)))
        }
    }

    fn error(kind: ModelErrorKind, status: Option<u16>) -> ModelError {
        ModelError { status, ..ModelError::new(kind, "p", "m") }
    }

    fn text(text: &str) -> ChatEvent {
        ChatEvent::Text(text.to_owned())
    }

    fn done() -> ChatEvent {
        ChatEvent::Done { finish_reason: FinishReason::Stop, usage: Usage::default() }
    }

    async fn play(
        early: bool,
        calls: Vec<Vec<Result<ChatEvent, ModelError>>>,
    ) -> (Vec<Result<ChatEvent, ModelError>>, Duration, usize) {
        let info = ModelInfo {
            id: "p/m".into(),
            provider: "p".into(),
            model: "m".into(),
            name: "m".into(),
            context_window: None,
            capabilities: vec![],
            demo: false,
        };
        let model = Arc::new(Scripted { info, calls: Mutex::new(calls.into()), early });
        let retrying = RetryModel::new(model.clone(), RetryPolicy::default());
        let begun = tokio::time::Instant::now();
        let events = retrying.stream(ChatRequest::default()).await.unwrap().collect().await;
        let left = model.calls.lock().unwrap().len();
        (events, begun.elapsed(), left)
    }

    fn names(events: &[Result<ChatEvent, ModelError>]) -> Vec<String> {
        events
            .iter()
            .map(|event| match event {
                Ok(ChatEvent::Text(text)) => text.clone(),
                Ok(ChatEvent::Retrying { attempt, .. }) => format!("attempt {attempt}"),
                Ok(ChatEvent::Done { .. }) => "done".to_owned(),
                Ok(other) => format!("{other:?}"),
                Err(error) => format!("{:?}", error.kind),
            })
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_three_times_with_growing_waits() {
        for early in [true, false] {
            let limited = || vec![Err(error(ModelErrorKind::RateLimited, Some(429)))];
            let lost = || vec![Err(error(ModelErrorKind::ConnectionLost, None))];
            let (events, took, _) =
                play(early, vec![limited(), lost(), vec![Ok(text("hi")), Ok(done())]]).await;
            assert_eq!(names(&events), ["attempt 2", "attempt 3", "hi", "done"]);
            assert!((2500..=3001).contains(&took.as_millis()), "{took:?}");

            let (events, _, left) =
                play(early, vec![limited(), lost(), limited(), vec![Ok(text("no"))]]).await;
            assert_eq!(names(&events), ["attempt 2", "attempt 3", "RateLimited"]);
            assert_eq!(left, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_succeed_is_not_repeated() {
        use ModelErrorKind::*;
        for (kind, status) in [
            (KeyRejected, Some(401)),
            (QuotaExhausted, Some(429)),
            (ModelNotFound, Some(404)),
            (BadRequest, Some(400)),
            (ContextTooLong, Some(400)),
            (ContentRefused, Some(400)),
            (BadResponse, None),
            (Busy, None),
            (ModelUnusable, None),
            (TimedOut, None),
        ] {
            let (events, took, _) = play(true, vec![vec![Err(error(kind, status))]]).await;
            assert_eq!(names(&events), [format!("{kind:?}")]);
            assert_eq!(took, Duration::ZERO);
        }
        let (events, ..) = play(true, vec![vec![Err(error(TimedOut, Some(408)))], vec![Ok(done())]]).await;
        assert_eq!(names(&events), ["attempt 2", "done"]);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_repeated_after_the_first_token() {
        let broken = Err(error(ModelErrorKind::ConnectionLost, None));
        let (events, _, left) =
            play(false, vec![vec![Ok(text("half")), broken], vec![Ok(text("again"))]]).await;
        assert_eq!(names(&events), ["half", "ConnectionLost"]);
        assert_eq!(left, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_providers_own_wait_is_honoured_up_to_its_limit() {
        let asks = |seconds| {
            let mut asked = error(ModelErrorKind::RateLimited, Some(429));
            asked.retry_after = Some(Duration::from_secs(seconds));
            vec![Err(asked)]
        };
        let (events, took, _) = play(true, vec![asks(30), vec![Ok(done())]]).await;
        assert_eq!(names(&events), ["attempt 2", "done"]);
        assert_eq!(took.as_secs(), 30);

        let (events, took, _) = play(true, vec![asks(31)]).await;
        assert_eq!(events[0].as_ref().unwrap_err().retry_after, Some(Duration::from_secs(31)));
        assert_eq!(took, Duration::ZERO);
    }
}
