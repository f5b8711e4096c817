//! The chat template of a model: Jinja that turns a conversation into the very text the model was
//! trained on. Rendered by minijinja, since llama.cpp only recognises a list of known templates.

use std::fmt::Write as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, Value, context};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::conversation::{Offer, Turn, folded};

/// Steps a template may take: long chats with tools need tens of thousands, a template that never ends is stopped.
const FUEL: u64 = 2_000_000;
const NAME: &str = "chat";

/// A compiled template.
#[derive(Debug)]
pub(super) struct ChatTemplate {
    environment: Environment<'static>,
    knows_tools: bool,
}

/// What goes into a prompt beside the turns.
pub(super) struct Around<'a> {
    pub(super) bos: &'a str,
    pub(super) eos: &'a str,
    pub(super) tools: &'a [Offer],
}

impl ChatTemplate {
    /// Compiles; the error is minijinja's own.
    pub(super) fn compile(source: &str) -> Result<Self, Error> {
        let mut environment = Environment::new();
        // As the library does with which models are trained.
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |why: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, why))
        });
        environment.add_function("strftime_now", now);
        environment.add_filter("tojson", to_json);
        let source = without_training_marks(source);
        let knows_tools = uses_tools(&source);
        environment.add_template_owned(NAME, source)?;
        Ok(Self { environment, knows_tools })
    }

    /// Whether offered tools reach the model.
    pub(super) fn knows_tools(&self) -> bool {
        self.knows_tools
    }

    /// The prompt, ready for the model's answer. A template that refuses the conversation as it is gets
    /// it once more, folded.
    pub(super) fn render(&self, turns: &[Turn], around: &Around<'_>) -> Result<String, Error> {
        self.render_once(turns, around).or_else(|first| {
            let other = folded(turns);
            if other == turns { Err(first) } else { self.render_once(&other, around).map_err(|_| first) }
        })
    }

    fn render_once(&self, turns: &[Turn], around: &Around<'_>) -> Result<String, Error> {
        let tools = (!around.tools.is_empty()).then(|| Value::from(Serde(around.tools)));
        self.environment.get_template(NAME)?.render(context! {
            messages => Value::from(Serde(turns)),
            tools => tools,
            bos_token => around.bos,
            eos_token => around.eos,
            add_generation_prompt => true,
        })
    }
}

/// Some templates mark for training which text is the model's own. The marks mean nothing here, but
/// the white space around them does: a condition that always holds takes their place.
fn without_training_marks(source: &str) -> String {
    ["{%", "{%-", "{%+"].iter().fold(source.to_owned(), |text, open| {
        text.replace(&format!("{open} generation"), &format!("{open} if true"))
            .replace(&format!("{open} endgeneration"), &format!("{open} endif"))
    })
}

/// Whether a template's source mentions the tools it is given.
pub(super) fn uses_tools(source: &str) -> bool {
    source.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "tools")
}

/// Today, as some templates tell their model.
fn now(format: &str) -> Result<String, Error> {
    let mut text = String::new();
    write!(text, "{}", chrono::Local::now().format(format))
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, "unknown date format"))?;
    Ok(text)
}

/// JSON as Python writes it, which is what models saw in training: not escaped for HTML, and with
/// spaces after commas and colons.
fn to_json(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let _: Option<bool> = options.get("ensure_ascii")?;
    let _: Option<bool> = options.get("sort_keys")?;
    let mut bytes = Vec::new();
    let written = match indent {
        Some(width) => {
            let width = " ".repeat(width.min(16));
            let pretty = PrettyFormatter::with_indent(width.as_bytes());
            value.serialize(&mut Serializer::with_formatter(&mut bytes, pretty))
        }
        None => value.serialize(&mut Serializer::with_formatter(&mut bytes, Spaced)),
    };
    written.map_err(|why| {
        Error::new(ErrorKind::InvalidOperation, "cannot be written as JSON").with_source(why)
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|why| Error::new(ErrorKind::InvalidOperation, "JSON is not text").with_source(why))?;
    Ok(Value::from_safe_string(text))
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W) -> std::io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use kuma_llm::ToolSpec;
    use serde_json::json;

    use super::*;

    const AROUND: Around<'_> = Around { bos: "<s>", eos: "</s>", tools: &[] };

    fn render(source: &str, turns: &[Turn]) -> Result<String, String> {
        ChatTemplate::compile(source)
            .and_then(|template| template.render(turns, &AROUND))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn python_habits_of_templates_work() {
        let source = "{{ bos_token }}{%- for message in messages %}\n\
            {%- if message['role'] == 'user' %}U:{{ message.content.strip().split('|')[-1].upper() }}\n\
            {%- else %}\n    {%- generation %}A:{{ message.get('content') | trim }}{% endgeneration %}\n\
            {%- endif %}{%- if loop.last %}{% break %}{% endif %}{%- endfor %}";
        let turns = [Turn::new("user", " a|b "), Turn::new("assistant", " c ")];
        assert_eq!(render(source, &turns).unwrap(), "<s>U:BA:c");
    }

    #[test]
    fn a_template_that_knows_no_system_message_gets_a_folded_conversation() {
        let source = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}\
            [{{ m.role }}]{{ m.content }}{% endfor %}";
        let turns = [Turn::new("system", "Be kind."), Turn::new("user", "Hi")];
        assert_eq!(render(source, &turns).unwrap(), "[user]Be kind.\n\nHi");
    }

    #[test]
    fn refusals_and_endless_loops_are_errors() {
        assert!(render("{{ raise_exception('never') }}", &[]).unwrap_err().contains("never"));
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}";
        assert!(render(endless, &[]).is_err());
        assert!(render("{% if %}", &[]).is_err());
    }

    #[test]
    fn tools_are_written_as_in_training() {
        let template =
            ChatTemplate::compile("{% for tool in tools %}{{ tool | tojson }}{% endfor %}").unwrap();
        assert!(template.knows_tools());
        let tool = ToolSpec {
            name: "add".into(),
            description: "a < b & 'c' – ü".into(),
            parameters: json!({"type": "object"}),
        };
        let offers = [Offer::of(&tool)];
        let text = template.render(&[], &Around { tools: &offers, ..AROUND }).unwrap();
        assert_eq!(
            text,
            r#"{"type": "function", "function": {"name": "add", "description": "a < b & 'c' – ü", "parameters": {"type": "object"}}}"#
        );
        assert!(!ChatTemplate::compile("{{ messages }} toolsets").unwrap().knows_tools());
    }

    #[test]
    fn dates_are_told_and_bad_formats_are_not_fatal() {
        assert_eq!(render("{{ strftime_now('%Y') }}", &[]).unwrap().len(), 4);
        assert!(render("{{ strftime_now('%Q') }}", &[]).is_err());
    }
}
