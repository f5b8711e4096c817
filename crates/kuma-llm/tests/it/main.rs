//! Integration tests of the model layer.
