//! Programs and filters for eyes, and for tools that read text.
//!
//! Whatever the kernel would load is shown, in bounded time and size. What is too large for a form is
//! said so in it: the listing has everything.

mod assembly;
mod decisions;
mod dot;
mod listing;
mod origins;
mod pseudocode;
mod sections;
mod source;
mod statistics;
mod text;
mod walk;
mod words;

pub use dot::dot;
pub use listing::listing;
pub use pseudocode::pseudocode;
pub use source::{c, go, rust, zig};
pub use statistics::statistics;

use crate::arch::Arch;
use crate::bpf::Program;
use crate::compile;
use crate::policy::Policy;
use text::Text;

/// A program that is to be shown, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// It.
    pub program: &'a Program,
    /// Whether the machines that it is for are big-endian.
    pub big_endian: bool,
    /// What it was compiled from, if that is known.
    pub policy: Option<&'a Policy>,
}

impl Shown<'_> {
    /// What it is, in comments that `mark` begins.
    #[inline(never)]
    fn heading(&self, text: &mut Text, mark: &str) {
        let length = self.program.instructions().len();
        let order = if self.big_endian { "big" } else { "little" };
        text.put(mark).put("A system call filter of ").decimal(length);
        text.put(if length == 1 { " instruction" } else { " instructions" });
        text.put(", for ").put(order).put("-endian machines");
        let Some(policy) = self.policy else {
            text.put(".\n");
            return;
        };
        text.put(":\n");
        for arch in Arch::ALL.into_iter().filter(|arch| compile::is_covered(policy, *arch)) {
            text.put(mark).put("    ").put(arch.name()).put(" (").hex(arch.token(), 8).put(")\n");
        }
        text.put(mark).put("Fingerprint ");
        for byte in compile::fingerprint(policy) {
            text.hex_byte(byte);
        }
        text.put(".\n");
    }
}
