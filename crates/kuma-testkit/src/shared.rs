//! What all connections of a server share.

use crate::gate::Gate;
use crate::mcp::McpServers;
use crate::plan::Step;
use crate::record::{Records, Violation, lock};
use crate::script::Script;
use crate::vendor::Vendor;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Which keys a fake accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// Any key, except those that start with `bad`.
    AnyButBad,
    /// These and no others.
    Only(Vec<String>),
}

impl Keys {
    pub(crate) fn accept(&self, key: &str) -> bool {
        match self {
            Self::AnyButBad => !key.starts_with("bad"),
            Self::Only(keys) => keys.iter().any(|k| k == key),
        }
    }
}

/// Connections and streams of a server, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Connections {
    /// Open TCP connections.
    pub open: usize,
    /// TCP connections since the start.
    pub total: usize,
    /// Answers on their way.
    pub streams: usize,
}

/// One vendor's part.
pub(crate) struct VendorState {
    pub script: Script,
    pub keys: Mutex<Keys>,
    pub models: Mutex<Vec<String>>,
}

pub(crate) struct Shared {
    vendors: [VendorState; 4],
    /// The one vendor this server plays at `/`; `None`: all, by path prefix.
    pub single: Option<Vendor>,
    pub records: Records,
    pub check: bool,
    open: AtomicUsize,
    total: AtomicUsize,
    pub streams: Arc<AtomicUsize>,
    gates: Mutex<HashMap<String, Gate>>,
    rendered: Mutex<HashMap<String, Arc<[Step]>>>,
    pub mcp: McpServers,
}

impl Shared {
    pub(crate) fn new(single: Option<Vendor>, keep_requests: usize, check: bool) -> Self {
        Self {
            vendors: Vendor::ALL.map(|vendor| VendorState {
                script: Script::default(),
                keys: Mutex::new(Keys::AnyButBad),
                models: Mutex::new(vendor.default_models().iter().map(|m| (*m).to_owned()).collect()),
            }),
            single,
            records: Records::new(keep_requests),
            check,
            open: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            streams: Arc::new(AtomicUsize::new(0)),
            gates: Mutex::default(),
            rendered: Mutex::default(),
            mcp: McpServers::default(),
        }
    }

    pub(crate) fn vendor(&self, vendor: Vendor) -> &VendorState {
        let [openai, anthropic, gemini, ollama] = &self.vendors;
        match vendor {
            Vendor::OpenAi => openai,
            Vendor::Anthropic => anthropic,
            Vendor::Gemini => gemini,
            Vendor::Ollama => ollama,
        }
    }

    /// The gate called `id`, made when it is asked for first.
    pub(crate) fn gate(&self, id: &str) -> Gate {
        lock(&self.gates).entry(id.to_owned()).or_default().clone()
    }

    /// The steps stored under `key`, rendered now if they are not there.
    pub(crate) fn rendered(&self, key: String, render: impl FnOnce() -> Arc<[Step]>) -> Arc<[Step]> {
        Arc::clone(lock(&self.rendered).entry(key).or_insert_with(render))
    }

    pub(crate) fn violate(&self, vendor: Vendor, path: &str, message: String) {
        self.records.violate(Violation { vendor, path: path.to_owned(), message });
    }

    pub(crate) fn connections(&self) -> Connections {
        Connections {
            open: self.open.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            streams: self.streams.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn connected(self: &Arc<Self>) -> OpenConnection {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.total.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }

    /// Back to the state of a fresh server; open connections stay.
    pub(crate) fn reset(&self) {
        for (state, vendor) in self.vendors.iter().zip(Vendor::ALL) {
            state.script.clear();
            *lock(&state.keys) = Keys::AnyButBad;
            *lock(&state.models) = vendor.default_models().iter().map(|m| (*m).to_owned()).collect();
        }
        self.records.forget_requests();
        self.records.forget_violations(None);
        self.mcp.reset();
        for (_, gate) in lock(&self.gates).drain() {
            gate.open();
        }
    }
}

/// Counts a connection while it lives.
pub(crate) struct OpenConnection(Arc<Shared>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
