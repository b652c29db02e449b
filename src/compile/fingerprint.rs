//! What a program depends on, as one number: for callers who keep compiled programs.

use sha2::{Digest, Sha256};

use crate::policy::Policy;

/// Of the compiler: counts on whenever some policy comes to other instructions than before, by a
/// change here or of the tables of numbers. A test compares it with the programs that it makes.
pub const REVISION: u32 = 5;

/// A SHA-256 that is the same only for equal policies, made for the same architectures by the same
/// compiler: then the programs are the same, too, byte by byte.
#[must_use]
pub fn fingerprint(policy: &Policy) -> [u8; 32] {
    let compiler = concat!("nucleus-seccomp ", env!("CARGO_PKG_VERSION"), "\0");
    let hash = Sha256::new().chain_update(compiler).chain_update(REVISION.to_le_bytes());
    hash.chain_update(policy.canonical()).finalize().into()
}
