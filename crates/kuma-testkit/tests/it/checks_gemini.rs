//! Requests that Gemini takes, and many that it does not.

use crate::support::{post, refusal};
use kuma_testkit::{FakeGemini, FakeUpstream};
use serde_json::{Value, json};

const PATH: &str = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";

fn user(text: &str) -> Value {
    json!({"role": "user", "parts": [{"text": text}]})
}

fn call(signature: Option<&str>) -> Value {
    let mut part = json!({"functionCall": {"id": "x", "name": "weather", "args": {"city": "Pune"}}});
    if let Some(signature) = signature {
        part["thoughtSignature"] = json!(signature);
    }
    json!({"role": "model", "parts": [part]})
}

fn response(name: &str) -> Value {
    json!({"role": "user", "parts": [{"functionResponse": {"id": "x", "name": name, "response": {"output": {"c": 31}}}}]})
}

fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"contents": [user("hi")]});
    body[field] = value;
    body
}

async fn refused(fake: &FakeUpstream, body: Value, words: &str) {
    let (status, json) = refusal(fake, PATH, &body).await;
    let message = json["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!((status, &json["error"]["status"]), (400, &json!("INVALID_ARGUMENT")), "{body} {json}");
    assert!(message.contains(words), "{message:?} has no {words:?}");
    assert!(fake.take_violations().iter().any(|v| v.message == message));
}

#[tokio::test]
async fn good_requests() {
    let fake = FakeGemini::start().await;
    let full = json!({
        "systemInstruction": {"parts": [{"text": "be brief"}]},
        "contents": [
            {"role": "user", "parts": [{"text": "weather?"}, {"inlineData": {"mimeType": "image/png", "data": "AA=="}}]},
            call(Some("s")), response("weather"),
        ],
        "tools": [{"functionDeclarations": [{"name": "weather", "description": "d",
            "parametersJsonSchema": {"type": "object", "properties": {"city": {"type": "string"}}}}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "generationConfig": {"temperature": 1, "maxOutputTokens": 9, "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "LOW"}},
    });
    for path in [PATH, "/v1/models/gemini-3.8-flash:generateContent"] {
        assert_eq!(post(&fake, path, &full).await.status(), 200);
    }
    // An earlier generation has no signatures, and neither have the turns before this one.
    let unsigned = json!({"contents": [user("x"), call(None), response("weather")]});
    let older = "/v1beta/models/gemini-2.5-flash:generateContent";
    assert_eq!(post(&fake, older, &unsigned).await.status(), 200);
    let past = json!({"contents": [user("x"), call(None), response("weather"), {"role": "model", "parts": [{"text": "31"}]}, user("y")]});
    assert_eq!(post(&fake, PATH, &past).await.status(), 200);
    fake.assert_clean();
}

#[tokio::test]
async fn bad_shapes() {
    let fake = FakeGemini::start().await;
    refused(&fake, json!({}), "\"contents\" is a required property").await;
    refused(&fake, json!({"contents": []}), "contents").await;
    refused(&fake, with("system_prompt", json!("x")), "Unknown name \"system_prompt\"").await;
    refused(&fake, json!({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}), "contents.0.role")
        .await;
    refused(&fake, json!({"contents": [{"role": "user", "parts": []}]}), "contents.0.parts").await;
    refused(&fake, json!({"contents": [user("")]}), "a text part must not be empty").await;
    let two_kinds =
        json!({"contents": [{"role": "user", "parts": [{"text": "x", "fileData": {"fileUri": "u"}}]}]});
    refused(&fake, two_kinds, "contents.0.parts.0").await;
    let declare = |declaration: Value| with("tools", json!([{"functionDeclarations": [declaration]}]));
    refused(&fake, declare(json!({"name": "1st"})), "functionDeclarations.0").await;
    let both =
        json!({"name": "f", "parameters": {"type": "OBJECT"}, "parametersJsonSchema": {"type": "object"}});
    refused(&fake, declare(both), "functionDeclarations.0").await;
    let unknown = json!({"name": "f", "parameters": {"type": "OBJECT", "$schema": "x"}});
    refused(&fake, declare(unknown), "Unknown name \"$schema\"").await;
    refused(&fake, with("generationConfig", json!({"max_tokens": 4})), "Unknown name \"max_tokens\"").await;
    let thinking = json!({"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}});
    refused(&fake, with("generationConfig", thinking), "thinkingConfig").await;
    let names = json!({"functionCallingConfig": {"mode": "AUTO", "allowedFunctionNames": ["f"]}});
    refused(&fake, with("toolConfig", names), "allowed_function_names").await;
}

#[tokio::test]
async fn bad_turns() {
    let fake = FakeGemini::start().await;
    let contents = |list: Value| json!({"contents": list});
    refused(
        &fake,
        contents(json!([user("x"), response("weather")])),
        "comes immediately after a function call",
    )
    .await;
    refused(
        &fake,
        contents(json!([user("x"), call(Some("s")), user("y")])),
        "the number of function response parts",
    )
    .await;
    refused(&fake, contents(json!([user("x"), call(Some("s")), response("clock")])), "answers no call").await;
    refused(
        &fake,
        contents(json!([user("x"), call(None), response("weather")])),
        "missing a thought_signature",
    )
    .await;
    refused(
        &fake,
        contents(json!([user("x"), {"role": "model", "parts": [{"text": "y"}]}])),
        "end with a user role",
    )
    .await;
}
