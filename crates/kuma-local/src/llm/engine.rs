//! A loaded model: its weights, its vocabulary and its template. Everything here blocks.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use kuma_llm::{ModelError, ModelErrorKind};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaChatMessage, LlamaModel};
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, json_schema_to_grammar, send_logs_to_tracing};

use super::conversation::{Offer, Turn};
use super::template::{Around, ChatTemplate};
use crate::error::{PROVIDER, broken, unusable};
use crate::gguf::GgufInfo;

/// Tokens that are read in one go. Whoever goes away is noticed between two of them, so this bounds
/// how long a cancelled prompt still costs; larger ones are hardly faster.
pub(super) const PREFILL_CHUNK: usize = 128;
/// Context sizes are rounded up to this, as llama.cpp does itself.
const CONTEXT_STEP: usize = 256;

pub(super) struct Engine {
    model: LlamaModel,
    template: Option<ChatTemplate>,
    bos: String,
    eos: String,
    /// Texts that stand for control tokens, such as `<|im_end|>`.
    controls: Vec<String>,
    threads: i32,
}

/// A prompt as the model reads it.
pub(super) struct Prompt {
    pub(super) tokens: Vec<LlamaToken>,
    /// Whether it ends by opening the model's thinking.
    pub(super) opens_thought: bool,
}

/// llama.cpp, started once for the process and never stopped.
pub(super) fn backend() -> Result<&'static LlamaBackend, ModelError> {
    static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();
    BACKEND
        .get_or_init(|| {
            send_logs_to_tracing(LogOptions::default());
            LlamaBackend::init().map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|error| broken(format!("llama.cpp could not be started ({error})")))
}

impl Engine {
    /// Checks the file and loads it. Weights are mapped, so a first load takes as long as reading them.
    pub(super) fn load(path: &Path, threads: usize) -> Result<Self, ModelError> {
        let info = GgufInfo::read(path).map_err(|why| unusable(why.to_string()))?;
        let source = info.chat_template.filter(|source| !source.trim().is_empty()).ok_or_else(|| {
            unusable(
                "it has no chat template, so it is a base model that only continues text. \
                 Pick the file whose name says \"instruct\", \"chat\" or \"it\"",
            )
        })?;
        let model = LlamaModel::load_from_file(backend()?, path, &LlamaModelParams::default())
            .map_err(|_| unusable("llama.cpp refused it; the server's log says why"))?;
        let template = ChatTemplate::compile(&source)
            .inspect_err(
                |error| tracing::warn!(%error, "chat template not compiled, llama.cpp's matcher is used"),
            )
            .ok();
        let vocabulary = model.vocab();
        let text = |token: LlamaToken| {
            // Models without such a token give -1.
            let bytes = if token.0 < 0 { Vec::new() } else { vocabulary.token_to_piece(token, true, None) };
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (bos, eos) = (text(vocabulary.bos()), text(vocabulary.eos()));
        let controls = vocabulary
            .tokens()
            .map(|token| (vocabulary.is_control(token), text(token)))
            // Some vocabularies list their turn marks among plain words, spelled like all others.
            .filter(|(control, text)| *control || text.starts_with("<|") && text.ends_with("|>"))
            .map(|(_, text)| text)
            .filter(|text| text.chars().count() > 1)
            .collect();
        let threads = i32::try_from(threads).unwrap_or(1).max(1);
        Ok(Self { model, template, bos, eos, controls, threads })
    }

    pub(super) fn model(&self) -> &LlamaModel {
        &self.model
    }

    /// Whether the template passes tools on.
    pub(super) fn knows_tools(&self) -> bool {
        self.template.as_ref().is_some_and(ChatTemplate::knows_tools)
    }

    /// The prompt of a conversation.
    pub(super) fn prompt(&self, turns: Vec<Turn>, tools: &[Offer]) -> Result<Prompt, ModelError> {
        let turns: Vec<Turn> = turns.into_iter().map(|turn| self.harmless(turn)).collect();
        let text = match self.render(&turns, tools) {
            Some(text) => text,
            None => self.match_template(&turns)?,
        };
        let opens_thought = text.trim_end().ends_with("<think>");
        // Templates mostly write the first token themselves; it must not be there twice.
        let add_bos = self.bos.is_empty() || !text.starts_with(&self.bos);
        let tokens = self.model.vocab().tokenize(text.as_bytes(), add_bos, true);
        if tokens.is_empty() {
            return Err(ModelError::new(ModelErrorKind::BadRequest, PROVIDER, "the request holds no text"));
        }
        Ok(Prompt { tokens, opens_thought })
    }

    fn render(&self, turns: &[Turn], tools: &[Offer]) -> Option<String> {
        let around = Around { bos: &self.bos, eos: &self.eos, tools };
        self.template
            .as_ref()?
            .render(turns, &around)
            .inspect_err(
                |error| tracing::warn!(%error, "chat template not rendered, llama.cpp's matcher is used"),
            )
            .ok()
    }

    /// llama.cpp's own list of well-known templates.
    fn match_template(&self, turns: &[Turn]) -> Result<String, ModelError> {
        let unknown = || unusable("its chat template could not be used");
        let template = self.model.chat_template(None).map_err(|_| unknown())?;
        let messages = turns
            .iter()
            .map(|turn| LlamaChatMessage::new(turn.role.to_owned(), turn.content.clone()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| {
                ModelError::new(ModelErrorKind::BadRequest, PROVIDER, "a message holds a null character")
            })?;
        self.model.apply_chat_template(&template, &messages, true).map_err(|_| unknown())
    }

    /// Text that spells a control token would act as one: a quoted document could end the user's turn
    /// and begin a system message. An invisible character inside keeps it what it is, text.
    fn harmless(&self, mut turn: Turn) -> Turn {
        for control in &self.controls {
            if turn.content.contains(control.as_str()) {
                let mut letters = control.chars();
                let first = letters.next().into_iter().collect::<String>();
                turn.content = turn.content.replace(control, &format!("{first}\u{200B}{}", letters.as_str()));
            }
        }
        turn
    }

    /// A context for `tokens` tokens in all.
    pub(super) fn context(&self, tokens: usize) -> Result<LlamaContext<'_>, ModelError> {
        // `new_context` changes the model behind a shared reference: two at once are a data race.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let size = u32::try_from(tokens.next_multiple_of(CONTEXT_STEP)).unwrap_or(u32::MAX);
        let chunk = PREFILL_CHUNK as u32;
        let params = LlamaContextParams::default()
            .with_n_ctx(std::num::NonZeroU32::new(size))
            .with_n_batch(chunk)
            .with_n_ubatch(chunk)
            .with_n_threads(self.threads)
            .with_n_threads_batch(self.threads)
            .with_no_perf(true);
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        self.model
            .new_context(backend()?, params)
            .map_err(|_| broken("there is not enough memory for this conversation"))
    }

    /// A grammar that admits exactly what fits a JSON Schema.
    pub(super) fn grammar(&self, schema: &str) -> Result<LlamaSampler, ModelError> {
        let refused = |why: String| {
            ModelError::new(
                ModelErrorKind::BadRequest,
                PROVIDER,
                format!("the asked form cannot be turned into a grammar ({why})"),
            )
        };
        let grammar = json_schema_to_grammar(schema).map_err(|why| refused(why.to_string()))?;
        LlamaSampler::grammar(&self.model, &grammar, "root").map_err(|why| refused(why.to_string()))
    }
}
