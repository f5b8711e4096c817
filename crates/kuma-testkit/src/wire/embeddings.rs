//! Embeddings, in each vendor's shape: unit vectors that depend on the text alone.

use crate::json::at;
use crate::route::EmbedForm;
use serde_json::{Value, json};

/// The answer to an embeddings request.
pub(crate) fn answer(form: EmbedForm, body: &Value, model: &str) -> Value {
    match form {
        EmbedForm::OpenAi => {
            let inputs = inputs(&body["input"]);
            let size = dimensions(&body["dimensions"], default_size(model));
            let base64 = body["encoding_format"] == "base64";
            let data: Vec<Value> = inputs
                .iter()
                .enumerate()
                .map(|(index, text)| {
                    let vector = vector(text, size);
                    let embedding = if base64 { json!(to_base64(&vector)) } else { json!(vector) };
                    json!({"object": "embedding", "index": index, "embedding": embedding})
                })
                .collect();
            let tokens = tokens(&inputs);
            json!({"object": "list", "data": data, "model": model,
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})
        }
        EmbedForm::GeminiOne => json!({"embedding": gemini_one(body)}),
        EmbedForm::GeminiBatch => {
            let requests = body["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
            json!({"embeddings": requests.iter().map(gemini_one).collect::<Vec<_>>()})
        }
        EmbedForm::Ollama => {
            let inputs = inputs(&body["input"]);
            let size = dimensions(&body["dimensions"], 768);
            json!({"model": model, "embeddings": inputs.iter().map(|t| vector(t, size)).collect::<Vec<_>>(),
                "total_duration": 14_000_000, "load_duration": 1_000_000, "prompt_eval_count": tokens(&inputs)})
        }
    }
}

fn gemini_one(request: &Value) -> Value {
    let parts = at(request, "/content/parts").as_array().map(Vec::as_slice).unwrap_or_default();
    let text: Vec<&str> = parts.iter().filter_map(|p| p["text"].as_str()).collect();
    let size = if request["outputDimensionality"].is_null() {
        at(request, "/embedContentConfig/outputDimensionality")
    } else {
        &request["outputDimensionality"]
    };
    json!({"values": vector(&text.join("\n"), dimensions(size, 3072))})
}

fn inputs(input: &Value) -> Vec<String> {
    match input {
        Value::String(text) => vec![text.clone()],
        // A flat array of numbers is one text in tokens.
        Value::Array(items) if items.first().is_some_and(Value::is_number) => vec![input.to_string()],
        Value::Array(items) => {
            items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn dimensions(asked: &Value, default: usize) -> usize {
    asked.as_u64().map_or(default, |d| (d as usize).clamp(1, 4096))
}

fn default_size(model: &str) -> usize {
    if model.contains("large") { 3072 } else { 1536 }
}

fn tokens(inputs: &[String]) -> usize {
    inputs.iter().map(|t| t.len().div_ceil(4)).sum::<usize>().max(1)
}

/// Words are hashed into the vector's places, so that texts which share words are near each other.
fn vector(text: &str, size: usize) -> Vec<f32> {
    let mut vector = vec![0.0_f32; size];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let hash = word
            .to_lowercase()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        if let Some(place) = vector.get_mut((hash % size as u64) as usize) {
            *place += if hash >> 63 == 0 { 1.0 } else { -1.0 };
        }
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length == 0.0 {
        if let Some(first) = vector.first_mut() {
            *first = 1.0;
        }
    } else {
        for x in &mut vector {
            *x /= length;
        }
    }
    vector
}

fn to_base64(vector: &[f32]) -> String {
    use base64::Engine as _;
    let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
