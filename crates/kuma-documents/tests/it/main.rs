//! Reads real and generated files through the child process, as the server does.

mod chunking;
mod formats;
mod hostile;
mod isolation;
mod made;
mod recognition;
mod support;
