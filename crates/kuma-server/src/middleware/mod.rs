//! What happens to every request, whatever it is for.

pub mod address;
pub mod observe;
pub mod pace;
pub mod request_id;
pub mod security;
