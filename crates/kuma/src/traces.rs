//! Traces for an OpenTelemetry collector (`OTEL_EXPORTER_OTLP_ENDPOINT`): the spans of requests and
//! runs with their ids, and the log lines within them. Like the log they hold no bodies, tokens or
//! emails. OTLP over HTTP with protobuf, <https://opentelemetry.io/docs/specs/otlp/>.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use kuma_net::ClientOptions;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// How long the last spans may take on their way when the process ends.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Sends spans in batches from a thread of its own; a collector that is away costs nothing but them.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces to the collector at this base address, such as `http://127.0.0.1:4318`.
    pub fn to(endpoint: &str, runtime: &Handle) -> anyhow::Result<Self> {
        let client = kuma_net::build_client(&ClientOptions::default())?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client { client, runtime: runtime.clone() })
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .context("OTEL_EXPORTER_OTLP_ENDPOINT: traces cannot be sent there")?;
        let resource = Resource::builder()
            .with_service_name("kuma")
            .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// What hears of spans.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> OpenTelemetryLayer<S, SdkTracer> {
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("kuma"))
    }

    /// Sends what is left.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_WORDS) {
            tracing::warn!(%error, "the last traces did not reach the collector");
        }
    }
}

/// Our client, for a thread that is not the runtime's.
#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let client = self.client.clone();
        let answer = self.runtime.spawn(async move {
            let answer = client.execute(request).await?.error_for_status()?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        let (status, body) = answer.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}
