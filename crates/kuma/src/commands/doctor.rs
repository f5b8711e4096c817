//! `kuma doctor`: what was resolved and from where, and whether everything answers.

use anyhow::bail;
use kuma_app::rows::VectorSupport;
use kuma_app::{App, models};

use crate::assets::WebApp;
use crate::settings::Settings;
use crate::telemetry::say;
use crate::wire;

pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    say("Settings");
    for setting in &settings.resolved {
        say(&format!("  {:<26} {:<44} {}", setting.name, setting.shown, setting.source.as_str()));
    }
    say("");
    say("Checks");
    let mut failed = 0;
    let mut check = |what: &str, result: Result<String, String>| {
        let (mark, text) = match result {
            Ok(text) => ("ok  ", text),
            Err(text) => {
                failed += 1;
                ("FAIL", text)
            }
        };
        say(&format!("  {mark} {what:<14} {text}"));
    };

    check("data directory", data_directory(settings));
    let web = "not in this binary: build it with `make build`";
    check("web app", if WebApp::is_there() { Ok("in this binary".into()) } else { Err(web.into()) });
    check("database", database(settings).await);
    if let Some(result) = redis(settings).await {
        check("redis", result);
    }
    check("storage", storage(settings).await);
    match wire::app(settings, wire::Role::Command).await {
        Err(error) => check("secrets", Err(format!("{error:#}"))),
        Ok(app) => {
            check("secrets", Ok("there".into()));
            match models::start_once(&app).await {
                Err(error) => check("models", Err(error.to_string())),
                Ok(providers) => {
                    for provider in providers {
                        let result = match provider.error {
                            Some(error) => Err(error.to_failure().detail),
                            None => Ok(format!("{} models", provider.models.len())),
                        };
                        check(&provider.name, result);
                    }
                    let default = models::list(&app).default;
                    let none = "none: set a key, start Ollama, or run `make models` for the demo model";
                    check("model", Ok(default.unwrap_or_else(|| none.to_owned())));
                    check("embedding", Ok(embedding(&app).await));
                    if let Some(result) = reranker(&app).await {
                        check("reranker", result);
                    }
                }
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of the checks failed");
    }
    Ok(())
}

/// Whether documents and memories can be found by meaning. Without it they are found by their words.
async fn embedding(app: &App) -> String {
    let vector = match app.embed_one("doctor").await {
        Ok(vector) => vector,
        Err(error) => return format!("none, documents are found by their words alone: {}", error.detail),
    };
    let slow = match app.store().vector_support().await {
        Ok(VectorSupport::PgPlain) => "; PostgreSQL has no pgvector, searches by meaning are slow",
        Ok(_) => "",
        Err(error) => return error.to_string(),
    };
    format!("{}, {} numbers per text{slow}", app.embedding_model(), vector.len())
}

/// `None`: the settings do without it.
async fn reranker(app: &App) -> Option<Result<String, String>> {
    let reranker = app.reranker()?;
    let texts = ["A text about bears.".to_owned(), "A text about rivers.".to_owned()];
    let began = std::time::Instant::now();
    Some(match reranker.rerank("bears", &texts).await {
        Ok(_) => Ok(format!("{} answers in {:.0} ms", reranker.name(), began.elapsed().as_secs_f64() * 1e3)),
        Err(error) => Err(format!(
            "{}, documents are found without it: {} (RERANK_URL, RERANK_MODEL, RERANK_API_KEY)",
            reranker.name(),
            error.message
        )),
    })
}

fn data_directory(settings: &Settings) -> Result<String, String> {
    settings.make_data_dir().map_err(|error| format!("{error:#}"))?;
    let probe = settings.data_dir.join(".probe");
    let path = settings.data_dir.display();
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|e| format!("{path}: {e}"))?;
    Ok(path.to_string())
}

/// Writes, reads and removes a file.
async fn storage(settings: &Settings) -> Result<String, String> {
    let files = wire::files(settings).map_err(|error| format!("{error:#}"))?;
    files.probe().await.map_err(|error| error.to_string())?;
    Ok("a file was written, read and removed".to_owned())
}

/// `None`: the settings do without it.
async fn redis(settings: &Settings) -> Option<Result<String, String>> {
    match wire::redis(settings).await {
        Ok(None) => None,
        Ok(Some(redis)) => match redis.ping().await {
            Ok(took) => Some(Ok(format!("answers in {:.1} ms", took.as_secs_f64() * 1e3))),
            Err(error) => Some(Err(error.to_string())),
        },
        Err(error) => Some(Err(format!("{error:#}"))),
    }
}

async fn database(settings: &Settings) -> Result<String, String> {
    let store = wire::open(settings).await.map_err(|error| format!("{error:#}"))?;
    store.ping().await.map_err(|error| error.to_string())?;
    let pending = store.pending_migrations().await.map_err(|error| error.to_string())?;
    Ok(match pending.len() {
        0 => "answers, up to date".to_owned(),
        n => format!("answers; {n} migrations are applied at the next start"),
    })
}
