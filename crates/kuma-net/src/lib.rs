//! The one HTTP client factory and the guard for steered requests.
