use crate::process::{complained, run};

#[tokio::test]
async fn a_bad_value_stops_the_start_with_one_line_that_helps() {
    let directory = tempfile::tempdir().unwrap();
    for (name, value, allowed) in [
        ("PORT", "99999", "0 to 65535"),
        ("HOST", "somewhere", "IP address"),
        ("DATABASE_URL", "mysql://u:secret@h/db", "sqlite://"),
        ("STORAGE_URL", "gs://u:secret@h/b", "s3://bucket/prefix"),
        ("SIGNUP", "maybe", "open, invite or closed"),
        ("RATE_LIMIT_LOGIN", "often", "10/min"),
        ("RATE_LIMIT_ENABLED", "perhaps", "true or false"),
        ("KUMA_MAX_RUNS", "0", "from 1"),
        ("KUMA_MODEL", "gpt", "provider/model"),
        ("KUMA_DOCUMENT_READERS", "0", "from 1"),
        ("RERANK_URL", "rerank", "https://example.com"),
        ("RERANK_TIMEOUT", "soon", "seconds"),
        ("OLLAMA_BASE_URL", "ftp://x", "https://example.com"),
        ("KUMA_LOG", "=loud=", "debug"),
        ("JWT_SECRET", "short", "32 bytes"),
        ("ENCRYPTION_KEY", "not base64!", "32 bytes in base64"),
        ("KUMA_TRUSTED_PROXIES", "proxy", "10.0.0.0/8"),
    ] {
        let output = run(directory.path(), &["serve"], &[(name, value)], "").await;
        let complaint = complained(&output);
        let line = complaint.lines().last().unwrap_or_default();
        assert!(!output.status.success(), "{name}");
        assert!(line.contains(name) && line.contains(allowed), "{name}: {complaint}");
        assert!(!complaint.contains("secret@"), "{complaint}");
    }
}

#[tokio::test]
async fn with_postgresql_the_secrets_have_to_be_given() {
    let directory = tempfile::tempdir().unwrap();
    let environment = [("DATABASE_URL", "postgres://nobody:hidden@127.0.0.1:1/none")];
    let output = run(directory.path(), &["serve"], &environment, "").await;
    assert!(complained(&output).contains("JWT_SECRET is not set"), "{}", complained(&output));
    let secrets = [
        ("JWT_SECRET", "a secret that is longer than thirty-two bytes"),
        ("ENCRYPTION_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
    ];
    let output = run(directory.path(), &["serve"], &[&environment[..], &secrets[..]].concat(), "").await;
    assert!(complained(&output).contains("DATABASE_URL"), "{}", complained(&output));
    assert!(!complained(&output).contains("hidden"));
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_server_makes_for_itself_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    assert!(
        run(directory.path(), &["user", "role", "--email", "x@y", "user"], &[], "")
            .await
            .status
            .code()
            .is_some()
    );
    let mode = |path: &str| directory.path().join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("data"), 0o700);
    assert_eq!((mode("data/jwt_secret"), mode("data/encryption_key")), (0o600, 0o600));
    assert_eq!(mode("data/kuma.db"), 0o600);
}
