//! Tools whose arguments are a struct.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kuma_types::{Effect, ToolCategory, UserId};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Availability, DEFAULT_TIMEOUT, Requirement, Tool, ToolContext, ToolError, ToolInfo, ToolOutput, schema,
};

/// A built-in tool: one file, one struct of arguments.
///
/// The argument struct derives `Deserialize` and `schemars::JsonSchema`; its doc comments are what the
/// model reads about each field.
#[async_trait]
pub trait TypedTool: Send + Sync + 'static {
    /// What it is called with.
    type Arguments: DeserializeOwned + JsonSchema + Send + Sync;

    /// `[A-Za-z0-9_-]`, at most 64 characters.
    const NAME: &'static str;
    /// For people: `Search the web`.
    const DISPLAY_NAME: &'static str;
    /// For the model.
    const DESCRIPTION: &'static str;
    /// What it is about.
    const CATEGORY: ToolCategory;
    /// What it does to the world.
    const EFFECT: Effect;
    /// Whether its results are text from outside.
    const OUTSIDE: bool;
    /// One line for the system prompt.
    const HINT: Option<&'static str> = None;
    /// How long a call may take.
    const TIMEOUT: Duration = DEFAULT_TIMEOUT;

    /// What it cannot work without.
    fn requires(&self) -> Option<Requirement> {
        None
    }

    /// Whether this user can use it now.
    async fn availability(&self, user: UserId) -> Availability {
        let _ = user;
        Availability::Available
    }

    /// What the call would do, in one plain line for people.
    fn describe(&self, arguments: &Self::Arguments) -> String;

    /// What the call would change, for the person who is asked; none: the arguments as they are.
    async fn preview(&self, context: &ToolContext, arguments: &Self::Arguments) -> Option<Value> {
        let _ = (context, arguments);
        None
    }

    /// Does it.
    async fn call(&self, context: &ToolContext, arguments: Self::Arguments) -> Result<ToolOutput, ToolError>;
}

/// The object form of a typed tool.
pub fn typed<T: TypedTool>(tool: T) -> Arc<dyn Tool> {
    let info = ToolInfo {
        name: T::NAME.to_owned(),
        display_name: T::DISPLAY_NAME.to_owned(),
        description: T::DESCRIPTION.to_owned(),
        hint: T::HINT.map(str::to_owned),
        category: T::CATEGORY,
        effect: T::EFFECT,
        input_schema: schema::of::<T::Arguments>(),
        requires: tool.requires(),
        timeout: T::TIMEOUT,
        outside: T::OUTSIDE,
    };
    Arc::new(Typed { tool, info })
}

struct Typed<T> {
    tool: T,
    info: ToolInfo,
}

impl<T: TypedTool> Typed<T> {
    fn parse(&self, arguments: &Value) -> Result<T::Arguments, ToolError> {
        parse(&self.info, arguments)
    }
}

/// Reads arguments as models write them: `null` for an optional field means that it is left out.
fn parse<A: DeserializeOwned>(info: &ToolInfo, arguments: &Value) -> Result<A, ToolError> {
    let mut arguments = match arguments {
        Value::Null => Value::Object(serde_json::Map::new()),
        // Some models write the object as text.
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| arguments.clone()),
        other => other.clone(),
    };
    let Some(fields) = arguments.as_object_mut() else {
        return Err(refusal(info, "the arguments are no JSON object"));
    };
    let required = info.input_schema.get("required").and_then(Value::as_array);
    fields.retain(|name, value| {
        !value.is_null() || required.is_some_and(|names| names.iter().any(|one| one == name.as_str()))
    });
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let at = error.path().to_string();
        let why = error.into_inner().to_string();
        refusal(info, &if at == "." { why } else { format!("`{at}`: {why}") })
    })
}

fn refusal(info: &ToolInfo, why: &str) -> ToolError {
    /// Schemas beyond this length say more than a model needs to mend a call.
    const LONGEST_SCHEMA: usize = 4_000;
    let schema = info.input_schema.to_string();
    let takes = if schema.len() <= LONGEST_SCHEMA { format!(" It takes: {schema}") } else { String::new() };
    ToolError::bad_arguments(format!(
        "{} was not called: {why}. Mend the arguments and call it again.{takes}",
        info.name
    ))
    .in_own_words()
}

#[async_trait]
impl<T: TypedTool> Tool for Typed<T> {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    async fn availability(&self, user: UserId) -> Availability {
        self.tool.availability(user).await
    }

    fn describe(&self, arguments: &Value) -> String {
        match self.parse(arguments) {
            Ok(arguments) => self.tool.describe(&arguments),
            Err(_) => self.info.display_name.clone(),
        }
    }

    fn check(&self, arguments: &Value) -> Result<(), ToolError> {
        self.parse(arguments).map(drop)
    }

    async fn preview(&self, context: &ToolContext, arguments: &Value) -> Value {
        match self.parse(arguments) {
            Ok(parsed) => self.tool.preview(context, &parsed).await.unwrap_or_else(|| arguments.clone()),
            Err(_) => arguments.clone(),
        }
    }

    async fn call(&self, context: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError> {
        let arguments = self.parse(&arguments)?;
        self.tool.call(context, arguments).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kuma_types::ToolErrorKind;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    struct Look {
        /// What to look for.
        query: String,
        /// How many, 1 to 20.
        #[serde(default = "five")]
        max_results: u32,
        /// How far.
        range: Option<Range>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Range {
        /// Around here.
        Near,
        /// Everywhere.
        Far,
    }

    fn five() -> u32 {
        5
    }

    struct Looker;

    #[async_trait]
    impl TypedTool for Looker {
        type Arguments = Look;
        const NAME: &'static str = "look";
        const DISPLAY_NAME: &'static str = "Look";
        const DESCRIPTION: &'static str = "Looks.";
        const CATEGORY: ToolCategory = ToolCategory::Search;
        const EFFECT: Effect = Effect::Read;
        const OUTSIDE: bool = true;

        fn describe(&self, arguments: &Look) -> String {
            let far = matches!(arguments.range, Some(Range::Far));
            format!(
                "Look for \"{}\" ({}{})",
                arguments.query,
                arguments.max_results,
                if far { ", far" } else { "" }
            )
        }

        async fn call(&self, _: &ToolContext, arguments: Look) -> Result<ToolOutput, ToolError> {
            Ok(ToolOutput::text(arguments.query, "found"))
        }
    }

    #[test]
    fn the_schema_is_plain() {
        let expected = json!({
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "What to look for."},
                "maxResults": {"type": "integer", "default": 5, "minimum": 0, "description": "How many, 1 to 20."},
                "range": {
                    "description": "How far. near: Around here. far: Everywhere.",
                    "type": "string",
                    "enum": ["near", "far"]
                }
            },
            "required": ["query"],
            "additionalProperties": false
        });
        assert_eq!(typed(Looker).info().input_schema, expected);
    }

    #[test]
    fn arguments_are_taken_as_models_write_them() {
        let tool = typed(Looker);
        for (arguments, said) in [
            (json!({"query": "bears"}), "Look for \"bears\" (5)"),
            (json!({"query": "bears", "maxResults": null, "range": null}), "Look for \"bears\" (5)"),
            (json!({"query": "bears", "maxResults": 2, "range": "far"}), "Look for \"bears\" (2, far)"),
            (json!("{\"query\":\"bears\"}"), "Look for \"bears\" (5)"),
            (json!({"query": "bears", "unknown": true}), "Look for \"bears\" (5)"),
        ] {
            assert!(tool.check(&arguments).is_ok(), "{arguments}");
            assert_eq!(tool.describe(&arguments), said);
        }
    }

    #[test]
    fn what_does_not_fit_is_told_so_that_it_can_be_mended() {
        let tool = typed(Looker);
        for (arguments, told) in [
            (json!({}), "missing field `query`"),
            (json!({"query": null}), "`query`: invalid type: null"),
            (json!({"query": "x", "maxResults": "many"}), "`maxResults`: invalid type: string \"many\""),
            (json!({"query": "x", "range": "middle"}), "unknown variant `middle`"),
            (json!("not json"), "no JSON object"),
            (json!([1]), "no JSON object"),
        ] {
            let error = tool.check(&arguments).unwrap_err();
            assert_eq!(error.kind, ToolErrorKind::BadArguments);
            assert!(error.message.contains(told), "{arguments}: {}", error.message);
            assert!(error.message.contains("It takes: {"), "{}", error.message);
            assert!(error.is_in_own_words());
            assert_eq!(tool.describe(&arguments), "Look");
        }
    }
}
