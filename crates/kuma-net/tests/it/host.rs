//! A file server whose manners a test chooses.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use futures::{StreamExt, stream};

#[derive(Clone)]
pub(crate) struct Manners {
    pub(crate) content: Vec<u8>,
    pub(crate) etag: Option<&'static str>,
    pub(crate) ranges: bool,
    /// The next answers break off after so many bytes each.
    pub(crate) cuts: Vec<usize>,
    /// Answer with this status instead, so many times.
    pub(crate) refuse: Option<(StatusCode, usize)>,
}

impl Manners {
    pub(crate) fn serving(content: &[u8]) -> Self {
        Self { content: content.to_vec(), etag: Some("\"v1\""), ranges: true, cuts: Vec::new(), refuse: None }
    }
}

/// What was asked: the range, and the version it should be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) range: Option<String>,
    pub(crate) if_range: Option<String>,
    pub(crate) authorization: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Host {
    state: Arc<Mutex<(Manners, Vec<Asked>)>>,
    address: SocketAddr,
}

impl Host {
    pub(crate) async fn start(manners: Manners) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = Self {
            state: Arc::new(Mutex::new((manners, Vec::new()))),
            address: listener.local_addr().unwrap(),
        };
        let router = Router::new().route("/{*path}", get(serve)).with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        host
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.state.lock().unwrap().0);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().1.clone()
    }
}

async fn serve(State(host): State<Host>, headers: HeaderMap) -> Response<Body> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let asked = Asked {
        range: text(header::RANGE),
        if_range: text(header::IF_RANGE),
        authorization: text(header::AUTHORIZATION),
    };
    let (manners, cut) = {
        let mut state = host.state.lock().unwrap();
        state.1.push(asked.clone());
        if let Some((status, times)) = state.0.refuse {
            state.0.refuse = (times > 1).then_some((status, times - 1));
            return Response::builder().status(status).body(Body::from("no")).unwrap();
        }
        let cut = if state.0.cuts.is_empty() { None } else { Some(state.0.cuts.remove(0)) };
        (state.0.clone(), cut)
    };

    let total = manners.content.len();
    let mut response = Response::builder();
    if let Some(etag) = manners.etag {
        response = response.header(header::ETAG, etag);
    }
    let same = asked.if_range.is_none() || asked.if_range.as_deref() == manners.etag;
    let start = asked
        .range
        .filter(|_| manners.ranges && same)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let start = match start {
        Some(start) if start >= total => {
            let range = format!("bytes */{total}");
            return response.status(416).header(header::CONTENT_RANGE, range).body(Body::empty()).unwrap();
        }
        Some(start) => {
            response = response
                .status(206)
                .header(header::CONTENT_RANGE, format!("bytes {start}-{}/{total}", total - 1));
            start
        }
        None => 0,
    };
    let rest = manners.content[start..].to_vec();
    response = response.header(header::CONTENT_LENGTH, rest.len());
    let body = match cut {
        None => Body::from(rest),
        Some(after) => {
            let piece = Bytes::copy_from_slice(&rest[..after.min(rest.len())]);
            let cut = async {
                // hyper sends what it has when the body has nothing ready.
                tokio::task::yield_now().await;
                Err(std::io::Error::other("the script cuts the connection here"))
            };
            Body::from_stream(stream::iter([Ok::<_, std::io::Error>(piece)]).chain(stream::once(cut)))
        }
    };
    response.body(body).unwrap()
}
