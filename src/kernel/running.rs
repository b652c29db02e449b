//! What this process runs on, and what it may do.

/// The capabilities in the bounding set of this thread (capabilities(7)): bit n is number n.
pub(crate) fn bounding_set() -> u64 {
    let unused: libc::c_ulong = 0;
    let has = |number: u32| {
        // SAFETY: PR_CAPBSET_READ reads its integer argument and no memory (prctl(2)).
        let answer = unsafe {
            libc::prctl(libc::PR_CAPBSET_READ, libc::c_ulong::from(number), unused, unused, unused)
        };
        // -1 for a number that this kernel has no capability for.
        answer == 1
    };
    (0..u64::BITS).filter(|number| has(*number)).fold(0, |all, number| all | 1 << number)
}

/// The version of Linux, major and minor; 0.0 if uname(2) says none.
pub(crate) fn kernel_version() -> (u32, u32) {
    // SAFETY: a struct of characters, of which all zeros are a value.
    let mut names: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: uname(2) fills the struct, which is ours, with strings that end with a 0.
    if unsafe { libc::uname(&raw mut names) } != 0 {
        return (0, 0);
    }
    let mut numbers = [0u32; 2];
    let mut place = 0;
    for letter in names.release {
        match u32::try_from(letter).unwrap_or(0).checked_sub(u32::from(b'0')) {
            Some(digit @ 0..=9) => numbers[place] = numbers[place].saturating_mul(10) + digit,
            _ if place == 0 => place = 1,
            _ => break,
        }
    }
    (numbers[0], numbers[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_as_proc_says() {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        let (major, minor) = kernel_version();
        assert!(release.starts_with(&format!("{major}.{minor}")), "{release}");
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("CapBnd:")).unwrap();
        assert_eq!(u64::from_str_radix(line.trim(), 16), Ok(bounding_set()));
    }
}
