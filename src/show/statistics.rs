//! What a program costs, as JSON.

use super::Shown;
use super::text::Text;
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
    let mut json = Text::default();
    json.put("{\"instructions\":").decimal(length).put(",\"margin\":").decimal(margin);
    json.put(",\"architectures\":[");
    let mut separator = "";
    for arch in Arch::ALL {
        let of = Statistics::of(program, arch);
        if !of.told_apart {
            continue;
        }
        json.put(separator).put("{\"arch\":\"").put(arch.name()).put("\"");
        let counts = [
            (",\"calls\":", of.calls),
            (",\"cached\":", of.cached),
            (",\"shortest\":", of.shortest),
            (",\"longest\":", of.longest),
        ];
        for (name, count) in counts {
            json.put(name).decimal(count as usize);
        }
        let means = [(",\"mean\":", of.mean()), (",\"mean_uncached\":", of.mean_uncached())];
        for (name, thousandths) in means {
            json.put(name).decimal(thousandths as usize / 1000).put(".");
            for place in [100, 10, 1] {
                json.decimal(thousandths as usize / place % 10);
            }
        }
        json.put(",\"attach_steps\":").decimal(of.attach_steps as usize).put("}");
        separator = ",";
    }
    json.put("]}\n").take()
}
