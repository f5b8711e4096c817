//! What keeps a parser in: limits of the kernel, a filter of system calls, no file system. Set by the child on itself
//! before it reads the first byte of the file; none of it can be taken back.

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// Which walls stand around a child. Limits of memory, time and files always do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// System calls are filtered: no network, no new processes, no files to open (seccomp).
    pub system_calls: bool,
    /// The file system and the network are closed (Landlock).
    pub files: bool,
}

/// Around the parsers: memory, time, pipes that are open already, and nothing else.
pub(super) fn around_parser(limits: &Limits) -> Result<Walls, String> {
    let files = linux::close_files()?;
    kernel_limits(limits.memory_bytes, limits.cpu_seconds, 16)?;
    let system_calls = linux::allow_only_computing()?;
    Ok(Walls { system_calls, files })
}

/// Around a program that reads its libraries and data, and starts nothing.
pub(super) fn around_program(limits: &Limits, readable: &[String]) -> Result<(), String> {
    linux::leave_readable(readable)?;
    kernel_limits(limits.memory_bytes, limits.ocr_cpu_seconds, 64)?;
    linux::deny_network_and_processes()?;
    Ok(())
}

fn kernel_limits(memory: u64, cpu_seconds: u64, files: u64) -> Result<(), String> {
    let set = |name: &str, resource, soft: u64, hard: u64| {
        setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })
            .map_err(|error| format!("the limit of {name} could not be set: {error}"))
    };
    // macOS knows the limit of the address space but refuses to set it.
    if cfg!(target_os = "linux") {
        set("memory", Resource::As, memory, memory)?;
    }
    set("processor time", Resource::Cpu, cpu_seconds, cpu_seconds + 1)?;
    set("file size", Resource::Fsize, 0, 0)?;
    set("open files", Resource::Nofile, files, files)?;
    set("core dumps", Resource::Core, 0, 0)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
        RulesetStatus, Scope,
    };
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch, apply_filter,
    };

    /// The newest set of Landlock rules this code knows; an older kernel enforces what it can.
    const LANDLOCK: ABI = ABI::V6;

    /// No file can be opened, no port bound or connected. `false`: the kernel cannot do it.
    pub(super) fn close_files() -> Result<bool, String> {
        landlock(&[])
    }

    /// These folders can be read and their programs run.
    pub(super) fn leave_readable(paths: &[String]) -> Result<bool, String> {
        landlock(paths)
    }

    fn landlock(readable: &[String]) -> Result<bool, String> {
        let failed = |error: landlock::RulesetError| format!("Landlock refused the rules: {error}");
        let mut rules = Ruleset::default()
            .handle_access(AccessFs::from_all(LANDLOCK))
            .and_then(|rules| rules.handle_access(AccessNet::from_all(LANDLOCK)))
            .and_then(|rules| rules.scope(Scope::from_all(LANDLOCK)))
            .and_then(Ruleset::create)
            .map_err(failed)?;
        for path in readable {
            // A folder that this system does not have needs no permission.
            if let Ok(folder) = PathFd::new(path) {
                let rule = PathBeneath::new(folder, AccessFs::from_read(LANDLOCK));
                rules = rules.add_rule(rule).map_err(failed)?;
            }
        }
        let status = rules.restrict_self().map_err(failed)?;
        Ok(status.ruleset != RulesetStatus::NotEnforced)
    }

    /// What a computation needs: memory, the pipes that are open, threads, the clock. Everything else is refused, which
    /// libraries take as "not available".
    const COMPUTING: &[libc::c_long] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_sigaltstack,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_restart_syscall,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_tgkill,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_membarrier,
        libc::SYS_getcpu,
        // Answered with "unknown" by a filter of its own, so that the C library falls back to `clone`.
        libc::SYS_clone3,
    ];

    /// Calls that reach the network, make processes or look into others.
    const REACHING_OUT: &[libc::c_long] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_open,
        libc::SYS_kill,
        libc::SYS_bpf,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
    ];

    /// `false`: this processor's calls are not known to the filter.
    pub(super) fn allow_only_computing() -> Result<bool, String> {
        let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            COMPUTING.iter().map(|call| (*call, Vec::new())).collect();
        rules.insert(libc::SYS_clone, vec![clone_flag(libc::CLONE_THREAD as u64)?]);
        // First the filter for `clone3`: once the other is in force, no further filter can be set.
        apply(clone3_unknown(), SeccompAction::Allow, libc::ENOSYS, true, arch)?;
        apply(rules, SeccompAction::Allow, libc::EPERM, false, arch)?;
        Ok(true)
    }

    /// For a program whose other needs are unknown.
    pub(super) fn deny_network_and_processes() -> Result<bool, String> {
        let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            REACHING_OUT.iter().map(|call| (*call, Vec::new())).collect();
        rules.insert(libc::SYS_clone, vec![clone_flag(0)?]);
        apply(clone3_unknown(), SeccompAction::Allow, libc::ENOSYS, true, arch)?;
        apply(rules, SeccompAction::Allow, libc::EPERM, true, arch)?;
        Ok(true)
    }

    fn clone3_unknown() -> BTreeMap<i64, Vec<SeccompRule>> {
        BTreeMap::from([(libc::SYS_clone3, Vec::new())])
    }

    /// `clone` calls whose "make a thread" flag has this value.
    fn clone_flag(value: u64) -> Result<SeccompRule, String> {
        let flag = SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64);
        SeccompCondition::new(0, SeccompCmpArgLen::Qword, flag, value)
            .and_then(|condition| SeccompRule::new(vec![condition]))
            .map_err(|error| error.to_string())
    }

    /// `matching` calls are refused with `errno` and all others allowed, or the other way round.
    fn apply(
        matching: BTreeMap<i64, Vec<SeccompRule>>,
        allow: SeccompAction,
        errno: i32,
        refuse_matching: bool,
        arch: TargetArch,
    ) -> Result<(), String> {
        let refuse = SeccompAction::Errno(errno as u32);
        let (matched, other) = if refuse_matching { (refuse, allow) } else { (allow, refuse) };
        let filter = SeccompFilter::new(matching, other, matched, arch).map_err(|error| error.to_string())?;
        let program: BpfProgram =
            filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())?;
        apply_filter(&program)
            .map_err(|error| format!("the filter of system calls could not be set: {error}"))
    }
}

#[cfg(not(target_os = "linux"))]
mod linux {
    //! Elsewhere the kernel's limits are all there is; [`super::Walls`] says so.

    pub(super) fn close_files() -> Result<bool, String> {
        Ok(false)
    }

    pub(super) fn leave_readable(_paths: &[String]) -> Result<bool, String> {
        Ok(false)
    }

    pub(super) fn allow_only_computing() -> Result<bool, String> {
        Ok(false)
    }

    pub(super) fn deny_network_and_processes() -> Result<bool, String> {
        Ok(false)
    }
}
