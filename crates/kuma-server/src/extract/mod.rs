//! What handlers take from a request, with our errors instead of the framework's.

mod body;
mod page;
mod user;

pub use body::{ChatBody, JsonBody, PathOf, QueryOf, form_error, parse_json};
pub use page::{PageQuery, Paged};
pub use user::{Admin, AdminInPerson, Caller, CurrentUser, InPerson, LastEventId, user_for};
