//! Whether a peer's program is for the policy that it was asked for: else its figures would be for
//! something else.

use crate::peers::SECCOMPILER;
use crate::spec::Spec;
use crate::steps::fitting;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::evaluate;
use nucleus_seccomp::syscall::Syscall;

/// Whether it lets run what the policy lets run, but for calls without a number there. That what is
/// refused is refused in the same way can't be asked of everybody.
pub fn agree(
    peer: &str,
    program: &Program,
    spec: &Spec,
    unknown: &[(Arch, Syscall)],
) -> Result<(), String> {
    let policy = spec.policy();
    let arches = spec.arches.iter().filter(|arch| peer != SECCOMPILER || **arch == Arch::X86_64);
    let calls = arches.flat_map(|arch| calls(spec, *arch).into_iter().map(|call| (*arch, call)));
    for (arch, (call, known)) in calls {
        if known.is_some_and(|known| unknown.contains(&(arch, known))) {
            continue;
        }
        let found = run(program, &call, Arch::is_big_endian(call.arch)).value;
        let wanted = evaluate(&policy, &call);
        if (found == Action::ALLOW.to_raw()) != (wanted == Action::ALLOW) {
            return Err(format!("{call}: {} instead of {wanted}", Action::show(found)));
        }
    }
    Ok(())
}

/// Every number with arguments for every rule, and some without a call.
fn calls(spec: &Spec, arch: Arch) -> Vec<(Call, Option<Syscall>)> {
    // x86's calls take no more, and of x32's libseccomp looks at no more.
    let most = if matches!(arch, Arch::X86 | Arch::X32) { u64::from(u32::MAX) } else { u64::MAX };
    let mut calls = Vec::new();
    let mut add = |number: u32, args: [u64; 6], known| {
        let (nr, arch) = (number.cast_signed(), arch.token());
        let args = args.map(|arg| arg & most);
        calls.push((Call { nr, arch, instruction_pointer: 0, args }, known));
    };
    for known in Syscall::all() {
        let Some(number) = known.number(arch) else { continue };
        add(number, [0; 6], Some(known));
        add(number, [u64::MAX; 6], Some(known));
        let ruled = spec.calls.iter().filter(|ruled| ruled.call == known);
        for (_, conditions) in ruled.flat_map(|ruled| &ruled.cases) {
            add(number, fitting(conditions), Some(known));
        }
    }
    let first = arch.numbers()[0].start();
    (600..700).for_each(|number| add(first + number, [0; 6], None));
    calls
}
