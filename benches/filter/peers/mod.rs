//! Who is measured: the library through its C surface, and what else makes filters.

mod classic;
mod dynamic;
mod libseccomp;
mod nucleus;
mod seccompiler;

pub use dynamic::version_of_libseccomp;

use crate::spec::Spec;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::policy::Layout;
use nucleus_seccomp::syscall::Syscall;

/// The library as a C program uses it, proof included.
pub const OURS: &str = "nucleus";
/// The same from Rust without the proof; the C surface has no way around it.
pub const UNPROVEN: &str = "nucleus, unproven";
/// The built-in policy by the one function for it.
pub const ONE_CALL: &str = "nucleus, use_default";
/// The container profile by the one function for its JSON.
pub const FROM_JSON: &str = "nucleus, from JSON";
/// Through the C surface again, in the classic layout.
pub const OUR_BITMAP: &str = "nucleus, bitmap";
pub const LEVEL_1: &str = "libseccomp 1";
pub const LEVEL_2: &str = "libseccomp 2";
pub const SECCOMPILER: &str = "seccompiler";
pub const CLASSIC: &str = "bitmap";

/// Nobody: the best there can be.
pub const BEST: &str = "best tree";

/// Those whose programs differ.
pub const PROGRAMS: [&str; 6] = [OURS, OUR_BITMAP, LEVEL_1, LEVEL_2, SECCOMPILER, CLASSIC];
/// And those who take a time of their own to make them.
pub const MAKERS: [&str; 9] =
    [OURS, UNPROVEN, ONE_CALL, FROM_JSON, OUR_BITMAP, LEVEL_1, LEVEL_2, SECCOMPILER, CLASSIC];

/// A policy in the words of one of them: names and numbers in the form its functions take, so that
/// nothing but its own work is timed.
pub trait Work {
    /// From names to a program ready to be loaded, and everything freed again. What it says when it
    /// can't.
    fn make(&self) -> Result<(), String>;

    fn program(&self) -> Result<Program, String>;

    /// What it can't express of the policy.
    fn left_out(&self) -> Option<String> {
        None
    }

    /// The calls that it has no number for somewhere, so that they get the default there.
    fn unknown(&self) -> &[(Arch, Syscall)] {
        &[]
    }
}

/// The policy for one of [`MAKERS`]; nothing where it is not installed or has no such thing.
pub fn prepare(peer: &str, spec: &Spec) -> Option<Box<dyn Work>> {
    Some(match peer {
        OURS => Box::new(nucleus::ByName::new(spec, Layout::Auto)?),
        OUR_BITMAP => Box::new(nucleus::ByName::new(spec, Layout::Bitmap)?),
        UNPROVEN => Box::new(nucleus::Unproven::new(spec)),
        ONE_CALL if spec.name == "built-in" => Box::new(nucleus::OneCall::new()?),
        FROM_JSON if spec.name == "container" => Box::new(nucleus::FromJson::new()?),
        LEVEL_1 => Box::new(libseccomp::Libseccomp::new(spec, 1)?),
        LEVEL_2 => Box::new(libseccomp::Libseccomp::new(spec, 2)?),
        SECCOMPILER => Box::new(seccompiler::Seccompiler::new(spec)),
        CLASSIC => Box::new(classic::Classic::new(spec)),
        _ => return None,
    })
}

/// Somebody's instructions as a program; `what` made them.
fn as_program(what: &str, instructions: Vec<Instruction>) -> Result<Program, String> {
    Program::new(instructions).map_err(|error| format!("{what}: {error}"))
}
