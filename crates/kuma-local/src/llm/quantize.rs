//! Rewrites a model's weights in another format.

use std::ffi::CString;
use std::path::Path;

use kuma_llm::ModelError;

use super::engine::backend;
use crate::error::unusable;
use crate::gguf::GgufInfo;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requantized {
    /// Size before, bytes.
    pub before: u64,
    /// Size after, bytes.
    pub after: u64,
}

/// Writes `source` to `target` with its weights in Q4_0, the format that llama.cpp reads prompts
/// fastest from. A model that is quantised already loses a little quality. Writes beside the target
/// and renames, so an interrupted run leaves no half file under the final name. Blocks; takes about a
/// second per 100 million weights.
pub fn requantize_q4_0(source: &Path, target: &Path) -> Result<Requantized, ModelError> {
    let before = GgufInfo::read(source).map_err(|why| unusable(why.to_string()))?.bytes;
    backend()?;
    let partial = target.with_extension("gguf.partial");
    let outcome = quantize(source, &partial).and_then(|()| {
        let after = GgufInfo::read(&partial).map_err(|why| unusable(why.to_string()))?.bytes;
        std::fs::rename(&partial, target)
            .map_err(|why| unusable(format!("{} could not be written ({why})", target.display())))?;
        Ok(Requantized { before, after })
    });
    if outcome.is_err() && std::fs::remove_file(&partial).is_err() {
        tracing::debug!(file = %partial.display(), "no partial file to remove");
    }
    outcome
}

fn quantize(source: &Path, target: &Path) -> Result<(), ModelError> {
    let text = |path: &Path| {
        path.to_str()
            .and_then(|path| CString::new(path).ok())
            .ok_or_else(|| unusable(format!("{} is a name that llama.cpp cannot open", path.display())))
    };
    let (from, to) = (text(source)?, text(target)?);
    #[expect(unsafe_code, reason = "the safe wrapper has no quantisation")]
    // SAFETY: both paths are C strings that live through the call; the parameters are llama.cpp's own
    // defaults with plain values changed; the call keeps no pointer and returns its errors as a code.
    let code = unsafe {
        let mut params = llama_cpp_sys_2::llama_model_quantize_default_params();
        params.ftype = llama_cpp_sys_2::LLAMA_FTYPE_MOSTLY_Q4_0;
        params.allow_requantize = true;
        llama_cpp_sys_2::llama_model_quantize(from.as_ptr(), to.as_ptr(), &raw const params)
    };
    if code == 0 {
        Ok(())
    } else {
        Err(unusable("llama.cpp could not convert it; the server's log says why"))
    }
}
