//! Accounts and sessions: who somebody is, and proof of it.

mod account;
pub mod passwords;
mod session;
mod tokens;
pub mod validate;

pub use account::{
    Session, change_password, create_by_operator, delete_account, login, set_password_by_operator,
    set_role_by_operator, sign_out_everywhere, signup, update_profile,
};
pub use session::{Identity, identify};
pub use tokens::{Claims, TokenError, Tokens};
