//! What a program costs, as JSON.

use std::fmt::Write as _;

use crate::arch::Arch;
use crate::bpf::{Program, Statistics, tells_apart};

/// An object of counts, in units of instructions but for calls, on one line that ends:
///
/// ```json
/// {"instructions":9,"margin":4087,"architectures":[{"arch":"x86_64","calls":375,"cached":3,
///  "shortest":3,"longest":8,"mean":5.312,"mean_uncached":5.317,"attach_steps":2509}]}
/// ```
///
/// The architectures are those that the program [tells apart](tells_apart), in the order of
/// [`Arch::ALL`]; what is counted of them is in [`Statistics`].
#[must_use]
pub fn statistics(program: &Program) -> String {
    let length = program.instructions().len();
    let mut json = format!(
        "{{\"instructions\":{length},\"margin\":{},\"architectures\":[",
        Program::LONGEST - length
    );
    let mut separator = "";
    for arch in Arch::ALL.into_iter().filter(|arch| tells_apart(program, *arch)) {
        let of = Statistics::of(program, arch);
        // Nothing fails: it is written to memory.
        let _ = write!(json, "{separator}{{\"arch\":\"{arch}\"");
        let mut count = |name: &str, count: u32| {
            let _ = write!(json, ",\"{name}\":{count}");
        };
        count("calls", of.calls);
        count("cached", of.cached);
        count("shortest", of.shortest);
        count("longest", of.longest);
        for (name, mean) in [("mean", of.mean()), ("mean_uncached", of.mean_uncached())] {
            let _ = write!(json, ",\"{name}\":{}.{:03}", mean / 1000, mean % 1000);
        }
        let _ = write!(json, ",\"attach_steps\":{}}}", of.attach_steps);
        separator = ",";
    }
    json.push_str("]}\n");
    json
}
