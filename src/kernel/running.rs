//! What this process runs on, and what it may do.

/// The permitted capabilities of this thread (capget(2)): bit n is number n. All that it can ever have
/// once no_new_privs is set; of the bounding set, most is out of reach for who is not root.
///
/// None under a filter that refuses the question.
pub(crate) fn permitted() -> u64 {
    /// `_LINUX_CAPABILITY_VERSION_3` of `linux/capability.h`: two halves.
    const VERSION_3: u32 = 0x2008_0522;
    const THIS_THREAD: u32 = 0;
    /// `struct __user_cap_data_struct`: effective, permitted, inheritable.
    type Half = [u32; 3];
    let mut header = [VERSION_3, THIS_THREAD];
    let mut halves: [Half; 2] = Default::default();
    // SAFETY: with version 3, capget(2) reads and writes a header of two words and two halves, ours.
    let answer =
        unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), halves.as_mut_ptr()) };
    match answer {
        0 => u64::from(halves[1][1]) << 32 | u64::from(halves[0][1]),
        _ => 0,
    }
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
        let line = status.lines().find_map(|line| line.strip_prefix("CapPrm:")).unwrap();
        assert_eq!(u64::from_str_radix(line.trim(), 16), Ok(permitted()));
    }
}
