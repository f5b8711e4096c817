//! Tools of a test's own.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kuma_agent::Tool;
use kuma_agent::tool::{DEFAULT_TIMEOUT, ToolContext, ToolError, ToolInfo, ToolOutput};
use kuma_types::{Effect, Provenance, Source, SourceAt, ToolCategory, ToolErrorKind};
use serde_json::{Value, json};

/// A tool that says what it was given, and remembers it. One that reads has it from outside.
pub struct Echo {
    info: ToolInfo,
    calls: Mutex<Vec<Value>>,
}

impl Echo {
    pub fn new(name: &str, effect: Effect) -> Arc<Self> {
        let info = ToolInfo {
            name: name.into(),
            display_name: format!("The {name}"),
            description: "Says what it is given.".into(),
            hint: None,
            category: ToolCategory::Search,
            effect,
            input_schema: json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] }),
            requires: None,
            timeout: DEFAULT_TIMEOUT,
            outside: effect == Effect::Read,
        };
        Arc::new(Self { info, calls: Mutex::default() })
    }

    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl Tool for Echo {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn describe(&self, arguments: &Value) -> String {
        format!("Say {arguments}")
    }

    fn check(&self, arguments: &Value) -> Result<(), ToolError> {
        if arguments["text"].is_string() {
            Ok(())
        } else {
            Err(ToolError::bad_arguments("`text` is missing"))
        }
    }

    async fn call(&self, _: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError> {
        self.check(&arguments)?;
        self.calls.lock().unwrap().push(arguments.clone());
        match arguments["text"].as_str() {
            Some("fail") => Err(ToolError::new(ToolErrorKind::Upstream, "the service is away", "Away.")),
            Some("panic") => panic!("as asked"),
            text => Ok(ToolOutput {
                sources: vec![Source {
                    title: "A page".into(),
                    at: SourceAt::Url("https://example.com/page".into()),
                    page: None,
                    text: "Bears sleep through the winter.".into(),
                }],
                provenance: self.info.outside.then(|| Provenance::of("example.com")),
                ..ToolOutput::text(format!("echo: {}", text.unwrap_or_default()), "Said")
            }),
        }
    }
}
