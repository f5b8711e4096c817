//! Pictures: who looks, who reads, and what is said when nobody can.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use kuma_agent::tool::typed;
use kuma_llm::{ChatModel, ModelErrorKind, Part};
use kuma_tools::images::{
    Images, ImagesError, NoVisionModel, Ocr, OcrSettings, Picture, Pictures, VisionModels,
};
use kuma_tools::tools::{AnalyzeImage, DescribeImage, ExtractText};
use kuma_types::{ChatId, ToolErrorKind, UserId};
use serde_json::json;

use crate::support::{Said, ScriptedModel, context, page_settings};

/// One picture, `cat`, and one with text on it, `notice`; the storage of `broken` is.
struct Album;

#[async_trait]
impl Images for Album {
    async fn image(&self, _: UserId, _: ChatId, id: &str) -> Result<Picture, ImagesError> {
        match id {
            "cat" => {
                Ok(Picture { mime_type: "image/png".to_owned(), data: Bytes::from_static(b"PNG of a cat") })
            }
            "notice" => {
                let data = std::fs::read("../../fixtures/documents/notice.png").unwrap();
                Ok(Picture { mime_type: "image/png".to_owned(), data: data.into() })
            }
            "broken" => Err(ImagesError::Unavailable),
            _ => Err(ImagesError::Unknown),
        }
    }
}

struct Configured(Arc<ScriptedModel>);

impl VisionModels for Configured {
    fn vision_model(&self) -> Option<Arc<dyn ChatModel>> {
        Some(Arc::<ScriptedModel>::clone(&self.0))
    }
}

fn text(text: &str) -> Said {
    Said::Text(text.to_owned())
}

fn pictures(vision: Arc<dyn VisionModels>, ocr: Option<Ocr>) -> Pictures {
    Pictures::new(Arc::new(Album), vision, ocr)
}

#[tokio::test]
async fn the_runs_model_looks_when_it_sees() {
    let model = ScriptedModel::new(true, [text("A grey cat."), text("It sleeps.")]);
    let other = ScriptedModel::new(true, []);
    let pictures = pictures(Arc::new(Configured(Arc::clone(&other))), None);
    let context = context(model.clone());
    let output =
        typed(DescribeImage(pictures.clone())).call(&context, json!({"imageId": "cat"})).await.unwrap();
    assert_eq!(
        (output.content.as_str(), output.summary.as_str()),
        ("A grey cat.", "Described the picture with Scripted")
    );
    let analyze = typed(AnalyzeImage(pictures));
    assert_eq!(
        analyze.describe(&json!({"imageId": "cat", "question": "What\ndoes it do?"})),
        "Look at a picture: What does it do?"
    );
    let output =
        analyze.call(&context, json!({"imageId": " cat ", "question": "What does it do?"})).await.unwrap();
    assert_eq!(output.result["text"], "It sleeps.");
    assert!(output.provenance.is_some() && analyze.info().outside);
    let request = model.requests().pop().unwrap();
    assert_eq!(request.messages[1].parts[0], Part::Text("What does it do?".to_owned()));
    assert_eq!(
        request.messages[1].parts[1],
        Part::Image { mime_type: "image/png".to_owned(), data: Bytes::from_static(b"PNG of a cat") }
    );
    assert!(other.requests().is_empty());
    // What it cost is part of the run's cost.
    assert_eq!(context.usage.total().input_tokens, 200);
}

#[tokio::test]
async fn a_configured_model_looks_otherwise() {
    let blind = ScriptedModel::saying(&[]);
    let eyes = ScriptedModel::new(true, [text("A cat."), text("NO TEXT.")]);
    let pictures = pictures(Arc::new(Configured(Arc::clone(&eyes))), None);
    let context = context(blind.clone());
    let output = typed(DescribeImage(pictures.clone()))
        .call(&context, json!({"imageId": "cat", "detailed": true}))
        .await;
    assert_eq!(output.unwrap().content, "A cat.");
    let output = typed(ExtractText(pictures)).call(&context, json!({"imageId": "cat"})).await.unwrap();
    assert_eq!(output.content, "There is no text on the picture.");
    assert_eq!((eyes.left(), blind.requests().len()), (0, 0));
}

#[tokio::test]
async fn who_has_no_eyes_is_told_how_to_get_them() {
    let blind: Arc<dyn VisionModels> = Arc::new(Configured(ScriptedModel::new(false, [])));
    for vision in [blind, Arc::new(NoVisionModel)] {
        let pictures = pictures(vision, None);
        let context = context(ScriptedModel::saying(&[]));
        let error = typed(DescribeImage(pictures.clone()))
            .call(&context, json!({"imageId": "cat"}))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ToolErrorKind::NotAvailable);
        assert!(error.sentence.contains("Settings → Models"), "{}", error.sentence);
        let error = typed(ExtractText(pictures)).call(&context, json!({"imageId": "cat"})).await.unwrap_err();
        assert!(error.sentence.contains("apt-get install tesseract-ocr"), "{}", error.sentence);
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let model = ScriptedModel::new(true, [Said::Error(ModelErrorKind::RateLimited), text("  ")]);
    let tool = typed(DescribeImage(pictures(Arc::new(NoVisionModel), None)));
    let context = context(model);
    for (id, kind) in [("other", ToolErrorKind::BadArguments), ("broken", ToolErrorKind::Upstream)] {
        assert_eq!(tool.call(&context, json!({"imageId": id})).await.unwrap_err().kind, kind);
    }
    let error = tool.call(&context, json!({"imageId": "cat"})).await.unwrap_err();
    assert_eq!(error.sentence, "The model is asked too often");
    let error = tool.call(&context, json!({"imageId": "cat"})).await.unwrap_err();
    assert_eq!(error.sentence, "Scripted said nothing about the picture.");
}

/// The real program, as `scripts/setup-test.sh` installs it, behind the walls of the server's workers.
#[tokio::test]
async fn the_installed_tesseract_reads_when_nobody_sees() {
    let ocr = Ocr::find(&OcrSettings::default(), &page_settings());
    let ocr = ocr.expect("tesseract is installed: run scripts/setup-test.sh");
    let tool = typed(ExtractText(pictures(Arc::new(NoVisionModel), Some(ocr))));
    let context = context(ScriptedModel::saying(&[]));
    let output = tool.call(&context, json!({"imageId": "notice"})).await.unwrap();
    assert!(output.content.contains("The water is off on Monday"), "{}", output.content);
    assert_eq!(output.result["reader"], "tesseract");
    assert!(output.summary.starts_with("tesseract read "), "{}", output.summary);
    assert!(output.provenance.is_some(), "text on a picture may be somebody else's words");
    let error = tool.call(&context, json!({"imageId": "cat"})).await.unwrap_err();
    assert!(error.sentence.contains("could not be read"), "what is no picture: {}", error.sentence);
}

/// A program in the place of tesseract, for what that does not do when it is asked to.
fn program(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("tesseract");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn read_with(script: &str, time: Duration) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        OcrSettings { program: Some(program(folder.path(), script)), languages: "eng+deu".to_owned(), time };
    let ocr = Ocr::find(&settings, &page_settings()).unwrap();
    let tool = typed(ExtractText(pictures(Arc::new(NoVisionModel), Some(ocr))));
    let output = tool.call(&context(ScriptedModel::saying(&[])), json!({"imageId": "cat"})).await;
    output.map(|output| output.content).map_err(|error| error.sentence)
}

#[tokio::test]
async fn tesseract_reads_when_nobody_sees() {
    const PLENTY: Duration = Duration::from_mins(1);
    let read =
        read_with(r#"read line; echo "$line|$*|$OMP_THREAD_LIMIT|$HOME|$(ulimit -f)|Grüße""#, PLENTY).await;
    assert_eq!(read.unwrap(), "PNG of a cat|stdin stdout -l eng+deu|1||0|Grüße");
    assert_eq!(read_with("cat > /dev/null", PLENTY).await.unwrap(), "There is no text on the picture.");
    let error = read_with("exit 1", PLENTY).await.unwrap_err();
    assert!(error.contains("could not be read"), "{error}");
    let error = read_with("exec sleep 1000", Duration::from_millis(300)).await.unwrap_err();
    assert!(error.contains("took too long"), "{error}");
}

#[test]
fn a_tesseract_that_is_not_there_is_not_found() {
    let settings = OcrSettings { program: Some("/nowhere/tesseract".into()), ..OcrSettings::default() };
    assert!(Ocr::find(&settings, &page_settings()).is_none());
}
