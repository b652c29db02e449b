//! What a profile is read for.

use crate::arch::Arch;

/// The process and the machine that `includes` and `excludes` ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The capabilities that the process can have at most: bit n is the one of
    /// number n in `linux/capability.h`.
    pub capabilities: u64,
    /// The version of Linux, major and minor.
    pub kernel: (u32, u32),
    /// The architecture, which is always covered; none on a machine without tables here.
    pub arch: Option<Arch>,
}

/// How a profile is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// What would be left out is an error.
    pub strict: bool,
    /// The outcome is that of runc on libseccomp, also where that lets through what the profile
    /// refuses.
    pub as_runc: bool,
}
