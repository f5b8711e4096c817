//! Integration tests of the network layer.
