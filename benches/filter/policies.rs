//! The policies that are measured.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width};
use nucleus_seccomp::syscall::Syscall;

/// The built-in policy in its usual mode.
pub fn built_in() -> Policy {
    let mut policy = Policy::new(Action::KILL_PROCESS);
    builtin::add_to(&mut policy, Modes::default()).unwrap();
    policy
}

/// What a container runtime's profile refuses or checks: all else is allowed in it.
const REFUSED: &str = "_sysctl acct add_key afs_syscall bdflush bpf break clock_adjtime
    clock_settime create_module delete_module fanotify_init finit_module fsconfig fsmount fsopen
    fspick ftime get_kernel_syms getpmsg init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl
    lock lookup_dcookie mount mount_setattr move_mount mpx nfsservctl open_by_handle_at open_tree
    perf_event_open pivot_root prof profil ptrace putpmsg query_module quotactl quotactl_fd reboot
    request_key security setdomainname sethostname setns settimeofday stime stty swapoff swapon
    sysfs tuxcall ulimit umount umount2 unshare uselib userfaultfd ustat vhangup vm86 vm86old vserver
    clone clone3 personality socket";

/// A profile as container runtimes have them: some four hundred names on three architectures, EPERM
/// for the rest, a few checks of arguments.
pub fn container() -> Policy {
    const EPERM: Action = Action::errno(1);
    const ENOSYS: Action = Action::errno(38);
    const ARCHES: [Arch; 3] = [Arch::X86_64, Arch::X86, Arch::X32];
    let refused: Vec<&str> = REFUSED.split_whitespace().collect();
    let mut policy = Policy::covering(EPERM, ARCHES);
    let here = |call: &Syscall| ARCHES.iter().any(|arch| call.number(*arch).is_some());
    for call in Syscall::all().filter(here).filter(|call| !refused.contains(&call.name())) {
        policy.allow(call.name()).unwrap();
    }
    let mut allow_if = |name, operator, value, mask| {
        let condition = Condition::new(name, 0, operator, Width::Bits64, value, mask).unwrap();
        policy.add_rule(name, Rule::new(Action::ALLOW, [condition])).unwrap();
    };
    for personality in [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff] {
        allow_if("personality", Operator::Eq, personality, 0);
    }
    // No vsock; no new namespaces.
    allow_if("socket", Operator::Ne, 40, 0);
    allow_if("clone", Operator::MaskedEq, 0, 0x7e02_0000);
    policy.add_rule("clone3", Rule::new(ENOSYS, [])).unwrap();
    policy
}

/// `count` values of one argument of one call.
pub fn values(count: u64) -> Policy {
    let mut policy = Policy::new(Action::errno(1));
    for value in 0..count {
        let is = Condition::new("ioctl", 1, Operator::Eq, Width::Bits32, value * 7919, 0);
        policy.add_rule("ioctl", Rule::new(Action::ALLOW, [is.unwrap()])).unwrap();
    }
    policy
}

/// `count` rules, each on an argument of a call of its own as far as there are calls: five
/// architectures have enough numbers for two thousand.
pub fn calls(count: usize) -> Policy {
    const ARCHES: [Arch; 5] = [Arch::X86_64, Arch::X86, Arch::Arm, Arch::Ppc64le, Arch::Mipsel];
    let mut policy = Policy::covering(Action::errno(1), ARCHES);
    let numbers = ARCHES.iter().flat_map(|arch| {
        Syscall::all().filter_map(|call| Some((*arch, call.number(*arch)?.cast_signed())))
    });
    for (value, (arch, nr)) in (0..).zip(numbers.take(count)) {
        let subject = nucleus_seccomp::policy::Subject::numbered("bench", arch, nr).unwrap();
        let is = Condition::new("call", 0, Operator::Eq, Width::Bits32, value % 7, 0).unwrap();
        policy.add_rule_for(subject, Rule::new(Action::ALLOW, [is])).unwrap();
    }
    policy
}
