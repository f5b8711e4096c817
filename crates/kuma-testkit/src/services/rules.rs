//! Checks that several services have in common.

use serde_json::Value;

use super::server::Seen;

/// The findings of one request.
pub(super) struct Rules<'a> {
    request: &'a Seen,
    broken: Vec<String>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(request: &'a Seen) -> Self {
        Self { request, broken: Vec::new() }
    }

    pub(super) fn end(self) -> Vec<String> {
        self.broken
    }

    pub(super) fn must(&mut self, holds: bool, rule: impl Into<String>) -> &mut Self {
        if !holds {
            self.broken.push(rule.into());
        }
        self
    }

    pub(super) fn method(&mut self, method: &str) -> &mut Self {
        let seen = self.request.method.clone();
        self.must(seen == method, format!("the method is {method}, not {seen}"))
    }

    pub(super) fn path(&mut self, path: &str) -> &mut Self {
        let seen = self.request.path.clone();
        self.must(seen == path, format!("there is {path}, not {seen}"))
    }

    pub(super) fn header(&mut self, name: &str) -> &mut Self {
        let found = !self.request.header(name).is_empty();
        self.must(found, format!("the header {name} is missing"))
    }

    pub(super) fn json_body(&mut self) -> &mut Self {
        let kind = self.request.header("content-type").starts_with("application/json");
        let object = self.request.json.is_object();
        self.must(kind && object, "the body is a JSON object, labelled as such")
    }

    /// Query parameters: those that have to be there, and all that there may be.
    pub(super) fn params(&mut self, required: &[&str], optional: &[&str]) -> &mut Self {
        for name in required {
            let found = self.request.param(name).is_some_and(|value| !value.is_empty());
            self.must(found, format!("the parameter {name} is missing"));
        }
        for (name, _) in &self.request.query {
            let known = required.contains(&name.as_str()) || optional.contains(&name.as_str());
            self.must(known, format!("unknown parameter {name}"));
        }
        self
    }

    /// Fields of an object in the body.
    pub(super) fn fields(
        &mut self,
        place: &str,
        object: &Value,
        required: &[&str],
        optional: &[&str],
    ) -> &mut Self {
        for name in required {
            let found = object.get(name).is_some_and(|value| !value.is_null() && value != "");
            self.must(found, format!("{place}{name} is missing"));
        }
        for name in object.as_object().into_iter().flat_map(serde_json::Map::keys) {
            let known = required.contains(&name.as_str()) || optional.contains(&name.as_str());
            self.must(known, format!("unknown or deprecated field {place}{name}"));
        }
        self
    }

    /// A value that is one of a list, if it is there.
    pub(super) fn one_of(&mut self, name: &str, value: Option<&str>, allowed: &[&str]) -> &mut Self {
        let fine = value.is_none_or(|value| allowed.contains(&value));
        self.must(fine, format!("{name} is one of {allowed:?}, not {value:?}"))
    }

    /// A whole number within bounds, if it is there.
    pub(super) fn between(&mut self, name: &str, value: Option<i64>, least: i64, most: i64) -> &mut Self {
        let fine = value.is_none_or(|value| (least..=most).contains(&value));
        self.must(fine, format!("{name} is {least} to {most}, not {value:?}"))
    }
}
