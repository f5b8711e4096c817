use proptest::prelude::*;

use super::tensors::block;
use super::*;

/// Writes small GGUF files.
#[derive(Default)]
struct Writer {
    metadata: Vec<u8>,
    table: Vec<u8>,
    tensors: u64,
    entries: u64,
}

fn string(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

impl Writer {
    fn entry(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
        string(&mut self.metadata, key);
        self.metadata.extend(kind.to_le_bytes());
        self.metadata.extend(value);
        self.entries += 1;
        self
    }

    fn text(self, key: &str, value: &str) -> Self {
        let mut bytes = Vec::new();
        string(&mut bytes, value);
        self.entry(key, 8, &bytes)
    }

    fn words(self, key: &str, words: &[&str]) -> Self {
        let mut bytes = 8u32.to_le_bytes().to_vec();
        bytes.extend((words.len() as u64).to_le_bytes());
        for word in words {
            string(&mut bytes, word);
        }
        self.entry(key, 9, &bytes)
    }

    fn tensor(mut self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        string(&mut self.table, name);
        self.table.extend((shape.len() as u32).to_le_bytes());
        for size in shape {
            self.table.extend(size.to_le_bytes());
        }
        self.table.extend(kind.to_le_bytes());
        self.table.extend(offset.to_le_bytes());
        self.tensors += 1;
        self
    }

    fn file(self, weights: usize) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3u32.to_le_bytes());
        file.extend(self.tensors.to_le_bytes());
        file.extend(self.entries.to_le_bytes());
        file.extend(self.metadata);
        file.extend(self.table);
        file.resize(file.len().next_multiple_of(32) + weights, 0);
        file
    }
}

fn model() -> Writer {
    Writer::default()
        .text("general.architecture", "llama")
        .entry("general.file_type", 4, &3u32.to_le_bytes())
        .entry("llama.context_length", 4, &8192u32.to_le_bytes())
        .words("tokenizer.ggml.tokens", &["<s>", "a", "ü"])
        .text("tokenizer.chat_template", "{{ messages }}")
        .tensor("a", &[64, 2], 0, 0)
        .tensor("b", &[64, 4], 2, 512)
}

/// 64 × 2 numbers of 4 bytes, then 64 × 4 numbers in blocks of 32 with 18 bytes.
const WEIGHTS: usize = 512 + 8 * 18;

fn parse(file: &[u8]) -> Result<GgufInfo, GgufError> {
    GgufInfo::parse(file, file.len() as u64)
}

#[test]
fn a_header_tells_what_it_holds() {
    let file = model().file(WEIGHTS);
    let info = parse(&file).unwrap();
    assert_eq!(
        info,
        GgufInfo {
            architecture: "llama".into(),
            context_length: Some(8192),
            chat_template: Some("{{ messages }}".into()),
            parameters: 64 * 6,
            parts: 1,
            bytes: file.len() as u64,
        }
    );
    assert!(info.writes_text());
}

#[test]
fn a_model_in_parts_is_as_large_as_its_label_says() {
    let file = model().text("general.size_label", "8x7B").entry("split.count", 2, &3u16.to_le_bytes());
    let info = parse(&file.file(WEIGHTS)).unwrap();
    assert_eq!((info.parameters, info.parts), (56_000_000_000, 3));
    assert_eq!(parse_size_label("135M"), Some(135_000_000));
    assert_eq!(parse_size_label("huge"), None);
}

#[test]
fn what_is_no_model_is_told_in_words() {
    let told = |file: &[u8]| parse(file).unwrap_err().to_string();
    assert_eq!(told(b""), "it is not a GGUF file");
    assert_eq!(told(b"<!doctype html><p>Not found"), "it is not a GGUF file");
    assert!(told(b"GGUF\x01\0\0\0aaaaaaaa").contains("version 1"));
    assert!(told(&model().file(WEIGHTS - 1)).contains("cut off: weights are missing"));
    assert!(told(&Writer::default().file(0)).contains("architecture"));
    assert!(told(&model().tensor("c", &[0], 0, 0).file(WEIGHTS)).contains("impossible shape"));
    assert!(told(&model().tensor("c", &[33], 2, 0).file(WEIGHTS)).contains("rows do not fit"));
    assert!(told(&model().tensor("c", &[1], 0, 7).file(WEIGHTS)).contains("begin where it may"));
    assert!(told(&model().tensor("c", &[1 << 40, 1 << 40], 0, 0).file(WEIGHTS)).contains("impossibl"));
    assert!(told(&model().tensor("c", &[32], 77, 0).file(WEIGHTS)).contains("format"));
    assert!(told(&model().entry("general.alignment", 4, &[3, 0, 0, 0]).file(WEIGHTS)).contains("alignment"));
    assert!(
        told(&model().words("tokenizer.ggml.tokens", &["a", "", "b", "", "a"]).file(WEIGHTS))
            .contains("twice")
    );
    assert!(told(&model().words("tokenizer.ggml.tokens", &["a", "a\0b"]).file(WEIGHTS)).contains("twice"));
    assert!(told(&model().entry("llama.block_count", 4, &[0; 4]).file(WEIGHTS)).contains("layers"));
    let negative = (-1.0_f32).to_le_bytes();
    assert!(told(&model().entry("llama.norm_epsilon", 6, &negative).file(WEIGHTS)).contains("arithmetic"));
    assert!(told(&model().text("tokenizer.ggml.tokens", "a").file(WEIGHTS)).contains("vocabulary"));
    assert!(told(&model().entry("x", 99, &[]).file(WEIGHTS)).contains("unknown kind"));
}

#[test]
fn lengths_that_lie_cost_no_memory() {
    let huge = u64::MAX.to_le_bytes();
    for kind in [8, 9] {
        let mut value = if kind == 9 { 8u32.to_le_bytes().to_vec() } else { Vec::new() };
        value.extend(huge);
        assert!(parse(&model().entry("x", kind, &value).file(WEIGHTS)).is_err());
    }
    let mut nested = Vec::new();
    for _ in 0..9 {
        nested.extend(9u32.to_le_bytes());
        nested.extend(1u64.to_le_bytes());
    }
    let error = parse(&model().entry("x", 9, &nested).file(4096)).unwrap_err();
    assert!(error.to_string().contains("nested too deep"));
}

#[test]
fn sizes_of_formats_are_those_of_llama_cpp() {
    for kind in 0..llama_cpp_sys_2::GGML_TYPE_COUNT {
        #[expect(unsafe_code, reason = "reads two constant tables of ggml")]
        // SAFETY: the kind is below ggml's own count.
        let known = unsafe { (llama_cpp_sys_2::ggml_blck_size(kind), llama_cpp_sys_2::ggml_type_size(kind)) };
        // Numbers that were given up have no size there and none here.
        let expected = (known.1 > 0).then_some((known.0 as u64, known.1 as u64));
        assert_eq!(block(kind), expected, "format {kind}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damage_is_an_error_or_harmless_but_never_a_crash(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        keep in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut file = model().file(WEIGHTS);
        for (at, byte) in flips {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if cut {
            file.truncate(keep.index(file.len()));
        }
        if let Ok(info) = parse(&file) {
            prop_assert!(info.parameters <= file.len() as u64 * 16, "weights must be in the file");
        }
    }

    #[test]
    fn every_truncation_is_noticed(keep in any::<prop::sample::Index>()) {
        let file = model().file(WEIGHTS);
        prop_assert!(parse(&file[..keep.index(file.len())]).is_err());
    }

    #[test]
    fn noise_is_no_model(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(noise);
        prop_assert!(parse(&file).is_err());
    }
}
