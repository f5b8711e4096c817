//! Password hashes: bcrypt, cost 10, off the async threads.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{AppError, Result};

const COST: u32 = 10;
/// What an unknown user's password is compared with, so that the answer takes as long.
/// The hash of a random string that nobody knows.
const NOBODY: &str = "$2b$10$CwTycUXWue0Thq9StjUM0uJ4g5Jr0nC9wzjG4sEAlxRlYw0CQ0K0a";

/// Hashes and checks passwords, as many at a time as there are cores: each takes one for a
/// twentieth of a second, and a flood of logins must not starve everything else.
#[derive(Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { slots: Arc::new(Semaphore::new(cores)) }
    }
}

impl Passwords {
    /// The hash to store.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move || bcrypt::non_truncating_hash(password, COST)).await?.map_err(AppError::internal)
    }

    /// Whether the password is the one of that hash; of nobody's when there is no such user.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let fits = self.run(move || bcrypt::non_truncating_verify(password, &hash)).await?;
        match fits {
            Ok(fits) => Ok(fits && known),
            // Longer than any password that could have been set.
            Err(bcrypt::BcryptError::Truncation(_)) => Ok(false),
            Err(error) => Err(AppError::internal(error)),
        }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let slot = self.slots.clone().acquire_owned().await.map_err(AppError::internal)?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        })
        .await
        .map_err(AppError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_fits() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$2b$10$"), "{hash}");
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("Correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("x".repeat(500), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        let parts: bcrypt::HashParts = NOBODY.parse().unwrap();
        assert_eq!(parts.get_cost(), COST);
    }
}
