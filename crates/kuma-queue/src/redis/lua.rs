//! The scripts that Redis runs: what must happen at once, or not at all.

use std::sync::LazyLock;

use redis::Cmd;

/// A script and what Redis knows it by.
pub(super) struct Script {
    code: &'static str,
    hash: LazyLock<String, fn() -> String>,
}

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $($file:literal)+;)+) => {$(
        $(#[$doc])*
        pub(super) static $name: Script = {
            const CODE: &str = concat!($(include_str!(concat!("lua/", $file))),+);
            Script { code: CODE, hash: LazyLock::new(|| redis::Script::new(CODE).get_hash().to_owned()) }
        };
    )+};
}

scripts! {
    PUBLISH = "queue_head.lua" "publish.lua";
    TEND = "queue_head.lua" "tend.lua";
    KEEP = "queue_head.lua" "keep.lua";
    ACKNOWLEDGE = "queue_head.lua" "acknowledge.lua";
    LEAVE = "queue_head.lua" "leave.lua";
    STATS = "queue_head.lua" "stats.lua";
    TIDY = "tidy.lua";
    BURY = "bury.lua";
    EXHUME = "exhume.lua";
    JOURNAL_OPEN = "journal_open.lua";
    JOURNAL_APPEND = "journal_append.lua";
    JOURNAL_CLOSE = "journal_close.lua";
    JOURNAL_WRITE = "journal_write.lua";
}

impl Script {
    /// Runs it by its hash. Answered with `NOSCRIPT`, and nothing done, by a server that does not
    /// know it (yet, or any more).
    pub(super) fn command(&self, keys: &[&str], args: &[&[u8]]) -> Cmd {
        build("EVALSHA", &self.hash, keys, args)
    }

    /// Runs it by its text, which the server remembers.
    pub(super) fn whole_command(&self, keys: &[&str], args: &[&[u8]]) -> Cmd {
        build("EVAL", self.code, keys, args)
    }
}

fn build(name: &str, script: &str, keys: &[&str], args: &[&[u8]]) -> Cmd {
    let mut cmd = redis::cmd(name);
    cmd.arg(script).arg(keys.len());
    for key in keys {
        cmd.arg(*key);
    }
    for arg in args {
        cmd.arg(*arg);
    }
    cmd
}
