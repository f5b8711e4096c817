//! Use cases, one folder per feature.
