//! The run loop: context window, model, events.
