//! What a program costs, as JSON.

use std::fmt::Write as _;

use super::Shown;
use crate::arch::Arch;
use crate::bpf::{Program, Statistics};

/// An object of counts, in units of instructions but for calls, on one line that ends:
///
/// ```json
/// {"instructions":9,"margin":4087,"architectures":[{"arch":"x86_64","calls":375,"cached":3,
///  "shortest":3,"longest":8,"mean":5.312,"mean_uncached":5.317,"attach_steps":2509}]}
/// ```
///
/// The architectures are those that the program tells apart, in the order of [`Arch::ALL`]; what is
/// counted of them is in [`Statistics`]. Counts are the same in either byte order.
#[must_use]
pub fn statistics(shown: &Shown<'_>) -> String {
    let program = shown.program;
    let length = program.instructions().len();
    let margin = Program::LONGEST - length;
    // Nothing of this fails: it is written to memory.
    let mut json = String::new();
    let _ = write!(json, "{{\"instructions\":{length},\"margin\":{margin},\"architectures\":[");
    let mut separator = "";
    for arch in Arch::ALL {
        let of = Statistics::of(program, arch);
        if !of.told_apart {
            continue;
        }
        let (mean, uncached) = (of.mean(), of.mean_uncached());
        let _ = write!(
            json,
            "{separator}{{\"arch\":\"{arch}\",\"calls\":{},\"cached\":{},\"shortest\":{},\
             \"longest\":{},\"mean\":{}.{:03},\"mean_uncached\":{}.{:03},\"attach_steps\":{}}}",
            of.calls,
            of.cached,
            of.shortest,
            of.longest,
            mean / 1000,
            mean % 1000,
            uncached / 1000,
            uncached % 1000,
            of.attach_steps
        );
        separator = ",";
    }
    json.push_str("]}\n");
    json
}
