//! How many answers stream at once through queue and journal to workers, and what that costs beside the
//! shape in one process.

use super::load::{self, Seen};
use crate::bed::Bed;
use crate::figures::{Figure, Findings, Table, Target};
use crate::options::Options;
use crate::say::progress;

pub(super) const METHOD: &str = "One `kuma serve` and 1, 2 or 4 `kuma worker` on a PostgreSQL 18 (commits are written but
    not synced) and a Redis (nothing on disk) of their own, and beside them `kuma serve` that does everything itself on
    SQLite; all of it, the fake provider and the load generator share the machine. Streams, lateness and when a step passes
    are as with the concurrent streams above: 20 tokens a second, every token exactly once and in order, the saved
    message the text that was streamed, nothing begun again, p99 of the lateness below 250 ms. Each person has ten
    chats answered at once, which is what one may have by default. Each step starts
    everything anew; the shapes take turns at each number of streams, and one that has failed is left out of the
    larger numbers. The first token's time is from the request, so it holds the way through the queue. Processor
    time is that of server, workers, Redis and PostgreSQL together; what is compared is taken at the largest number of
    streams that both have passed.";

/// How Kuma is run: with so many workers, or in one process.
type Shape = Option<usize>;

const SHAPES: [Shape; 4] = [None, Some(1), Some(2), Some(4)];

fn name(shape: Shape) -> String {
    match shape {
        None => "in one process".to_owned(),
        Some(1) => "1 worker".to_owned(),
        Some(workers) => format!("{workers} workers"),
    }
}

/// What a person may have answered at once, unless it is set otherwise.
const EACH: usize = 10;

/// One step.
struct Step {
    shape: Shape,
    streams: usize,
    seen: Seen,
}

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let usual = if options.quick { vec![10, 20] } else { vec![250, 500, 1000, 1500] };
    let counts = if options.streams.is_empty() { usual } else { options.streams.clone() };
    let mut steps: Vec<Step> = Vec::new();
    let mut left = SHAPES.to_vec();
    for streams in counts {
        let mut passed = Vec::new();
        for shape in left {
            let seen = step(options, shape, streams).await?;
            if seen.passed() {
                passed.push(shape);
            }
            steps.push(Step { shape, streams, seen });
        }
        left = passed;
        // Alone, the shape in one process is what the measurement of streams is for.
        if left.iter().all(Option::is_none) {
            break;
        }
    }
    Ok(findings(&steps))
}

async fn step(options: &Options, shape: Shape, streams: usize) -> anyhow::Result<Seen> {
    let people = streams.div_ceil(EACH);
    let bed = match shape {
        None => Bed::start(options, people).await?,
        Some(workers) => Bed::queued(options, people, workers).await?,
    };
    let seen = load::stream(options, &bed, streams, true).await?;
    bed.stop().await?;
    progress(&format!("{streams} streams, {}: done", name(shape)));
    Ok(seen)
}

fn findings(steps: &[Step]) -> Findings {
    let best = |shape| {
        let passed = steps.iter().filter(|step| step.shape == shape && step.seen.passed());
        passed.map(|step| step.streams).max().unwrap_or(0)
    };
    let most = SHAPES.into_iter().flatten().map(|workers| best(Some(workers))).max().unwrap_or(0);
    let title = "Concurrent queued streams at 20 tokens/s, p99 late by less than 250 ms";
    let mut figures = vec![Figure::new(title, most as f64, "").target(Target::AtLeast(1000.0))];
    figures.extend(
        SHAPES.into_iter().map(|shape| {
            Figure::new(&format!("Concurrent streams, {}", name(shape)), best(shape) as f64, "")
        }),
    );
    if let Some((alone, queued)) = compared(steps) {
        let at = format!("at {} streams", alone.streams);
        let (alone, queued) = (&alone.seen, &queued.seen);
        let [cost_alone, cost_queued] = [alone, queued].map(Seen::cpu_per_thousand);
        let added = |q| queued.relayed.quantile(q) - alone.relayed.quantile(q);
        figures.extend([
            Figure::new(&format!("CPU per 1,000 tokens, 1 worker, {at}"), cost_queued, "CPU s"),
            Figure::new(&format!("CPU per 1,000 tokens, in one process, {at}"), cost_alone, "CPU s"),
            Figure::new("That of 1 worker to that of one process", cost_queued / cost_alone, "times"),
            Figure::new(&format!("Added to a token by queue and journal, p50, {at}"), added(0.5), "ms"),
            Figure::new(&format!("Added to a token by queue and journal, p99, {at}"), added(0.99), "ms"),
        ]);
    }
    let problems = steps.iter().filter_map(|step| {
        let problem = step.seen.problem.as_ref()?;
        Some(format!("{} streams, {}: {problem}", step.streams, name(step.shape)))
    });
    Findings { figures, table: Some(table(steps)), notes: problems.collect() }
}

/// The steps in one process and with one worker at the largest number of streams that both have passed.
fn compared(steps: &[Step]) -> Option<(&Step, &Step)> {
    let passed = |shape| steps.iter().filter(move |step| step.shape == shape && step.seen.passed());
    let both = passed(None).filter_map(|alone| {
        let queued = passed(Some(1)).find(|queued| queued.streams == alone.streams)?;
        Some((alone, queued))
    });
    both.max_by_key(|(alone, _)| alone.streams)
}

fn table(steps: &[Step]) -> Table {
    let cores = ["server cores", "workers cores", "Redis cores", "PostgreSQL cores", "provider cores"];
    let head: Vec<&str> = ["streams", "shape", "first token p50 ms", "first token p99 ms"]
        .into_iter()
        .chain(Seen::TIMING)
        .chain(cores)
        .chain(["generator cores", "others cores"])
        .chain(Seen::VERDICT)
        .collect();
    let mut table = Table::new(&head);
    for Step { shape, streams, seen } in steps {
        let first = [0.5, 0.99].map(|q| crate::figures::number(seen.first_token.quantile(q)));
        let cpu = seen.cores;
        let cores = [cpu.server, cpu.workers, cpu.redis, cpu.postgres, cpu.provider, cpu.generator];
        let cores = cores.into_iter().chain([cpu.others()]).map(|cores| format!("{cores:.2}"));
        let named = [streams.to_string(), name(*shape)];
        table.row(named.into_iter().chain(first).chain(seen.timing()).chain(cores).chain(seen.verdict()));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::Cpu;
    use crate::stats::Sorted;

    fn step(shape: Shape, streams: usize, late: f64, server: f64) -> Step {
        let cores = Cpu { server, workers: server, ..Cpu::default() };
        let [late, relayed] = [late, late / 2.0].map(|ms| Sorted::of([ms]));
        let seen = Seen { late, relayed, tokens_per_second: 1_000.0, cores, ..Seen::default() };
        Step { shape, streams, seen }
    }

    fn value(findings: &Findings, name: &str) -> Option<f64> {
        findings.figures.iter().find(|figure| figure.name.starts_with(name))?.value
    }

    #[test]
    fn what_passed_is_counted_and_compared_where_both_passed() {
        let steps = [
            step(None, 500, 2.0, 0.1),
            step(Some(1), 500, 10.0, 0.2),
            step(Some(2), 500, 10.0, 0.2),
            step(None, 1000, 4.0, 0.2),
            step(Some(1), 1000, 400.0, 0.9),
            step(Some(2), 1000, 200.0, 0.4),
        ];
        let findings = findings(&steps);
        let shown = |name| value(&findings, name);
        assert_eq!(shown("Concurrent queued streams"), Some(1000.0));
        assert_eq!(shown("Concurrent streams, in one process"), Some(1000.0));
        assert_eq!(shown("Concurrent streams, 1 worker"), Some(500.0));
        assert_eq!(shown("Concurrent streams, 4 workers"), Some(0.0));
        assert_eq!(shown("That of 1 worker"), Some(2.0));
        assert_eq!(shown("CPU per 1,000 tokens, in one process, at 500 streams"), Some(0.2));
        assert_eq!(shown("Added to a token by queue and journal, p50, at 500"), Some(4.0));
        let table = findings.table.unwrap();
        assert_eq!(table.rows.len(), steps.len());
        assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{table:?}");
    }

    #[test]
    fn nothing_is_compared_where_one_has_failed() {
        let findings = findings(&[step(None, 500, 2.0, 0.1), step(Some(1), 500, 300.0, 0.2)]);
        assert_eq!(value(&findings, "Concurrent queued streams"), Some(0.0));
        assert_eq!(findings.figures[0].is_met(), Some(false));
        assert_eq!(value(&findings, "That of 1 worker"), None);
    }
}
