//! A fake of Supermemory, API v5. It keeps what it is given, each namespace for itself, and finds it by words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};
use crate::record::lock;

/// Supermemory: namespaces in the path, a bearer key. Keys that begin with `bad` are refused.
#[derive(Debug, Default)]
pub struct Supermemory {
    namespaces: Mutex<BTreeMap<String, BTreeMap<String, Kept>>>,
    clock: Mutex<u64>,
}

/// A fake of `api.supermemory.ai`.
pub type FakeSupermemory = FakeService<Supermemory>;

#[derive(Clone, Debug)]
struct Kept {
    content: String,
    metadata: Value,
    created: u64,
    updated: u64,
}

impl FakeSupermemory {
    /// Starts it on a random loopback port, empty.
    pub async fn start() -> Self {
        Self::start_with(Supermemory::default()).await
    }

    /// What is kept in a namespace.
    pub fn contents(&self, namespace: &str) -> Vec<String> {
        let namespaces = lock(&self.service().namespaces);
        namespaces.get(namespace).into_iter().flatten().map(|(_, kept)| kept.content.clone()).collect()
    }

    /// The namespaces that there are.
    pub fn namespaces(&self) -> Vec<String> {
        lock(&self.service().namespaces).keys().cloned().collect()
    }
}

/// The parts of a path below the namespace.
fn parts(path: &str) -> Option<(&str, Vec<&str>)> {
    let rest = path.strip_prefix("/ns/")?;
    let mut parts = rest.split('/');
    Some((parts.next().filter(|namespace| !namespace.is_empty())?, parts.collect()))
}

impl Service for Supermemory {
    const NAME: &'static str = "Supermemory";

    fn check(&self, request: &Seen) -> Vec<String> {
        let body = &request.json;
        let mut rules = Rules::of(request);
        let key = request.header("authorization");
        rules.must(
            key.strip_prefix("Bearer ").is_some_and(|key| !key.is_empty()),
            "the key is a bearer token",
        );
        let Some((_, rest)) = parts(&request.path) else {
            rules.must(false, "the path begins with /ns/{namespace}");
            return rules.end();
        };
        match (request.method.as_str(), rest.as_slice()) {
            ("POST", ["document"]) => {
                rules.json_body();
                rules.fields(
                    "",
                    body,
                    &["content"],
                    &[
                        "id",
                        "metadata",
                        "group",
                        "date",
                        "supportingContext",
                        "taskType",
                        "dreaming",
                        "content",
                    ],
                );
                document(&mut rules, body);
                rules.one_of("taskType", body["taskType"].as_str(), &["memory", "superrag"]);
                rules.one_of("dreaming", body["dreaming"].as_str(), &["dynamic", "instant"]);
                let context =
                    body["supportingContext"].as_str().is_none_or(|text| text.chars().count() <= 1500);
                rules.must(context, "supportingContext has at most 1500 characters");
            }
            ("PATCH", ["document", _]) => {
                rules.json_body();
                rules.fields("", body, &[], &["content", "metadata", "group", "date", "supportingContext"]);
                document(&mut rules, body);
            }
            ("POST", ["search"]) => {
                rules.json_body();
                rules.fields(
                    "",
                    body,
                    &["query"],
                    &[
                        "query",
                        "searchMode",
                        "limit",
                        "threshold",
                        "rerank",
                        "rewriteQuery",
                        "filter",
                        "include",
                    ],
                );
                rules.one_of("searchMode", body["searchMode"].as_str(), &["hybrid", "memories", "chunks"]);
                rules.between("limit", body["limit"].as_i64(), 1, 100);
                rules.fields("include.", &body["include"], &[], &["documents", "related", "forgotten"]);
            }
            ("POST", ["list", what]) => {
                rules.json_body();
                rules.must(
                    ["documents", "chunks", "memories"].contains(what),
                    "documents, chunks or memories are listed",
                );
                rules.fields("", body, &[], &["filter", "include"]);
                rules.params(&[], &["page", "limit", "sort", "order"]);
                rules.one_of("sort", request.param("sort"), &["createdAt", "updatedAt", "position"]);
                rules.one_of("order", request.param("order"), &["asc", "desc"]);
            }
            ("DELETE", ["document" | "memories"]) => {
                rules.json_body();
                rules.fields("", body, &["ids"], &["ids"]);
                let ids = body["ids"]
                    .as_array()
                    .is_some_and(|ids| !ids.is_empty() && ids.iter().all(Value::is_string));
                rules.must(ids, "ids is a list of texts");
            }
            ("GET", ["document" | "memories", _]) | ("GET" | "DELETE", []) => {
                rules.must(request.body.is_empty(), "there is no body");
            }
            _ => {
                rules.must(false, "there is no such endpoint in v5");
            }
        }
        rules.end()
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("authorization").starts_with("Bearer bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let Some((namespace, rest)) = parts(&request.path) else { return Answer::failure(404) };
        let now = {
            let mut clock = lock(&self.clock);
            *clock += 1;
            *clock
        };
        let mut namespaces = lock(&self.namespaces);
        let body = &request.json;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        match (request.method.as_str(), rest.as_slice()) {
            ("POST", ["document"]) => {
                let id = body["id"].as_str().map_or_else(|| format!("doc-{now}"), str::to_owned);
                let documents = namespaces.entry(namespace.to_owned()).or_default();
                // An id that is there already gets the text appended, as with the service.
                let before = documents.get(&id).map(|kept| format!("{}\n", kept.content)).unwrap_or_default();
                let content = format!("{before}{}", text("content"));
                let metadata =
                    if body["metadata"].is_object() { body["metadata"].clone() } else { json!({}) };
                documents.insert(id.clone(), Kept { content, metadata, created: now, updated: now });
                Answer::json(&json!({"id": id, "status": "queued"}))
            }
            ("PATCH", ["document", id]) => {
                let Some(kept) = namespaces.get_mut(namespace).and_then(|all| all.get_mut(*id)) else {
                    return Answer::failure(404);
                };
                if let Some(content) = body["content"].as_str() {
                    content.clone_into(&mut kept.content);
                }
                if body["metadata"].is_object() {
                    kept.metadata = body["metadata"].clone();
                }
                kept.updated = now;
                Answer::json(&json!({"id": id, "status": "queued"}))
            }
            ("GET", ["document", id]) => match namespaces.get(namespace).and_then(|all| all.get(*id)) {
                Some(kept) => Answer::json(&shown(id, kept)),
                None => Answer::failure(404),
            },
            ("DELETE", ["document"]) => {
                let mut documents = namespaces.get_mut(namespace);
                let (mut count, mut errors) = (0, Vec::new());
                for id in body["ids"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if documents.as_mut().is_some_and(|all| all.remove(id).is_some()) {
                        count += 1;
                    } else {
                        errors.push(json!({"id": id, "error": "Document not found"}));
                    }
                }
                Answer::json(&json!({"count": count, "errors": errors}))
            }
            ("DELETE", ["memories"]) => Answer::json(&json!({"count": 0, "errors": [], "matches": []})),
            ("DELETE", []) => match namespaces.remove(namespace) {
                Some(_) => Answer::json(&json!({"success": true})),
                None => Answer::failure(404),
            },
            ("POST", ["search"]) => search(namespaces.get(namespace), body),
            ("POST", ["list", "documents"]) => list(namespaces.get(namespace), request),
            _ => Answer::failure(404),
        }
    }

    fn failure(&self, status: u16) -> Value {
        let error = match status {
            401 => "Unauthorized",
            402 => "Payment required",
            404 => "Not found",
            429 => "Too many requests",
            500.. => "Internal server error",
            _ => {
                return json!({"success": false, "error": [{"path": ["content"], "message": "Invalid"}], "data": null});
            }
        };
        json!({ "error": error })
    }
}

fn document(rules: &mut Rules<'_>, body: &Value) {
    for name in ["metadata", "group"] {
        let fine = body[name].as_object().is_none_or(|values| values.values().all(is_plain));
        rules.must(fine, format!("{name} holds texts, numbers, truth values and lists of texts"));
    }
    let id = body["id"].as_str().is_none_or(|id| !id.is_empty() && id.len() <= 255);
    rules.must(id, "the id is short");
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
        Value::Array(items) => items.iter().all(Value::is_string),
        Value::Null | Value::Object(_) => false,
    }
}

fn time(tick: u64) -> String {
    format!("2026-01-02T03:{:02}:{:02}.000Z", tick / 60 % 60, tick % 60)
}

fn shown(id: &str, kept: &Kept) -> Value {
    json!({"id": id, "title": null, "type": "text", "summary": null, "content": kept.content, "metadata": kept.metadata,
        "url": null, "system": {"status": "done", "dreamingStatus": "done",
        "createdAt": time(kept.created), "updatedAt": time(kept.updated)}})
}

fn list(documents: Option<&BTreeMap<String, Kept>>, request: &Seen) -> Answer {
    let number = |name: &str, default: usize| {
        request.param(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (page, limit) = (number("page", 1).max(1), number("limit", 10).max(1));
    let mut all: Vec<(&String, &Kept)> = documents.into_iter().flatten().collect();
    all.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.updated));
    let shown: Vec<Value> =
        all.iter().skip((page - 1) * limit).take(limit).map(|(id, kept)| shown(id, kept)).collect();
    Answer::json(&json!({"documents": shown, "chunks": [], "memories": [], "pagination": {
        "currentPage": page, "limit": limit, "totalItems": all.len(), "totalPages": all.len().div_ceil(limit)}}))
}

fn search(documents: Option<&BTreeMap<String, Kept>>, body: &Value) -> Answer {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 3)
            .map(str::to_lowercase)
            .collect()
    };
    let wanted = words(body["query"].as_str().unwrap_or_default());
    let limit = usize::try_from(body["limit"].as_u64().unwrap_or(10)).unwrap_or(10);
    let with_documents = *crate::json::at(body, "/include/documents") == true;
    let mut hits: Vec<(usize, Value)> = Vec::new();
    for (id, kept) in documents.into_iter().flatten() {
        let shared = words(&kept.content).intersection(&wanted).count();
        if shared == 0 {
            continue;
        }
        let similarity = (0.5 + 0.1 * f64::from(u8::try_from(shared).unwrap_or(4))).min(0.95);
        let mut hit = json!({"id": format!("mem-of-{id}"), "memory": kept.content, "metadata": {}, "similarity": similarity,
            "isLatest": true, "isInference": false,
            "system": {"createdAt": time(kept.created), "updatedAt": time(kept.updated)}});
        if let (true, Some(fields)) = (with_documents, hit.as_object_mut()) {
            fields.insert(
                "included".to_owned(),
                json!({"document": {"id": id, "metadata": kept.metadata,
                "system": {"createdAt": time(kept.created), "updatedAt": time(kept.updated)}}}),
            );
        }
        hits.push((shared, hit));
    }
    hits.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    let results: Vec<Value> = hits.into_iter().take(limit).map(|(_, hit)| hit).collect();
    Answer::json(&json!({"results": results, "searchTime": 12.0}))
}
