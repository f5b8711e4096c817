//! `cargo xtask dev`: the server under a loop that rebuilds and restarts it when a source changes. Asking the file system
//! twice a second costs next to nothing at this size and needs no watcher installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::report;

const POLL: Duration = Duration::from_millis(500);
/// How long the server may take to finish what it is doing before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// Never returns unless something is wrong with the tools themselves; Ctrl+C ends it together with the server.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut server: Option<Child> = None;
    let mut built: Option<SystemTime> = None;
    loop {
        let newest = newest_source(root)?;
        if built.is_none_or(|built| newest > built) {
            built = Some(newest);
            // The old server goes on answering while the new one is compiled, and stays when it does not compile.
            if let Some(binary) = build(root)? {
                if let Some(old) = server.take() {
                    stop(old)?;
                }
                server = Some(start(root, &binary)?);
            }
        }
        if let Some(child) = &mut server
            && let Some(status) = child.try_wait().context("cannot ask about the server")?
        {
            report::complaint(format_args!(
                "the server ended with {status}; it is started again at the next change"
            ));
            server = None;
        }
        sleep(POLL);
    }
}

/// The modification time of the newest file that the server is compiled from.
fn newest_source(root: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for name in ["Cargo.toml", "Cargo.lock"] {
        newest = newest.max(modified(&root.join(name))?);
    }
    let mut waiting = vec![root.join("crates")];
    while let Some(directory) = waiting.pop() {
        // A directory's own time tells of files that were deleted.
        newest = newest.max(modified(&directory)?);
        let entries =
            fs::read_dir(&directory).with_context(|| format!("cannot list {}", directory.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", directory.display()))?;
            if entry.file_type()?.is_dir() {
                if entry.file_name() != "tests" {
                    waiting.push(entry.path());
                }
            } else {
                newest = newest.max(modified(&entry.path())?);
            }
        }
    }
    Ok(newest)
}

fn modified(path: &Path) -> Result<SystemTime> {
    match fs::metadata(path) {
        Ok(metadata) => {
            metadata.modified().with_context(|| format!("no modification time on {}", path.display()))
        }
        // An editor that saves by renaming takes the file away for a moment.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(SystemTime::UNIX_EPOCH),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
    }
}

/// Where the binary is, or nothing when it does not compile (cargo has said why).
fn build(root: &Path) -> Result<Option<PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--package", "kuma"])
        .current_dir(root)
        .status()
        .context("cargo could not be started")?;
    if !status.success() {
        report::complaint("it does not compile; waiting for the next change");
        return Ok(None);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(Some(target.join("debug").join("kuma")))
}

fn start(root: &Path, binary: &Path) -> Result<Child> {
    Command::new(binary)
        .arg("serve")
        .current_dir(root)
        .spawn()
        .with_context(|| format!("{} could not be started", binary.display()))
}

/// How a server ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Asked,
    Killed,
}

/// Asks the server to end, so that its runs are saved, and kills it when it does not.
fn stop(mut server: Child) -> Result<End> {
    let pid = server.id().to_string();
    let asked = Command::new("kill").args(["-TERM", &pid]).status().context("kill could not be started")?;
    if !asked.success() && server.try_wait()?.is_none() {
        bail!("the server (process {pid}) cannot be stopped");
    }
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if server.try_wait()?.is_some() {
            return Ok(End::Asked);
        }
        sleep(Duration::from_millis(20));
    }
    report::complaint(format_args!("the server did not end within {} s and was killed", GRACE.as_secs()));
    server.kill().context("the server cannot be killed")?;
    server.wait().context("the server cannot be waited for")?;
    Ok(End::Killed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_source_is_seen_and_one_of_a_test_is_not() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, seconds: u64| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
            time
        };
        let far = 4_000_000_000;
        write("Cargo.toml", 1);
        write("crates/a/tests/it/main.rs", far + 2);
        let source = write("crates/a/src/lib.rs", far);
        assert_eq!(newest_source(root.path()).unwrap(), source);
        let lock = write("Cargo.lock", far + 1);
        assert_eq!(newest_source(root.path()).unwrap(), lock);
    }

    #[test]
    fn a_server_that_listens_to_the_signal_ends_without_being_killed() {
        let child = Command::new("sleep").arg("60").spawn().unwrap();
        assert_eq!(stop(child).unwrap(), End::Asked);
    }
}
