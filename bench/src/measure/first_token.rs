//! Time to the first token, beside the provider's own.

use std::time::Duration;

use crate::bed::{Bed, create_chat};
use crate::figures::{Figure, Findings, Table, Target, number};
use crate::http::Connection;
use crate::options::Options;
use crate::stats::Sorted;
use crate::stream::Question;

pub(super) const METHOD: &str = "One person, one question at a time on an idle server. In turns: the question to the fake
    provider itself; the same question to Kuma as the first message of a new chat (which also gets a title from the
    model meanwhile); and in an empty chat that has a title. Connections stay open, as a browser's and Kuma's own do.
    The clock runs from before the request is written until the first token is read. Added is the difference of the
    quantiles. Kuma checks the session, writes chat, messages and job, claims the job, loads agent, user and history,
    and calls the provider in that time.";

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let (rounds, warm) = (options.count(300, 10), options.count(30, 3));
    let bed = Bed::start(options, 1).await?;
    let mut kuma = Connection::open(bed.kuma.address).await?;
    let mut fake = Connection::open(bed.fake.address).await?;
    let (mut direct, mut new, mut titled) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds + warm {
        let took = [
            Question::direct(3, None).ask(&mut fake).await?.first_token_ms(),
            Question::kuma(bed.user(0), None, 3, None).ask(&mut kuma).await?.first_token_ms(),
            {
                settle().await;
                let chat = create_chat(&mut kuma, bed.user(0), "A chat").await?;
                settle().await;
                Question::kuma(bed.user(0), Some(&chat), 3, None).ask(&mut kuma).await?.first_token_ms()
            },
        ];
        settle().await;
        if round >= warm {
            for (all, one) in [&mut direct, &mut new, &mut titled].into_iter().zip(took) {
                all.push(one);
            }
        }
    }
    bed.stop().await?;
    let [direct, new, titled] = [direct, new, titled].map(Sorted::of);
    let added = |of: &Sorted, q| of.quantile(q) - direct.quantile(q);
    let mut table = Table::new(&["asked", "p50 ms", "p95 ms", "p99 ms"]);
    for (name, times) in
        [("provider itself", &direct), ("Kuma, new chat", &new), ("Kuma, chat with a title", &titled)]
    {
        let quantiles = [0.5, 0.95, 0.99].map(|q| number(times.quantile(q)));
        table.row([name.to_owned()].into_iter().chain(quantiles));
    }
    Ok(Findings {
        figures: vec![
            Figure::new("Added to the first token, new chat, p50", added(&new, 0.5), "ms")
                .target(Target::AtMost(4.0)),
            Figure::new("Added to the first token, new chat, p95", added(&new, 0.95), "ms"),
            Figure::new("Added to the first token, chat with a title, p50", added(&titled, 0.5), "ms"),
        ],
        table: Some(table),
        notes: vec![format!("{rounds} questions of each kind after {warm} that do not count.")],
    })
}

/// Lets the server finish what it does after an answer (titles), so that questions meet an idle server.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}
