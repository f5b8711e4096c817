//! Images in chats: from the form to the model, back to their owner, and gone with the chat.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Events, Options, TestServer, first, until};

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let colour = |x: u32, y: u32| Rgb([(x % 256) as u8, (y % 256) as u8, 90]);
    let image = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG with a comment as cameras write them.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let jpeg = picture(width, height, ImageFormat::Jpeg);
    let comment = b"taken at a secret place";
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xfe]);
    bytes.extend(u16::try_from(comment.len() + 2).unwrap().to_be_bytes());
    bytes.extend(comment);
    bytes.extend(&jpeg[2..]);
    bytes
}

fn file(name: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name.to_owned())
}

async fn send(user: &Client, form: Form) -> Events {
    user.events(user.request(Method::POST, "/api/chat/stream").multipart(form)).await
}

async fn refused(user: &Client, form: Form) -> Answer {
    user.send(user.request(Method::POST, "/api/chat/stream").multipart(form)).await
}

/// The images that a request to the model has, decoded: type and bytes.
fn shown(body: &Value) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for message in body["messages"].as_array().unwrap() {
        for part in message["content"].as_array().into_iter().flatten() {
            if let Some(url) = part["image_url"]["url"].as_str() {
                let (kind, data) = url.strip_prefix("data:").unwrap().split_once(";base64,").unwrap();
                found.push((kind.to_owned(), STANDARD.decode(data).unwrap()));
            }
        }
    }
    found
}

/// A server whose model sees.
async fn seeing() -> TestServer {
    let options = Options { default_model: Some("openai/gpt-4o".into()), ..Options::default() };
    TestServer::with(options).await
}

/// The requests that asked for an answer and not for a title.
fn answered(server: &TestServer) -> Vec<Value> {
    let requests = server.fake.requests().into_iter().filter(|request| request.body["model"] == "gpt-4o");
    requests.map(|request| request.body).collect()
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[tokio::test]
async fn an_image_goes_to_the_model_and_back_to_its_owner_alone() {
    let server = seeing().await;
    let (ann, eve) = (server.user("ann").await, server.user("eve").await);
    let form = Form::new()
        .text("message", "What is this?")
        .part("files[]", file("cat.jpg", photograph(3_000, 1_500)))
        .part("files", file("not told by its name.txt", picture(40, 30, ImageFormat::Png)))
        .text("alts", " A grey cat ")
        .text("alts", "");
    let events = send(&ann, form).await.all().await;
    let chat = first(&events, "chatId");

    let message = ann.messages(&chat).await[0].clone();
    let images = message["imageAttachments"].as_array().unwrap();
    assert_eq!(images.len(), 2);
    assert_eq!(
        (&images[0]["mimeType"], &images[0]["width"], &images[0]["height"], &images[0]["alt"]),
        (&json!("image/jpeg"), &json!(2_048), &json!(1_024), &json!("A grey cat"))
    );
    assert_eq!((&images[1]["mimeType"], images[1].get("alt")), (&json!("image/png"), None));

    let body = answered(&server).pop().unwrap();
    let shown = shown(&body);
    assert_eq!(shown.len(), 2, "{body}");
    for (kind, bytes) in &shown {
        let format = image::guess_format(bytes).unwrap();
        assert_eq!(format.to_mime_type(), kind);
        assert!(!has(bytes, "secret place"));
    }
    let text = body["messages"].to_string();
    let id = images[0]["id"].as_str().unwrap();
    assert!(text.contains(id) && text.contains("A grey cat") && text.contains("What is this?"), "{text}");

    let url = images[0]["url"].as_str().unwrap();
    for (path, edge) in [(url.to_owned(), 2_048), (format!("{url}?size=small"), 512)] {
        let response = ann.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let headers = response.headers().clone();
        assert_eq!(headers["content-type"], "image/jpeg");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "private, max-age=31536000, immutable");
        assert!(headers.get_all("vary").iter().any(|name| name == "authorization"), "{headers:?}");
        let bytes = response.bytes().await.unwrap();
        assert_eq!(headers["content-length"], bytes.len().to_string());
        assert!(!has(&bytes, "secret place"));
        let image = image::load_from_memory(&bytes).unwrap();
        assert_eq!(image.width(), edge);
        let again = ann.request(Method::GET, &path).header("if-none-match", &headers["etag"]);
        assert_eq!(ann.send(again).await.status, 304);
        assert_eq!(eve.get(&path).await.problem(404), "not_found");
        assert_eq!(server.anybody().get(&path).await.problem(401), "session_over");
    }
    assert_eq!(ann.get(&format!("{url}?size=huge")).await.problem(422), "validation");
    let nobody = "/api/chat/images/01900000-0000-7000-8000-000000000000";
    assert_eq!(ann.get(nobody).await.problem(404), "not_found");
}

#[tokio::test]
async fn images_stay_with_the_conversation_and_its_branches() {
    let server = seeing().await;
    let ann = server.user("ann").await;
    let form =
        Form::new().text("message", "").part("files", file("a.png", picture(60, 40, ImageFormat::Png)));
    let events = send(&ann, form).await.all().await;
    let (chat, question, answer) =
        (first(&events, "chatId"), first(&events, "userMessageId"), first(&events, "assistantMessageId"));
    assert_eq!(ann.messages(&chat).await[0]["content"], "", "an image can come without words");
    assert_eq!(server.stored().len(), 2, "the image and the small one");

    let path = format!("/api/chat/{chat}");
    until(async || ann.get(&path).await.json["chat"]["title"] == "Image").await;
    ann.say(json!({ "message": "And what colour has it?", "chatId": chat })).await.all().await;
    let again = format!("/api/chat/{chat}/messages/{answer}/regenerate");
    ann.events(ann.request(Method::POST, &again)).await.all().await;
    let edit = ann.request(Method::PUT, &format!("/api/chat/{chat}/messages/{question}"));
    let edited = ann.events(edit.json(&json!({ "message": "Describe it" }))).await.all().await;
    let requests = answered(&server);
    assert_eq!(requests.len(), 4);
    for request in &requests {
        assert_eq!(shown(request).len(), 1, "{request}");
    }
    assert_eq!(server.stored().len(), 2, "branches share it");
    let edited = first(&edited, "userMessageId");
    let messages = ann.messages(&chat).await;
    let of = |id: &str| {
        let message = messages.iter().find(|message| message["id"] == id).unwrap();
        message["imageAttachments"].clone()
    };
    assert_eq!(of(&edited), of(&question));

    assert_eq!(ann.delete(&format!("/api/chat/{chat}"), Value::Null).await.status, 204);
    until(async || server.stored().is_empty()).await;
    let url = of(&question)[0]["url"].as_str().unwrap().to_owned();
    assert_eq!(ann.get(&url).await.problem(404), "not_found");
}

#[tokio::test]
async fn an_account_takes_its_files_along() {
    let server = seeing().await;
    let (ann, bob) = (server.user("ann").await, server.user("bob").await);
    for user in [&ann, &bob] {
        let form =
            Form::new().text("message", "x").part("files", file("a.png", picture(9, 9, ImageFormat::Png)));
        send(user, form).await.all().await;
    }
    assert_eq!(server.stored().len(), 4);
    let left = ann.delete("/api/auth/me", json!({ "password": "correct horse" })).await;
    assert_eq!(left.status, 204);
    until(async || server.stored().len() == 2).await;
}

#[tokio::test]
async fn what_is_no_image_is_refused_with_its_reason_and_leaves_nothing() {
    let server = seeing().await;
    let ann = server.user("ann").await;
    let with = |name: &str, bytes: Vec<u8>| Form::new().text("message", "x").part("files", file(name, bytes));
    let program = b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00 and so on".to_vec();
    assert_eq!(refused(&ann, with("notes.png", program)).await.problem(415), "unsupported_file");
    let mut large = picture(8, 8, ImageFormat::Png);
    large.resize(21 * 1024 * 1024, 0);
    assert_eq!(refused(&ann, with("large.png", large)).await.problem(413), "image_too_large");
    let mut damaged = picture(64, 64, ImageFormat::Png);
    damaged.truncate(60);
    assert!(refused(&ann, with("half.png", damaged)).await.field("files").contains("half.png"));

    let small = || picture(2, 2, ImageFormat::Png);
    let mut many = Form::new().text("message", "x");
    for _ in 0..11 {
        many = many.part("files", file("a.png", small()));
    }
    assert!(refused(&ann, many).await.field("files").contains("10"));
    let described = with("a.png", small()).text("alts", "one").text("alts", "two");
    assert!(refused(&ann, described).await.field("alts").contains("more descriptions"));
    let long = with("a.png", small()).text("alts", "x".repeat(1_001));
    assert!(refused(&ann, long).await.field("alts").contains("1000"));
    assert!(refused(&ann, Form::new().text("message", "")).await.field("message").len() > 5);
    let huge = refused(&ann, Form::new().text("message", "x".repeat(3 * 1024 * 1024))).await;
    assert_eq!(huge.problem(413), "too_large");
    let mut lots = Form::new().text("message", "x");
    for _ in 0..8 {
        lots = lots.text("documentIds", "x".repeat(512 * 1024));
    }
    assert_eq!(refused(&ann, lots).await.problem(413), "too_large", "all fields together");
    let unknown = with("a.png", small()).text("chatId", "01900000-0000-7000-8000-000000000000");
    assert_eq!(refused(&ann, unknown).await.problem(404), "not_found");
    until(async || server.stored().is_empty()).await;
    assert_eq!(ann.get("/api/chat").await.json["items"], json!([]));
}

#[tokio::test]
async fn a_message_sent_twice_has_its_images_once() {
    let server = seeing().await;
    let ann = server.user("ann").await;
    let send = async |bytes: Vec<u8>| {
        let form = Form::new().text("message", "x").part("files", file("a.png", bytes));
        let request = ann.request(Method::POST, "/api/chat/stream").header("idempotency-key", "once");
        request.multipart(form).send().await.unwrap()
    };
    let one = picture(8, 8, ImageFormat::Png);
    let first_job = Events::new(send(one.clone()).await).all().await;
    let second_job = Events::new(send(one).await).all().await;
    assert_eq!(first(&first_job, "jobId"), first(&second_job, "jobId"));
    until(async || server.stored().len() == 2).await;
    let other = send(picture(9, 9, ImageFormat::Png)).await;
    assert_eq!(other.status(), 409, "another image is another message");
    until(async || server.stored().len() == 2).await;
}

#[tokio::test]
async fn a_model_that_does_not_see_is_told_so() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let form = Form::new()
        .text("message", "What is this?")
        .part("files", file("a.png", picture(9, 9, ImageFormat::Png)));
    send(&ann, form).await.all().await;
    let requests = server.fake.requests();
    let body = &requests.iter().find(|request| request.body["model"] == "fake-large").unwrap().body;
    assert!(shown(body).is_empty());
    let text = body["messages"].to_string();
    assert!(text.contains("You cannot see pictures") && text.contains("[Picture 1: imageId 0"), "{text}");
}
