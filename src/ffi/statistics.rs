//! What a program costs.

use super::boundary::guarded;
use super::growable;
use super::program::Program;
use super::status::{self, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::arch::Arch;
use crate::bpf::{self, Statistics};

/// What a program costs on one architecture: exact counts of instructions, the same on every
/// machine. They are counted over the architecture's system calls, those that this library knows, of
/// which each stands for all its arguments: number and architecture are followed exactly, and every
/// test of an argument is taken both ways. (What a program from elsewhere computes of numbers is
/// followed, too, up to where two ways meet with different results: tests of those go both ways.)
///
/// The kernel answers some calls without the program, from a bitmap that it makes when the program is
/// attached (Linux 5.11 and later; never calls of MIPS or x32): those that the program allows, with
/// exactly NUCLEUS_ALLOW, before it does more than compare and mask number and architecture. They
/// cost the same under every program, as long as all filters of the thread allow them so.
///
/// Later versions may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(non_camel_case_types)]
pub struct nucleus_stats {
    /// Set by the caller: sizeof(nucleus_stats).
    pub size: usize,
    /// The program's length, 1 to 4096.
    pub instructions: u32,
    /// How many more the kernel would take.
    pub margin: u32,
    /// 1 if the program makes something else of some call here than of one with its number from a
    /// machine that nobody knows, 0 if not: then it does not cover the architecture, or does not look
    /// at architectures. Results that depend on arguments in both cases count as the same.
    pub told_apart: u32,
    /// How many system calls there are.
    pub calls: u32,
    /// How many of them the kernel answers without the program.
    pub cached: u32,
    /// How many instructions the program executes, its return included, for the call and the
    /// arguments for which that is least.
    pub shortest: u32,
    /// The same where it is most.
    pub longest: u32,
    /// The longest way of each call, in the mean over all calls; in thousandths of an instruction.
    pub mean: u32,
    /// The same over the calls that the kernel does not answer without the program; 0 if there are
    /// none.
    pub mean_uncached: u32,
    /// How many instructions the kernel looks at to make the bitmap, with the locks of the attaching
    /// thread held, if this is the thread's first filter and the kernel has the calls that this
    /// library knows. Other filters in place make it less. A kernel does this for its own
    /// architecture, and for the 32-bit one beside it.
    pub attach_steps: u32,
}

/// The size in 0.1, the first version.
const FIRST_SIZE: usize = size_of::<usize>() + 10 * size_of::<u32>();

const _: () = assert!(size_of::<nucleus_stats>() == FIRST_SIZE, "no padding");

/// Counts what a program costs on `arch` (NUCLEUS_ARCH_*), whether it was made for it or not. On
/// success *stats is filled.
///
/// ```c
/// nucleus_stats stats = { .size = sizeof stats };
/// nucleus_program_stats(p, NUCLEUS_ARCH_X86_64, &stats);
/// printf("%u of %u calls never run it\n", stats.cached, stats.calls);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL, for what is no architecture, and for a size that is
/// smaller than the struct was in 0.1 or above 4096, or that is larger than this library's with bytes
/// beyond it that are not 0. The sentence goes to the log callback (nucleus_set_log). Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program; `stats` is NULL or valid to read and write, as many bytes as
/// its size says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_stats(
    program: *const Program,
    arch: u32,
    stats: *mut nucleus_stats,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(program) = (unsafe { program.as_ref() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    let count = || {
        let arch = Arch::from_constant(arch);
        // SAFETY: the caller promises as many bytes as it set the size to; FIRST_SIZE is without
        // padding.
        let stats = unsafe { growable::writable(stats, FIRST_SIZE) };
        let stats = stats.map_err(|misfit| misfit.error("program_stats", "stats"));
        match arch.and_then(|arch| Ok((arch, stats?))) {
            Err(error) => status::reported(&error),
            Ok((arch, stats)) => {
                stats.write(counted(program.program(), arch));
                NUCLEUS_OK
            }
        }
    };
    guarded(count, || ())
}

fn counted(program: &bpf::Program, arch: Arch) -> nucleus_stats {
    let statistics = Statistics::of(program, arch);
    let length = program.instructions().len();
    // At most 4096 of each.
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    nucleus_stats {
        size: size_of::<nucleus_stats>(),
        instructions: count(length),
        margin: count(bpf::Program::LONGEST - length),
        told_apart: statistics.told_apart.into(),
        calls: statistics.calls,
        cached: statistics.cached,
        shortest: statistics.shortest,
        longest: statistics.longest,
        mean: statistics.mean(),
        mean_uncached: statistics.mean_uncached(),
        attach_steps: statistics.attach_steps,
    }
}
