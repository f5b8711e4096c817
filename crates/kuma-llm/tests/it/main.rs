//! The model layer against fake providers that speak the real protocols.

mod breakage;
mod conformance;
mod embedding;
mod errors;
mod lists;
mod registry;
mod support;
mod wire;
