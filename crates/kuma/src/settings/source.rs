//! Where values come from, and the record of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use figment::value::Value;
use secrecy::SecretString;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// `kuma.toml`
    File,
    /// `.env`
    DotEnv,
    /// The environment.
    Environment,
    /// The command line.
    Flag,
}

impl Source {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "kuma.toml",
            Self::DotEnv => ".env",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// A setting as it was resolved.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its name.
    pub name: String,
    /// Its value; of secrets only whether they are set.
    pub shown: String,
    /// Where it comes from.
    pub source: Source,
}

/// All values that were given, by name.
pub(super) struct Values {
    given: BTreeMap<String, (String, Source)>,
    resolved: Vec<Resolved>,
}

impl Values {
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let mut values = Self { given: BTreeMap::new(), resolved: Vec::new() };
        let toml = Figment::from(Toml::file_exact(file));
        if file.exists() {
            let table: BTreeMap<String, Value> =
                toml.extract().with_context(|| format!("{} cannot be read", file.display()))?;
            for (name, value) in table {
                let text = plain(&value).with_context(|| {
                    format!(
                        "{name} in {} is a list or table; a text, number, true or false is wanted",
                        file.display()
                    )
                })?;
                values.give(&name.to_uppercase(), text, Source::File);
            }
        }
        match dotenvy::from_path_iter(".env") {
            Ok(lines) => {
                for line in lines {
                    let (name, value) = line.context(".env cannot be read")?;
                    values.give(&name, value, Source::DotEnv);
                }
            }
            Err(error) if error.not_found() => {}
            Err(error) => return Err(error).context(".env cannot be read"),
        }
        for (name, value) in Env::raw().lowercase(false).iter() {
            values.give(name.as_str(), value, Source::Environment);
        }
        Ok(values)
    }

    /// An empty value counts as not given, as compose files pass them.
    fn give(&mut self, name: &str, value: String, source: Source) {
        if !value.trim().is_empty() {
            self.given.insert(name.to_owned(), (value.trim().to_owned(), source));
        }
    }

    pub(super) fn flag(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.give(name, value.to_owned(), Source::Flag);
        }
    }

    fn note(&mut self, name: &str, shown: &str, source: Source) {
        self.resolved.push(Resolved { name: name.to_owned(), shown: shown.to_owned(), source });
    }

    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        let Some((value, source)) = self.given.get(name).cloned() else {
            self.note(name, "–", Source::Default);
            return None;
        };
        self.note(name, &without_password(&value), source);
        Some(value)
    }

    pub(super) fn text(&mut self, name: &str, default: &str) -> String {
        let (value, source) =
            self.given.get(name).cloned().unwrap_or_else(|| (default.to_owned(), Source::Default));
        self.note(name, &without_password(&value), source);
        value
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<SecretString> {
        let given = self.given.get(name).cloned();
        let source = given.as_ref().map_or(Source::Default, |(_, source)| *source);
        self.note(name, if given.is_some() { "set" } else { "–" }, source);
        given.map(|(value, _)| value.into())
    }

    /// Everything whose name begins like this. All of it counts as secret.
    pub(super) fn beginning_with(&mut self, prefix: &str) -> Vec<(String, SecretString)> {
        let names: Vec<String> = self.given.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
        names.into_iter().filter_map(|name| self.secret(&name).map(|value| (name, value))).collect()
    }

    pub(super) fn parsed<T: FromStr>(
        &mut self,
        name: &str,
        default: &str,
        allowed: &str,
    ) -> anyhow::Result<T> {
        self.one_of(name, default, allowed, |text| text.parse().ok())
    }

    pub(super) fn one_of<T>(
        &mut self,
        name: &str,
        default: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> anyhow::Result<T> {
        let text = self.text(name, default);
        parse(&text).with_context(|| format!("{name} is {text:?}; allowed is {allowed}"))
    }

    pub(super) fn url(&mut self, name: &str, default: &str) -> anyhow::Result<String> {
        let text = self.text(name, default);
        check_url(name, &text)?;
        Ok(text.trim_end_matches('/').to_owned())
    }

    pub(super) fn optional_url(&mut self, name: &str) -> anyhow::Result<Option<String>> {
        let text = self.optional(name);
        text.iter().try_for_each(|text| check_url(name, text))?;
        Ok(text.map(|text| text.trim_end_matches('/').to_owned()))
    }

    pub(super) fn into_resolved(self) -> Vec<Resolved> {
        self.resolved
    }
}

fn check_url(name: &str, text: &str) -> anyhow::Result<()> {
    let url =
        url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.map(|_| ()).with_context(|| {
        format!("{name} is {:?}; allowed is an address such as https://example.com", without_password(text))
    })
}

/// An address without the password in it.
fn without_password(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            // Addresses that cannot have a password have none.
            url.set_password(Some("***")).ok();
            url.to_string()
        }
        _ => text.to_owned(),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Bool(_, value) => Some(value.to_string()),
        Value::Num(_, number) => {
            number.to_i128().map(|n| n.to_string()).or_else(|| number.to_f64().map(|n| n.to_string()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_password("postgres://kuma:secret@db/kuma"), "postgres://kuma:***@db/kuma");
        assert_eq!(without_password("sqlite://./data/kuma.db"), "sqlite://./data/kuma.db");
        assert_eq!(without_password("3001"), "3001");
    }
}
