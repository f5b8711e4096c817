//! The fakes, tried at the wire.
