//! The loop against scripted models.

mod answers;
mod approvals;
mod citations;
mod crashes;
mod delegation;
mod injection;
mod limits;
mod pace;
mod support;
mod trust;
