//! What handlers take from a request, with our errors instead of the framework's.

mod body;
mod page;
mod user;

pub use body::{ChatForm, JsonBody, PathOf, QueryOf, parse_json};
pub use page::{PageQuery, Paged};
pub use user::{Admin, AdminInPerson, CurrentUser, InPerson, LastEventId, user_for};
