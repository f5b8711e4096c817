//! The network itself: texts to tokens, tokens to one vector of unit length per text.

use std::path::Path;
use std::sync::Arc;

use kuma_llm::ModelError;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use tokenizers::{Tokenizer, TruncationParams};

use crate::error::{broken, unusable};

/// Tokens of a text that count: what the model was trained with.
const MAX_TOKENS: usize = 256;
/// No text of real words has fewer than 256 tokens in so many bytes; the rest need not be tokenised.
const MAX_BYTES: usize = 32 * 1024;

/// What a text says to the network: the numbers of its tokens, at least two and at most [`MAX_TOKENS`].
pub(super) type Tokens = Vec<i32>;

pub(super) struct MiniLm {
    network: Model,
    tokenizer: Tokenizer,
    pool: Arc<ThreadPool>,
    /// For a single text: sharing that among threads gains little, and much is lost when one of them has to wait for
    /// a core.
    alone: Arc<ThreadPool>,
    ids: NodeId,
    mask: NodeId,
    types: NodeId,
    hidden: NodeId,
    dimensions: usize,
}

impl MiniLm {
    /// Reads both files into memory. Blocks for about a tenth of a second.
    pub(super) fn load(
        network: &Path,
        tokenizer: &Path,
        threads: usize,
        dimensions: usize,
    ) -> Result<Self, ModelError> {
        let failed = |path: &Path, why: &dyn std::fmt::Display| {
            unusable(format!("{} could not be loaded ({why})", path.display()))
        };
        let mut words = Tokenizer::from_file(tokenizer).map_err(|why| failed(tokenizer, &why))?;
        words.with_padding(None);
        words
            .with_truncation(Some(TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() }))
            .map_err(|why| failed(tokenizer, &why))?;

        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        let model = options.load_file(network).map_err(|why| failed(network, &why))?;
        let node = |name: &str| model.node_id(name).map_err(|why| failed(network, &why));
        Ok(Self {
            ids: node("input_ids")?,
            mask: node("attention_mask")?,
            types: node("token_type_ids")?,
            hidden: node("last_hidden_state")?,
            network: model,
            tokenizer: words,
            pool: Arc::new(ThreadPool::with_num_threads(threads)),
            alone: Arc::new(ThreadPool::with_num_threads(1)),
            dimensions,
        })
    }

    /// The tokens of each text, in order.
    pub(super) fn tokens(&self, texts: Vec<String>) -> Result<Vec<Tokens>, ModelError> {
        let texts: Vec<&str> = texts.iter().map(|text| beginning(text, MAX_BYTES)).collect();
        let encoded = self
            .tokenizer
            .encode_batch(texts, true)
            .map_err(|why| broken(format!("the text could not be split into tokens ({why})")))?;
        let numbers = |text: tokenizers::Encoding| text.get_ids().iter().map(|n| n.cast_signed()).collect();
        Ok(encoded.into_iter().map(numbers).collect())
    }

    /// One vector per text, in order. The shorter ones are filled up to the longest, and that takes as long as if it
    /// were text: texts of like length should come together.
    pub(super) fn embed(&self, texts: &[Tokens]) -> Result<Vec<Vec<f32>>, ModelError> {
        let rows = texts.len();
        let columns = texts.iter().map(Vec::len).max().unwrap_or(0);
        let (mut ids, mut mask) = (Vec::with_capacity(rows * columns), Vec::with_capacity(rows * columns));
        for tokens in texts {
            let filling = columns - tokens.len();
            ids.extend(tokens.iter().copied().chain(std::iter::repeat_n(0, filling)));
            mask.extend(std::iter::repeat_n(1, tokens.len()).chain(std::iter::repeat_n(0, filling)));
        }
        let ids = NdTensor::<i32, 2>::from_data([rows, columns], ids);
        let mask = NdTensor::<i32, 2>::from_data([rows, columns], mask);
        let types = NdTensor::<i32, 2>::zeros([rows, columns]);

        let inputs = vec![
            (self.ids, ids.view().into()),
            (self.mask, mask.view().into()),
            (self.types, types.view().into()),
        ];
        let pool = if rows == 1 { &self.alone } else { &self.pool };
        let run = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let [hidden] = self
            .network
            .run_n(inputs, [self.hidden], Some(run))
            .map_err(|why| broken(format!("the embedding network failed ({why})")))?;
        let hidden: NdTensor<f32, 3> =
            hidden.try_into().map_err(|_| unusable("the embedding network has an unexpected output"))?;
        if hidden.size(2) != self.dimensions {
            return Err(unusable(format!(
                "the embedding network gives {} numbers per text, {} were expected",
                hidden.size(2),
                self.dimensions
            )));
        }
        Ok((0..rows).map(|row| pooled(&hidden, &mask, row)).collect())
    }
}

/// The mean over the tokens that are no padding, scaled to length one.
fn pooled(hidden: &NdTensor<f32, 3>, mask: &NdTensor<i32, 2>, row: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; hidden.size(2)];
    for column in 0..hidden.size(1) {
        if mask.get([row, column]).is_some_and(|&counts| counts == 1) {
            for (total, number) in sum.iter_mut().zip(hidden.slice((row, column)).iter()) {
                *total += number;
            }
        }
    }
    let length = sum.iter().map(|n| n * n).sum::<f32>().sqrt();
    if length > 0.0 {
        for number in &mut sum {
            *number /= length;
        }
    }
    sum
}

/// At most `limit` bytes from the front, whole characters.
fn beginning(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_beginning_never_splits_a_character() {
        assert_eq!(beginning("häuser", 2), "h");
        assert_eq!(beginning("häuser", 3), "hä");
        assert_eq!(beginning("hi", 99), "hi");
    }
}
