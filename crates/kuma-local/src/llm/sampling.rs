//! How the next token is chosen.

use kuma_llm::ModelError;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use crate::error::broken;

/// Warm enough not to loop, cool enough for small models to stay on the subject.
const TEMPERATURE: f32 = 0.7;
const TOP_K: i32 = 40;
const TOP_P: f32 = 0.9;
const MIN_P: f32 = 0.05;
/// Small models repeat themselves without end unless the last tokens cost something.
const REPEAT_PENALTY: f32 = 1.1;
const REPEAT_WINDOW: i32 = 64;
/// llama.cpp takes a seed of its own for this one.
const ANY_SEED: u32 = u32::MAX;

/// What a request asks of the choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sampling {
    /// 0 takes the likeliest token always.
    pub(super) temperature: Option<f32>,
    pub(super) seed: Option<u32>,
    /// Off for JSON, whose quotes and braces must repeat.
    pub(super) penalise_repeats: bool,
}

/// A chain of samplers, and a grammar that may veto its choice.
pub(super) struct Sampler {
    chain: LlamaSampler,
    grammar: Option<LlamaSampler>,
}

impl Sampler {
    pub(super) fn new(model: &LlamaModel, sampling: Sampling, grammar: Option<LlamaSampler>) -> Self {
        let mut chain = Vec::with_capacity(6);
        if sampling.penalise_repeats {
            chain.push(LlamaSampler::penalties(model.n_vocab(), REPEAT_WINDOW, REPEAT_PENALTY, 0.0, 0.0));
        }
        let temperature = sampling.temperature.unwrap_or(TEMPERATURE);
        if temperature > 0.0 {
            chain.push(LlamaSampler::top_k(TOP_K));
            chain.push(LlamaSampler::top_p(TOP_P, 1));
            chain.push(LlamaSampler::min_p(MIN_P, 1));
            chain.push(LlamaSampler::temp(temperature.min(2.0)));
            chain.push(LlamaSampler::dist(sampling.seed.unwrap_or(ANY_SEED)));
        } else {
            chain.push(LlamaSampler::greedy());
        }
        Self { chain: LlamaSampler::chain(chain, true), grammar }
    }

    /// Chooses among the last outputs of `context`. Nothing is remembered until [`Self::accept`].
    pub(super) fn choose(&mut self, context: &LlamaContext<'_>) -> Result<LlamaToken, ModelError> {
        let mut candidates = context.token_data_array_ith(-1);
        candidates.apply_sampler(&mut self.chain);
        let choice = candidates.selected_token().ok_or_else(no_choice)?;
        if self.allows(choice) { Ok(choice) } else { self.choose_allowed(context) }
    }

    /// Adds a grammar in the middle of a reply: what comes from here on must follow it.
    pub(super) fn constrain(&mut self, grammar: LlamaSampler) {
        self.grammar = Some(grammar);
    }

    /// Whether the grammar, if there is one, lets this token follow. Asking about one token is far
    /// cheaper than about the whole vocabulary, and nearly always enough.
    pub(super) fn allows(&mut self, token: LlamaToken) -> bool {
        let Some(grammar) = &mut self.grammar else { return true };
        let mut alone = LlamaTokenDataArray::new(vec![LlamaTokenData::new(token, 1.0, 0.0)], false);
        alone.apply_sampler(grammar);
        alone.data.first().is_some_and(|left| left.logit().is_finite())
    }

    /// Chooses among the tokens that the grammar allows.
    pub(super) fn choose_allowed(&mut self, context: &LlamaContext<'_>) -> Result<LlamaToken, ModelError> {
        let mut candidates = context.token_data_array_ith(-1);
        if let Some(grammar) = &mut self.grammar {
            candidates.apply_sampler(grammar);
        }
        // llama.cpp ends the process when a token is accepted that its grammar forbids: never offer one.
        candidates.data.retain(|candidate| candidate.logit().is_finite());
        if candidates.data.is_empty() {
            return Err(no_choice());
        }
        candidates.apply_sampler(&mut self.chain);
        candidates.selected_token().ok_or_else(no_choice)
    }

    /// Remembers a token that became part of the reply.
    pub(super) fn accept(&mut self, token: LlamaToken) -> Result<(), ModelError> {
        let refused = |_| broken("the model's reply left the form it was held to");
        self.chain.try_accept(token).map_err(refused)?;
        self.grammar.as_mut().map_or(Ok(()), |grammar| grammar.try_accept(token)).map_err(refused)
    }
}

fn no_choice() -> ModelError {
    broken("the model found no way to go on")
}
