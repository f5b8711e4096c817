//! What all calls to one provider share.

use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::learned::Learned;
use super::{Deadlines, ProviderSetupError, RemoteConfig, base_url};
use crate::map_error::ErrorMapper;
use crate::{ModelError, ModelErrorKind, ProviderKind};

/// The version of Anthropic's API that this crate speaks.
pub(crate) const ANTHROPIC_VERSION: &str = "2026-10-21";

pub(crate) struct Connection {
    pub(crate) name: String,
    pub(crate) kind: ProviderKind,
    /// Without a trailing slash.
    pub(crate) base: String,
    pub(crate) http: Client,
    pub(crate) genai: genai::Client,
    pub(crate) errors: Arc<ErrorMapper>,
    pub(crate) deadlines: Deadlines,
    pub(crate) learned: Arc<Learned>,
    key: Option<SecretString>,
}

impl Connection {
    pub(crate) fn new(config: RemoteConfig, http: Client) -> Result<Self, ProviderSetupError> {
        let RemoteConfig { name, kind, base_url, key } = config;
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 40 || !name.chars().all(allowed) {
            return Err(ProviderSetupError::Name(name));
        }
        if kind == ProviderKind::Local {
            return Err(ProviderSetupError::NotRemote(name));
        }
        let bad_url = |url: &str, reason: String| ProviderSetupError::BaseUrl {
            provider: name.clone(),
            url: url.to_owned(),
            reason,
        };
        let own = base_url::default_for(kind);
        let given = base_url.as_deref().filter(|url| !url.trim().is_empty()).or(own);
        let Some(given) = given else {
            return Err(bad_url("", "a server of this kind needs one".to_owned()));
        };
        let base = base_url::normalise(kind, given).map_err(|reason| bad_url(given, reason))?;

        let key = key
            .map(|key| SecretString::from(key.expose_secret().trim()))
            .filter(|key| !key.expose_secret().is_empty());
        if key.is_none() && kind != ProviderKind::Ollama && own == Some(base.as_str()) {
            return Err(ProviderSetupError::KeyMissing(name));
        }
        if key.as_ref().is_some_and(|key| !key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(ProviderSetupError::KeyMalformed(name));
        }
        let genai = genai::Client::builder().with_reqwest(http.clone()).build();
        let genai = genai.map_err(|error| bad_url(given, error.to_string()))?;
        Ok(Self {
            errors: Arc::new(ErrorMapper::new(name.clone(), key.clone())),
            deadlines: Deadlines::of(kind),
            learned: Arc::new(Learned::at(&base)),
            name,
            kind,
            base,
            http,
            genai,
            key,
        })
    }

    pub(crate) fn with_deadlines(&self, deadlines: Deadlines) -> Self {
        Self {
            name: self.name.clone(),
            kind: self.kind,
            base: self.base.clone(),
            http: self.http.clone(),
            genai: self.genai.clone(),
            errors: Arc::clone(&self.errors),
            learned: Arc::clone(&self.learned),
            key: self.key.clone(),
            deadlines,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// The headers that say who we are to this provider.
    pub(crate) fn credentials(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if self.kind == ProviderKind::Anthropic {
            headers.push(("anthropic-version", ANTHROPIC_VERSION.to_owned()));
        }
        if let Some(key) = &self.key {
            let key = key.expose_secret();
            headers.push(match self.kind {
                ProviderKind::Anthropic => ("x-api-key", key.to_owned()),
                ProviderKind::Gemini => ("x-goog-api-key", key.to_owned()),
                _ => (AUTHORIZATION.as_str(), format!("Bearer {key}")),
            });
        }
        headers
    }

    fn header_map(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in self.credentials() {
            if let Ok(mut value) = HeaderValue::from_str(&value) {
                value.set_sensitive(true);
                map.insert(HeaderName::from_static(name), value);
            }
        }
        map
    }

    pub(crate) async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ModelError> {
        self.json(self.http.get(self.url(path))).await
    }

    pub(crate) async fn post_json<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, ModelError> {
        self.json(self.http.post(self.url(path)).json(body)).await
    }

    /// A request with credentials, whose answer is read by the caller.
    pub(crate) fn post_stream(&self, path: &str, body: &(impl Serialize + Sync)) -> RequestBuilder {
        self.http.post(self.url(path)).headers(self.header_map()).json(body)
    }

    async fn json<T: DeserializeOwned>(&self, call: RequestBuilder) -> Result<T, ModelError> {
        let call = call.headers(self.header_map()).timeout(self.deadlines.whole);
        let response = call.send().await.map_err(|error| self.errors.transport(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| self.errors.transport(&error))?;
        if !status.is_success() {
            return Err(self.errors.response(status.as_u16(), &headers, &String::from_utf8_lossy(&body)));
        }
        serde_json::from_slice(&body).map_err(|error| {
            let is_page = body.trim_ascii_start().starts_with(b"<");
            let what = if is_page {
                "the address answers with a web page, not with an API: check the base URL".to_owned()
            } else {
                format!("its answer could not be read: {error}")
            };
            self.errors.new_error(ModelErrorKind::BadResponse, &what)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str, kind: ProviderKind, base_url: Option<&str>, key: Option<&str>) -> RemoteConfig {
        RemoteConfig {
            name: name.to_owned(),
            kind,
            base_url: base_url.map(str::to_owned),
            key: key.map(SecretString::from),
        }
    }

    fn made(config: RemoteConfig) -> Result<Connection, ProviderSetupError> {
        kuma_net::install_crypto_provider();
        Connection::new(config, Client::new())
    }

    #[test]
    fn settings_that_make_no_provider_are_refused_with_the_reason() {
        use ProviderKind::{Local, OpenAi, OpenAiCompatible};
        let refused = |config| made(config).err().map(|error| error.to_string()).unwrap();
        assert!(refused(config("Bad Name", OpenAi, None, Some("k"))).contains("lower-case"));
        assert!(refused(config("openai", OpenAi, None, None)).contains("needs an API key"));
        assert!(refused(config("openai", OpenAi, None, Some("  "))).contains("needs an API key"));
        assert!(refused(config("openai", OpenAi, None, Some("a\nb"))).contains("line breaks"));
        assert!(refused(config("hub", OpenAiCompatible, None, None)).contains("needs one"));
        assert!(refused(config("hub", OpenAiCompatible, Some("ftp://x"), None)).contains("http://"));
        assert!(refused(config("local", Local, None, None)).contains("this process"));
    }

    #[test]
    fn each_vendor_gets_its_key_in_its_own_header() {
        let headers = |kind, base| {
            let connection = made(config("p", kind, base, Some(" the-key\n"))).unwrap();
            connection
                .credentials()
                .into_iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(headers(ProviderKind::OpenAi, None), ["authorization: Bearer the-key"]);
        assert_eq!(headers(ProviderKind::Gemini, None), ["x-goog-api-key: the-key"]);
        assert_eq!(
            headers(ProviderKind::Anthropic, None),
            [format!("anthropic-version: {ANTHROPIC_VERSION}"), "x-api-key: the-key".to_owned()]
        );
        let keyless = made(config("o", ProviderKind::Ollama, None, None)).unwrap();
        assert_eq!(keyless.base, "http://127.0.0.1:11434");
        assert!(keyless.credentials().is_empty());
    }
}
