//! The fakes as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[tokio::test]
async fn it_says_where_it_listens_and_plays_all_vendors() {
    let mut child = Running(
        Command::new(env!("CARGO_BIN_EXE_kuma-fake-upstream"))
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let origin = line.trim().strip_prefix("listening on ").expect("the first line says where");
    for path in [
        "/openai/v1/models",
        "/anthropic/v1/models",
        "/gemini/v1beta/models",
        "/ollama/api/tags",
        "/_fake/health",
    ] {
        let request = crate::support::client()
            .get(format!("{origin}{path}"))
            .bearer_auth("k")
            .header("x-goog-api-key", "k")
            .header("anthropic-version", "2023-06-01");
        assert_eq!(request.send().await.unwrap().status(), 200, "{path}");
    }
}
