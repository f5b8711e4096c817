//! The table of tensors: each must have a possible shape and lie inside the file.

use std::io::Read;

use super::GgufError;
use super::read::Cursor;

const MAX_DIMENSIONS: u32 = 4;

/// Walks the table and returns the number of weights in it.
pub(super) fn check(cursor: &mut Cursor<impl Read>, count: u64, alignment: u64) -> Result<u64, GgufError> {
    let mut weights = 0u64;
    let mut last_byte = 0u64;
    for _ in 0..count {
        cursor.key()?;
        let (elements, row) = shape(cursor)?;
        let kind = cursor.u32()?;
        let offset = cursor.u64()?;
        if !offset.is_multiple_of(alignment) {
            return Err(GgufError::Damaged("a tensor does not begin where it may"));
        }
        let (per_block, bytes) =
            block(kind).ok_or(GgufError::Damaged("a tensor has a format that is not known here"))?;
        if !row.is_multiple_of(per_block) {
            return Err(GgufError::Damaged("a tensor's rows do not fit its format"));
        }
        let size = (elements / per_block).checked_mul(bytes).ok_or(TOO_LARGE)?;
        last_byte = last_byte.max(offset.checked_add(size).ok_or(TOO_LARGE)?);
        weights = weights.checked_add(elements).ok_or(TOO_LARGE)?;
    }
    let data = cursor.position().next_multiple_of(alignment);
    match data.checked_add(last_byte) {
        Some(needed) if needed <= cursor.end() => Ok(weights),
        Some(_) => Err(GgufError::Truncated("weights are missing at its end")),
        None => Err(TOO_LARGE),
    }
}

const TOO_LARGE: GgufError = GgufError::Damaged("a tensor is impossibly large");

/// Elements in all, and in one row.
fn shape(cursor: &mut Cursor<impl Read>) -> Result<(u64, u64), GgufError> {
    let dimensions = cursor.u32()?;
    if dimensions == 0 || dimensions > MAX_DIMENSIONS {
        return Err(GgufError::Damaged("a tensor has an impossible shape"));
    }
    let row = cursor.u64()?;
    let mut elements = row;
    for _ in 1..dimensions {
        elements = elements.checked_mul(cursor.u64()?).ok_or(TOO_LARGE)?;
    }
    // llama.cpp counts in signed 64-bit numbers.
    if elements == 0 || i64::try_from(elements).is_err() {
        return Err(GgufError::Damaged("a tensor has an impossible shape"));
    }
    Ok((elements, row))
}

/// Elements and bytes of one block of a tensor format, by its number in the file.
pub(super) fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),      // F32, I32
        1 | 25 | 30 => (1, 2), // F16, I16, BF16
        24 => (1, 1),          // I8
        27 | 28 => (1, 8),     // I64, F64
        2 | 20 => (32, 18),    // Q4_0, IQ4_NL
        3 => (32, 20),         // Q4_1
        6 => (32, 22),         // Q5_0
        7 => (32, 24),         // Q5_1
        8 => (32, 34),         // Q8_0
        9 => (32, 36),         // Q8_1
        10 => (256, 84),       // Q2_K
        11 | 21 => (256, 110), // Q3_K, IQ3_S
        12 => (256, 144),      // Q4_K
        13 => (256, 176),      // Q5_K
        14 => (256, 210),      // Q6_K
        15 => (256, 292),      // Q8_K
        16 | 35 => (256, 66),  // IQ2_XXS, TQ2_0
        17 => (256, 74),       // IQ2_XS
        18 => (256, 98),       // IQ3_XXS
        19 => (256, 50),       // IQ1_S
        22 => (256, 82),       // IQ2_S
        23 => (256, 136),      // IQ4_XS
        29 => (256, 56),       // IQ1_M
        34 => (256, 54),       // TQ1_0
        39 => (32, 17),        // MXFP4
        40 => (64, 36),        // NVFP4
        41 => (128, 18),       // Q1_0
        42 => (64, 18),        // Q2_0
        _ => return None,
    })
}
