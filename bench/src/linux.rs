//! What the kernel says about processes and the machine.

use std::fs;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Processor seconds that a process has used, in user and kernel mode.
pub fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let text =
        fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("process {pid} is gone"))?;
    fields_of_stat(&text, 11).map(seconds).context("/proc/PID/stat is not as expected")
}

/// The same for this process and all its children that have ended and were waited for.
pub fn own_cpu_seconds() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let children = fields_of_stat(&text, 13).context("/proc/self/stat is not as expected")?;
    Ok(seconds(children) + cpu_seconds(std::process::id())?)
}

/// The same for a process and its children, both those that live and those that have ended.
pub fn family_cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let text =
        fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("process {pid} is gone"))?;
    let ended = fields_of_stat(&text, 13).context("/proc/PID/stat is not as expected")?;
    let mut living = 0;
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        let is_process =
            path.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit));
        // One that is gone meanwhile is among those that have ended next time.
        let Some(text) = is_process.then(|| fs::read_to_string(path.join("stat")).ok()).flatten() else {
            continue;
        };
        if parent_in_stat(&text) == Some(pid) {
            living += fields_of_stat(&text, 11).unwrap_or_default();
        }
    }
    Ok(seconds(ended + living) + cpu_seconds(pid)?)
}

fn seconds(ticks: u64) -> f64 {
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

/// Two neighbouring counts of ticks, together: `utime` and `stime` are 11 fields after the name, those of the
/// children 13. The name may hold anything, so counting begins after it.
fn fields_of_stat(text: &str, skip: usize) -> Option<u64> {
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(skip);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// The parent's id: the second field after the name.
fn parent_in_stat(text: &str) -> Option<u32> {
    text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Processor seconds that the whole machine has used since it was started.
pub fn machine_cpu_seconds() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    let [user, nice, system, _idle, _wait, irq, soft, ..] = fields[..] else {
        anyhow::bail!("/proc/stat is not as expected: {line:?}")
    };
    Ok(seconds(user + nice + system + irq + soft))
}

/// Memory of a process in MiB, shared pages counted in parts (PSS).
pub fn pss_mib(pid: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    Ok(kib(&text, "Pss:").context("no Pss in smaps_rollup")? as f64 / 1024.0)
}

/// What of a process is in memory now, in MiB.
pub fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(kib(&text, "VmRSS:").context("no VmRSS in status")? as f64 / 1024.0)
}

/// The most of a process that was in memory at once, in MiB, since [`forget_peak`].
pub fn peak_mib(pid: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(kib(&text, "VmHWM:").context("no VmHWM in status")? as f64 / 1024.0)
}

/// Has the peak counted anew.
pub fn forget_peak(pid: u32) -> anyhow::Result<()> {
    Ok(fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

fn kib(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Runnable processes on average over the last minute.
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

/// What was measured on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that may be used.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The kernel's version.
    pub kernel: String,
}

impl Machine {
    /// This one.
    pub fn this() -> anyhow::Result<Self> {
        let processors = fs::read_to_string("/proc/cpuinfo")?;
        let name = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let memory = fs::read_to_string("/proc/meminfo")?;
        Ok(Self {
            processor: name.map_or("unknown", |(_, name)| name.trim()).to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            memory_mib: kib(&memory, "MemTotal:").unwrap_or_default() / 1024,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_understood() {
        let stat = "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 150 25 3 4 20 0 4 0 100 0";
        assert_eq!(fields_of_stat(stat, 11), Some(175));
        assert_eq!(fields_of_stat(stat, 13), Some(7));
        assert_eq!(parent_in_stat(stat), Some(1));
        assert_eq!(kib("Rss:  12 kB\nPss:    2048 kB\nPss_Dirty: 1 kB\n", "Pss:"), Some(2048));
        let me = std::process::id();
        assert!(cpu_seconds(me).unwrap() >= 0.0);
        assert!(family_cpu_seconds(me).unwrap() >= cpu_seconds(me).unwrap() - 1.0);
        assert!(family_cpu_seconds(std::os::unix::process::parent_id()).unwrap() > 0.0);
        assert!(pss_mib(me).unwrap() > 0.1);
        assert!(own_cpu_seconds().unwrap() >= 0.0);
        assert!(machine_cpu_seconds().unwrap() > 0.0);
        assert!(Machine::this().unwrap().memory_mib > 0);
    }
}
