//! Hands back the memory that only starting needed, so that an idle server is as small as what it does.
//!
//! Starting runs through much of the program once: migrations, the API's description, every route. What it
//! allocated is freed but kept by the allocator, and the pages of the program that it walked through stay mapped
//! although nothing will need most of them again. Both are given back a moment after the start: the second costs
//! a page fault where the program passes again, served from the page cache as long as the page is in it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// When starting is over, and the first things that happen again and again have happened.
const SETTLED: Duration = Duration::from_secs(2);

/// Waits until the process has settled, then hands back what it can.
pub async fn settle(stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(SETTLED) => give_back(),
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    #[expect(unsafe_code, reason = "the C library offers this and nothing safe wraps it")]
    // SAFETY: takes no pointer; glibc documents it as safe to call from any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
    let program = std::fs::read_link("/proc/self/exe");
    let maps = std::fs::read_to_string("/proc/self/maps");
    let (program, maps) = match (program, maps) {
        (Ok(program), Ok(maps)) => (program, maps),
        (Err(error), _) | (_, Err(error)) => {
            tracing::debug!(%error, "the program's own pages are not known and stay mapped");
            return;
        }
    };
    for (start, end) in unwritten(&maps, &program.to_string_lossy()) {
        #[expect(unsafe_code, reason = "the C library offers this and nothing safe wraps it")]
        // SAFETY: the range is a private mapping of the program's file that was never writable, so its pages are
        // those of the file and come back from it when they are touched again, as pages do that the kernel takes
        // for want of memory. Writing into the file of a running program breaks it either way; installers replace it.
        let code = unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED) };
        if code != 0 {
            let error = std::io::Error::last_os_error();
            tracing::debug!(%error, "pages of the program stay mapped");
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

/// The mappings of the program's file that were never written to: its code, and the constants before it. What
/// follows the code was writable while the program was linked, and is left alone.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn unwritten(maps: &str, program: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        // Offset, device and inode stand between; the path may have blanks.
        let path = fields.nth(2).and_then(|inode| Some(line.split_once(&format!(" {inode} "))?.1.trim()));
        if path != Some(program) {
            continue;
        }
        let Some((start, end)) = range.split_once('-') else { continue };
        let (Ok(start), Ok(end)) = (usize::from_str_radix(start, 16), usize::from_str_radix(end, 16)) else {
            continue;
        };
        match rights {
            "r--p" => found.push((start, end)),
            "r-xp" => {
                found.push((start, end));
                return found;
            }
            _ => return Vec::new(),
        }
    }
    Vec::new()
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    const MAPS: &str = "\
55d0a0000000-55d0a1000000 r--p 00000000 fe:00 1234 /opt/my kuma/kuma
55d0a1000000-55d0a4000000 r-xp 01000000 fe:00 1234 /opt/my kuma/kuma
55d0a4000000-55d0a4200000 r--p 04000000 fe:00 1234 /opt/my kuma/kuma
55d0a4200000-55d0a4210000 rw-p 04200000 fe:00 1234 /opt/my kuma/kuma
55d0a5000000-55d0a5100000 rw-p 00000000 00:00 0 [heap]
7f0000000000-7f0000028000 r--p 00000000 fe:00 99 /usr/lib/libc.so.6
7f0000028000-7f0000190000 r-xp 00028000 fe:00 99 /usr/lib/libc.so.6
";

    #[test]
    fn only_code_and_the_constants_before_it_are_given_back() {
        let found = unwritten(MAPS, "/opt/my kuma/kuma");
        assert_eq!(found, [(0x55d0_a000_0000, 0x55d0_a100_0000), (0x55d0_a100_0000, 0x55d0_a400_0000)]);
    }

    #[test]
    fn an_unknown_layout_is_left_alone() {
        assert!(unwritten(MAPS, "/elsewhere/kuma").is_empty());
        let writable_first: String = MAPS.lines().skip(3).take(1).collect();
        assert!(unwritten(&writable_first, "/opt/my kuma/kuma").is_empty());
        let no_code: String = MAPS.lines().take(1).collect();
        assert!(unwritten(&no_code, "/opt/my kuma/kuma").is_empty());
        assert!(unwritten("not a line of maps\n\n", "/opt/my kuma/kuma").is_empty());
    }

    #[test]
    fn the_program_goes_on_after_giving_back() {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let program = std::env::current_exe().unwrap();
        assert!(!unwritten(&maps, &program.to_string_lossy()).is_empty(), "{maps}");
        give_back();
        // Through code and constants that have to come back first.
        assert_eq!(format!("{:?}", unwritten(MAPS, "/usr/lib/libc.so.6").len()), "2");
    }
}
