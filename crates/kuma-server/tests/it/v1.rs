//! The OpenAI-compatible API. OpenAI's own client talks to the real server in scripts/api-clients.sh;
//! here is what happens behind it.

use std::sync::Arc;

use futures::StreamExt as _;
use http::Method;
use kuma_agent::Tool;
use kuma_app::config::RunLimits;
use kuma_testkit::{Failure, Reply};
use kuma_types::Effect;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Echo, MODEL, Options, TestServer, until};

const PATH: &str = "/v1/chat/completions";
/// One white pixel.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9CNHoHgAAAABJRU5ErkJggg==";

fn ask(text: &str) -> Value {
    json!({ "model": "router", "messages": [{ "role": "user", "content": text }] })
}

fn merged(mut body: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

async fn program(server: &TestServer) -> Client {
    server.user("ann").await.with_key(&["chat"]).await
}

fn refusal(answer: &Answer, status: u16) -> (&str, &str) {
    assert_eq!(answer.status, status, "{}", answer.json);
    let error = &answer.json["error"];
    assert!(error["message"].as_str().is_some_and(|text| text.len() > 10), "{error}");
    (error["param"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default())
}

/// The chunks of a stream, which must end as streams do.
async fn chunks(client: &Client, body: Value) -> Vec<Value> {
    let response = client.request(Method::POST, PATH).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    let mut lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(lines.pop(), Some("[DONE]"), "{text}");
    lines.into_iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn said(chunks: &[Value]) -> String {
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect()
}

#[tokio::test]
async fn agents_and_models_are_models() {
    let server = TestServer::start().await;
    let program = program(&server).await;
    let list = program.get("/v1/models").await.json;
    let ids: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..4], ["router", "research", "stock_market", "financial"]);
    assert!(ids.contains(&MODEL), "{ids:?}");
    assert!(list["data"][0]["created"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(program.get("/v1/models/research").await.json["owned_by"], "kuma");
    assert_eq!(program.get("/v1/models/openai%2Ffake-large").await.json["owned_by"], "openai");
    assert_eq!(refusal(&program.get("/v1/models/nobody").await, 404).1, "model_not_found");
    assert_eq!(refusal(&program.get("/v1/nothing").await, 404).1, "unknown_url");
    assert_eq!(refusal(&program.get(PATH).await, 405).1, "method_not_allowed");
}

#[tokio::test]
async fn an_answer_comes_whole_or_in_chunks_and_nothing_is_kept_but_its_cost() {
    let server = TestServer::start().await;
    let program = program(&server).await;
    let whole = program.post(PATH, ask("hello")).await;
    assert_eq!(whole.status, 200, "{}", whole.json);
    let (choice, usage) = (&whole.json["choices"][0], &whole.json["usage"]);
    assert_eq!(
        (choice["message"]["content"].as_str(), choice["finish_reason"].as_str()),
        (Some("You said: hello"), Some("stop"))
    );
    assert!(usage["total_tokens"].as_u64().unwrap() > 0, "{usage}");
    let sent = server.fake.requests().pop().unwrap().body;
    assert!(sent["messages"][0]["content"].as_str().unwrap().starts_with("You are Kuma"), "{sent}");

    let streamed = chunks(&program, merged(ask("hello [reasoning]"), json!({ "stream": true }))).await;
    assert!(said(&streamed).starts_with("You said: hello"), "{streamed:?}");
    assert!(streamed.iter().any(|chunk| chunk["choices"][0]["delta"]["reasoning_content"].is_string()));
    assert_eq!(streamed.last().unwrap()["choices"][0]["finish_reason"], "stop");
    assert!(streamed.iter().all(|chunk| chunk.get("usage").is_none()));
    let counted = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let streamed = chunks(&program, merged(ask("hello"), counted)).await;
    let (last, rest) = streamed.split_last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert!(last["usage"]["prompt_tokens"].as_u64().unwrap() > 0);
    assert!(rest.iter().all(|chunk| chunk["usage"] == Value::Null && chunk["id"] == last["id"]));

    // A model is asked as it is: no words of an agent's.
    let plain = program.post(PATH, merged(ask("as it is"), json!({ "model": MODEL }))).await;
    assert_eq!(plain.json["model"], MODEL);
    let sent = server.fake.requests().pop().unwrap().body;
    assert_eq!(sent["messages"].as_array().unwrap().len(), 1, "{sent}");
    let stats = server.app.store().stats().await.unwrap();
    assert_eq!((stats.chats, stats.messages), (0, 0));
}

#[tokio::test]
async fn wishes_are_met_or_refused_by_name() {
    let server = TestServer::start().await;
    let program = program(&server).await;
    let wish = |more: Value| program.post(PATH, merged(ask("hi"), more));
    assert_eq!(wish(json!({ "model": MODEL, "temperature": 0.25, "max_tokens": 77, "user": "x", "seed": 1, "metadata": {} })).await.status, 200);
    let sent = server.fake.requests().pop().unwrap().body;
    assert_eq!(sent["temperature"], 0.25);
    assert!(sent["max_tokens"] == 77 || sent["max_completion_tokens"] == 77, "{sent}");
    for (field, value) in [
        ("top_p", json!(0.5)),
        ("n", json!(2)),
        ("presence_penalty", json!(1)),
        ("frequency_penalty", json!(1)),
        ("logit_bias", json!({ "5": 1 })),
        ("logprobs", json!(true)),
        ("top_logprobs", json!(3)),
        ("store", json!(true)),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({ "voice": "x" })),
        ("functions", json!([])),
        ("function_call", json!("auto")),
        ("response_format", json!({ "type": "json_object" })),
    ] {
        let refused = wish(json!({ field: value })).await;
        assert_eq!(refusal(&refused, 400), (field, "unsupported_parameter"));
    }
    for (field, value) in [
        ("temperature", json!(3)),
        ("max_tokens", json!(0)),
        ("stop", json!(["a", "b", "c", "d", "e"])),
        ("stop", json!([""])),
        ("messages", json!([])),
        ("messages", json!([{ "role": "system", "content": "x" }])),
        ("messages[0].role", json!([{ "role": "bear", "content": "x" }])),
        ("messages[0].content", json!([{ "role": "user", "content": 5 }])),
        ("messages[0].content", json!([{ "role": "assistant" }])),
        ("messages[0].tool_call_id", json!([{ "role": "tool", "content": "x" }])),
        ("messages[0].content[0]", json!([{ "role": "user", "content": [{ "type": "input_audio" }] }])),
        (
            "messages[0].content[0]",
            json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "https://example.com/a.png" } }] }]),
        ),
        ("tool_choice", json!("sometimes")),
        ("tool_choice", json!("required")),
    ] {
        let name = field.split('[').next().unwrap();
        let refused = wish(json!({ name: value })).await;
        assert_eq!(refusal(&refused, 400).0, field, "{}", refused.json);
    }
    let neutral = json!({ "top_p": 1, "n": 1, "presence_penalty": 0, "logprobs": false, "store": false, "logit_bias": {}, "stop": null, "tools": [] });
    assert_eq!(wish(neutral).await.status, 200);
    assert_eq!(refusal(&wish(json!({ "model": "nobody" })).await, 404).1, "model_not_found");
    assert_eq!(refusal(&wish(json!({ "messages": "x" })).await, 400), ("messages", "malformed"));
    let raw = |kind: &'static str, body: String| {
        program.send(program.request(Method::POST, PATH).header("content-type", kind).body(body))
    };
    assert_eq!(refusal(&raw("application/json", "{".into()).await, 400).1, "malformed");
    assert_eq!(refusal(&raw("text/plain", "{}".into()).await, 415).1, "unsupported_media_type");
    assert_eq!(refusal(&raw("application/json", " ".repeat(24 * 1024 * 1024 + 1)).await, 413).1, "too_large");
}

#[tokio::test]
async fn a_callers_tools_are_passed_on_and_never_run_here() {
    let read = Echo::new("webSearch", Effect::Read);
    let tools: Vec<Arc<dyn Tool>> = vec![read.clone()];
    let server = TestServer::with(Options { tools, ..Options::default() }).await;
    let program = program(&server).await;
    let tools = json!([
        { "type": "function", "function": { "name": "weather", "description": "d", "parameters": { "type": "object", "properties": { "city": { "type": "string" } } } } },
        { "type": "function", "function": { "name": "clock" } },
    ]);
    let question = |text: &str, more: Value| merged(merged(ask(text), json!({ "tools": tools })), more);
    let answer = program.post(PATH, question("go [tool weather {\"city\":\"Bern\"}]", json!({}))).await;
    let choice = &answer.json["choices"][0];
    assert_eq!(
        (choice["finish_reason"].as_str(), &choice["message"]["content"]),
        (Some("tool_calls"), &Value::Null),
        "{choice}"
    );
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!(
        (call["type"].as_str(), call["function"]["name"].as_str()),
        (Some("function"), Some("weather"))
    );
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({ "city": "Bern" }));
    let offered = server.fake.requests().pop().unwrap().body["tools"].clone();
    assert_eq!(offered.as_array().unwrap().len(), 2, "the caller's and nothing else: {offered}");

    // The caller has run it and goes on.
    let turns = json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": call["id"], "content": "rain" },
    ]);
    let on = program.post(PATH, question("", json!({ "messages": turns }))).await;
    assert_eq!(on.json["choices"][0]["message"]["content"], "The tools answered: rain", "{}", on.json);

    let both = "go [parallel-tools]";
    let streamed = chunks(&program, question(both, json!({ "stream": true }))).await;
    let calls: Vec<&Value> =
        streamed.iter().filter_map(|chunk| chunk.pointer("/choices/0/delta/tool_calls/0")).collect();
    assert_eq!(calls.iter().map(|call| call["index"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(streamed.last().unwrap()["choices"][0]["finish_reason"], "tool_calls");
    let one = program.post(PATH, question(both, json!({ "parallel_tool_calls": false }))).await;
    assert_eq!(one.json["choices"][0]["message"]["tool_calls"].as_array().unwrap().len(), 1);

    for (choice, sent, names) in [
        (json!("required"), json!("required"), 2),
        (json!("none"), json!("none"), 2),
        (json!({ "type": "function", "function": { "name": "clock" } }), json!("required"), 1),
    ] {
        assert_eq!(program.post(PATH, question("hi", json!({ "tool_choice": choice }))).await.status, 200);
        let body = server.fake.requests().pop().unwrap().body;
        assert_eq!((&body["tool_choice"], body["tools"].as_array().unwrap().len()), (&sent, names), "{body}");
    }
    let absent = json!({ "tool_choice": { "type": "function", "function": { "name": "fly" } } });
    assert_eq!(refusal(&program.post(PATH, question("hi", absent)).await, 400).0, "tool_choice");
    assert!(read.calls().is_empty(), "Kuma's own tools are not used then");
    server.fake.assert_clean();
}

#[tokio::test]
async fn an_agent_uses_its_reading_tools_here_and_never_writes() {
    let (read, write) = (Echo::new("webSearch", Effect::Read), Echo::new("getPageContent", Effect::Write));
    let tools: Vec<Arc<dyn Tool>> = vec![read.clone(), write.clone()];
    let server = TestServer::with(Options { tools, ..Options::default() }).await;
    let program = program(&server).await;
    let answer = program.post(PATH, ask("look [tool webSearch {\"text\":\"bears\"}]")).await;
    let choice = &answer.json["choices"][0];
    assert_eq!(choice["finish_reason"], "stop");
    assert!(choice["message"]["content"].as_str().unwrap().contains("echo: bears"), "{choice}");
    assert!(choice["message"].get("tool_calls").is_none(), "they are nobody else's business");
    assert_eq!(read.calls(), [json!({ "text": "bears" })]);

    // The model calls a write that it was never offered: it is told so, nobody is asked.
    let answer = program.post(PATH, ask("write [tool getPageContent {\"text\":\"x\"}]")).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    assert!(write.calls().is_empty());
    for request in server.fake.requests() {
        let offered = request.body["tools"].to_string();
        assert!(!offered.contains("getPageContent"), "{offered}");
    }

    // Cited passages end the answer as a list.
    server.fake.push(Reply::builder().tool_call("webSearch", json!({ "text": "winter" })));
    server.fake.push(Reply::text("They sleep. [1: \"Bears sleep through the winter.\"]"));
    let cited =
        program.post(PATH, ask("do bears sleep?")).await.json["choices"][0]["message"]["content"].clone();
    assert_eq!(cited, "They sleep. [1]\n\nSources:\n[1] A page: https://example.com/page");

    // No tools at all when the caller says so, and none for a model.
    let calls = read.calls().len();
    for more in [json!({ "tool_choice": "none" }), json!({ "model": MODEL })] {
        assert_eq!(program.post(PATH, merged(ask("look"), more)).await.status, 200);
        assert!(server.fake.requests().pop().unwrap().body.get("tools").is_none_or(Value::is_null));
    }
    assert_eq!(read.calls().len(), calls);
}

#[tokio::test]
async fn pictures_reach_models_that_see_and_no_others() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let program = ann.with_key(&["chat"]).await;
    until(async || ann.get("/api/models").await.json["items"].as_array().unwrap().len() > 1).await;
    let models = ann.get("/api/models").await.json;
    let sees = |model: &&Value| model["capabilities"].as_array().unwrap().contains(&json!("vision"));
    let seeing = models["items"].as_array().unwrap().iter().find(sees).unwrap()["id"].clone();
    let question = |model: &Value, url: &str| {
        let parts = json!([{ "type": "text", "text": "what is this?" }, { "type": "image_url", "image_url": { "url": url, "detail": "low" } }]);
        json!({ "model": model, "messages": [{ "role": "user", "content": parts }] })
    };
    let answer = program.post(PATH, question(&seeing, PIXEL)).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    assert!(server.fake.requests().pop().unwrap().body.to_string().contains(PIXEL));
    let blind = program.post(PATH, question(&json!(MODEL), PIXEL)).await;
    assert_eq!(refusal(&blind, 400).0, "messages");
    for url in [
        "data:image/svg+xml;base64,AAAA",
        "data:image/png;base64,%%%",
        "data:image/png,AAAA",
        "data:image/png;base64,",
    ] {
        assert_eq!(
            refusal(&program.post(PATH, question(&seeing, url)).await, 400).0,
            "messages[0].content[1]",
            "{url}"
        );
    }
}

#[tokio::test]
async fn an_answer_ends_at_a_stop_sequence() {
    // With a tool the agent's answer is a run, a model's never is.
    let tools: Vec<Arc<dyn Tool>> = vec![Echo::new("webSearch", Effect::Read)];
    let server = TestServer::with(Options { tools, ..Options::default() }).await;
    let program = program(&server).await;
    for model in ["router", MODEL] {
        server.fake.push(Reply::builder().words("one two ##").words("# three four"));
        let body = merged(ask("count"), json!({ "model": model, "stop": ["never", "###"] }));
        let answer = program.post(PATH, body.clone()).await.json;
        let choice = &answer["choices"][0];
        assert_eq!(
            (choice["message"]["content"].as_str(), choice["finish_reason"].as_str()),
            (Some("one two "), Some("stop"))
        );
        assert!(answer["usage"]["completion_tokens"].as_u64().unwrap() > 0);
        server.fake.push(Reply::builder().words("one two ##").words("# three four"));
        let streamed = chunks(&program, merged(body, json!({ "stream": true, "stop": "###" }))).await;
        assert_eq!(said(&streamed), "one two ");
        server.fake.push(Reply::builder().words("one ##"));
        let open =
            program.post(PATH, merged(ask("count"), json!({ "model": model, "stop": "###" }))).await.json;
        assert_eq!(open["choices"][0]["message"]["content"], "one ##", "what only looked like one is told");
    }
}

#[tokio::test]
async fn failures_have_the_status_that_clients_act_on() {
    let server = TestServer::start().await;
    let program = program(&server).await;
    for (failure, status, code) in [
        (
            Failure::status(400).code("context_length_exceeded").message("maximum context length"),
            400,
            "context_length_exceeded",
        ),
        (Failure::status(401), 502, "model_key_rejected"),
        (Failure::status(404).code("model_not_found"), 404, "model_not_found"),
    ] {
        for stream in [false, true] {
            server.fake.push(Reply::builder().fail(failure.clone()));
            let answer =
                program.post(PATH, merged(ask("x"), json!({ "model": MODEL, "stream": stream }))).await;
            assert_eq!(refusal(&answer, status).1, code);
        }
    }
    // A stream that has begun tells it in the stream.
    let response = program
        .request(Method::POST, PATH)
        .json(&merged(ask("x [midstream-error]"), json!({ "stream": true })));
    let text = response.send().await.unwrap().text().await.unwrap();
    let last = text.lines().rfind(|line| line.starts_with("data: ")).unwrap();
    assert!(last.contains("\"error\"") && last.contains("\"code\""), "{text}");

    let without = TestServer::with(Options { with_model: false, ..Options::default() }).await;
    let nobody = without.user("ann").await.with_key(&["chat"]).await.post(PATH, ask("x")).await;
    assert_eq!(refusal(&nobody, 404).1, "no_model");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_call() {
    let runs = RunLimits { max_runs_per_user: 1, ..RunLimits::default() };
    let server = TestServer::with(Options { runs, ..Options::default() }).await;
    let program = program(&server).await;
    for (id, stream) in [("a", true), ("b", false)] {
        let gate = server.fake.gate(id);
        let body = merged(ask(&format!("wait [gate {id}]")), json!({ "stream": stream }));
        let request = program.request(Method::POST, PATH).json(&body).send();
        let going = tokio::spawn(async move {
            let mut body = request.await.unwrap().bytes_stream();
            while body.next().await.is_some() {}
        });
        gate.blocked().await;
        // One at a time for this user.
        let second = program.post(PATH, ask("x")).await;
        assert_eq!(refusal(&second, 429).1, "too_many_answers");
        assert!(second.headers.contains_key("retry-after"));
        going.abort();
        gate.disconnected().await;
        until(async || program.post(PATH, ask("x")).await.status == 200).await;
    }
    assert_eq!(server.app.store().stats().await.unwrap().chats, 0);
}
