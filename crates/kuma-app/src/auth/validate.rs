//! What an account's fields may be.

use crate::error::FieldErrors;

/// bcrypt reads no more than this: longer passwords are refused rather than cut.
pub const PASSWORD_MAX_BYTES: usize = 72;
/// Shortest password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 8;
/// Longest name, in characters.
pub const NAME_MAX_CHARS: usize = 80;
/// Longest address (RFC 5321, section 4.5.3.1.3).
pub const EMAIL_MAX_BYTES: usize = 254;

/// The address in the one form in which it is stored and compared, or a note of what is wrong.
pub fn email(raw: &str, errors: &mut FieldErrors) -> String {
    let email = raw.trim().to_lowercase();
    let plausible = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    if !plausible || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        errors.add("email", "Enter an email address, such as name@example.com.");
    } else if email.len() > EMAIL_MAX_BYTES {
        errors.add("email", format!("An email address has at most {EMAIL_MAX_BYTES} characters."));
    }
    email
}

/// The name without space around it, or a note of what is wrong.
pub fn name(raw: &str, errors: &mut FieldErrors) -> String {
    let name = raw.trim();
    if name.is_empty() {
        errors.add("name", "Enter a name.");
    } else if name.chars().count() > NAME_MAX_CHARS {
        errors.add("name", format!("A name has at most {NAME_MAX_CHARS} characters."));
    } else if name.chars().any(char::is_control) {
        errors.add("name", "A name is one line of text.");
    }
    name.to_owned()
}

/// Notes what is wrong with a new password.
pub fn password(field: &str, password: &str, errors: &mut FieldErrors) {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        errors.add(field, format!("Use at least {PASSWORD_MIN_CHARS} characters."));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        errors.add(field, format!("Use at most {PASSWORD_MAX_BYTES} bytes; this has {}.", password.len()));
    }
    if password.contains('\0') {
        errors.add(field, "A password cannot contain the NUL character.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(check: impl FnOnce(&mut FieldErrors)) -> bool {
        let mut errors = FieldErrors::default();
        check(&mut errors);
        errors.finish().is_err()
    }

    #[test]
    fn addresses() {
        for good in ["a@b", "Name@Example.com ", "üser@exämple.de", "a+b@sub.example.org"] {
            assert!(
                !problems(|e| {
                    email(good, e);
                }),
                "{good}"
            );
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b.", &format!("{}@b", "a".repeat(254))]
        {
            assert!(
                problems(|e| {
                    email(bad, e);
                }),
                "{bad}"
            );
        }
        assert_eq!(email(" Name@Example.COM ", &mut FieldErrors::default()), "name@example.com");
    }

    #[test]
    fn a_password_is_counted_in_characters_below_and_bytes_above() {
        for (text, bad) in [
            ("short77", true),
            ("ordinary", false),
            ("短い八文字です。", false),
            (&*"x".repeat(72), false),
            (&*"x".repeat(73), true),
            (&*"🐻".repeat(19), true),
            ("with\0nul!", true),
        ] {
            assert_eq!(problems(|e| password("password", text, e)), bad, "{text}");
        }
    }
}
