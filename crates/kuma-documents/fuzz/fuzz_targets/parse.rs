//! Any bytes through all parsers, libraries included. A crash of a library is an ordinary end of a child process; one in
//! the code of this crate is a fault.
#![no_main]

use kuma_documents::{Limits, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        unpacked_bytes: 20_000_000,
        text_bytes: 2_000_000,
        pages: 200,
        pixels: 1_000_000,
        cpu_seconds: 5,
        ..Limits::default()
    };
    let _ = parse(bytes.to_vec(), None, &limits, true, &mut |_| Ok(()));
});
