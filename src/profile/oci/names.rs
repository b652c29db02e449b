//! The words of the format, as data.

use crate::action::Action;
use crate::arch::Arch;
use crate::policy::Operator;
use crate::profile::tables::find;

/// The errno and the message to a tracer where a profile gives none: EPERM (runc,
/// libcontainer/seccomp/seccomp_linux.go, actErrno and actTrace).
const EPERM: u16 = 1;

/// config-linux.md of the runtime specification; that KILL is KILL_THREAD says libseccomp.
pub(super) const ACTIONS: [(&str, Action); 9] = [
    ("SCMP_ACT_KILL", Action::KILL_THREAD),
    ("SCMP_ACT_KILL_PROCESS", Action::KILL_PROCESS),
    ("SCMP_ACT_KILL_THREAD", Action::KILL_THREAD),
    ("SCMP_ACT_TRAP", Action::trap(0)),
    ("SCMP_ACT_ERRNO", Action::errno(EPERM)),
    ("SCMP_ACT_TRACE", Action::trace(EPERM)),
    ("SCMP_ACT_ALLOW", Action::ALLOW),
    ("SCMP_ACT_LOG", Action::LOG),
    ("SCMP_ACT_NOTIFY", Action::NOTIFY),
];

pub(super) const OPERATORS: [(&str, Operator); 7] = [
    ("SCMP_CMP_NE", Operator::Ne),
    ("SCMP_CMP_LT", Operator::Lt),
    ("SCMP_CMP_LE", Operator::Le),
    ("SCMP_CMP_EQ", Operator::Eq),
    ("SCMP_CMP_GE", Operator::Ge),
    ("SCMP_CMP_GT", Operator::Gt),
    ("SCMP_CMP_MASKED_EQ", Operator::MaskedEq),
];

/// How a filter is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Tsync,
    Log,
    SpecAllow,
    WaitKillable,
}

pub(super) const FLAGS: [(&str, Flag); 4] = [
    ("SECCOMP_FILTER_FLAG_TSYNC", Flag::Tsync),
    ("SECCOMP_FILTER_FLAG_LOG", Flag::Log),
    ("SECCOMP_FILTER_FLAG_SPEC_ALLOW", Flag::SpecAllow),
    ("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", Flag::WaitKillable),
];

/// The word for an architecture.
pub(super) fn word(arch: Arch) -> String {
    format!("SCMP_ARCH_{}", arch.name().to_ascii_uppercase())
}

/// The architecture of a word like `SCMP_ARCH_X86_64`: ours in capitals.
pub(super) fn arch(word: &str) -> Option<Arch> {
    let name = word.strip_prefix("SCMP_ARCH_")?;
    let capital = |arch: &Arch| {
        let letters = arch.name().bytes().map(|letter| letter.to_ascii_uppercase());
        letters.eq(name.bytes())
    };
    Arch::ALL.into_iter().find(capital)
}

/// What Docker calls architectures in `includes` and `excludes` where it is not our name
/// (moby/profiles, seccomp/seccomp_linux.go, goToNative).
pub(super) const DOCKER_ARCHES: [(&str, Arch); 5] = [
    ("amd64", Arch::X86_64),
    ("arm64", Arch::Aarch64),
    ("loong64", Arch::Loongarch64),
    ("mips3l64n32", Arch::Mipsel64n32),
    ("386", Arch::X86),
];

/// The architecture that Docker, or we, call so.
pub(super) fn docker_arch(word: &str) -> Option<Arch> {
    let known = DOCKER_ARCHES.iter().find(|(name, _)| *name == word);
    known.map(|(_, arch)| *arch).or_else(|| Arch::named(word))
}

/// By their numbers, without `CAP_` (linux/capability.h).
const CAPABILITIES: &str = "\
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE \
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT \
    SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE \
    AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ \
    PERFMON BPF CHECKPOINT_RESTORE";

/// The number of a capability.
pub(super) fn capability(word: &str) -> Option<u16> {
    place(CAPABILITIES, word.strip_prefix("CAP_")?)
}

/// The place of a word among words with a blank between them; a dash holds a place for none.
///
/// A list of texts would take as much room again for the address of each.
fn place(words: &str, word: &str) -> Option<u16> {
    words.split(' ').zip(0..).find(|(known, _)| *known == word && word != "-").map(|(_, at)| at)
}

/// The names of errors by their numbers (asm-generic/errno-base.h and errno.h).
const ERRORS: &str = "\
    - EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK \
    EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE \
    EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM \
    ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC \
    EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO \
    EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX \
    ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT \
    EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL \
    ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN \
    ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN \
    ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED \
    EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON";

/// Second names.
const OTHER_ERRORS: [(&str, u16); 3] = [("EWOULDBLOCK", 11), ("EDEADLOCK", 35), ("ENOTSUP", 95)];

/// The number of an error by its name, where the kernel's usual numbers hold.
pub(super) fn error(name: &str) -> Option<u16> {
    find(&OTHER_ERRORS, name).or_else(|| place(ERRORS, name))
}

/// Whether an architecture numbers errors like most do. MIPS and PA-RISC have numbers of their own
/// from 35 on.
pub(super) const fn has_usual_errors(arch: Arch) -> bool {
    !matches!(
        arch,
        Arch::Mips
            | Arch::Mipsel
            | Arch::Mips64
            | Arch::Mipsel64
            | Arch::Mips64n32
            | Arch::Mipsel64n32
            | Arch::Parisc
            | Arch::Parisc64
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_numbers_of_libc() {
        // Usual numbers are those of the machines that this runs on.
        let cases = [
            ("EPERM", libc::EPERM),
            ("EAGAIN", libc::EAGAIN),
            ("EWOULDBLOCK", libc::EWOULDBLOCK),
            ("ERANGE", libc::ERANGE),
            ("EDEADLK", libc::EDEADLK),
            ("ENOSYS", libc::ENOSYS),
            ("ELOOP", libc::ELOOP),
            ("ENOMSG", libc::ENOMSG),
            ("EBADSLT", libc::EBADSLT),
            ("EBFONT", libc::EBFONT),
            ("EOVERFLOW", libc::EOVERFLOW),
            ("ENOTSOCK", libc::ENOTSOCK),
            ("ENOTSUP", libc::ENOTSUP),
            ("EAFNOSUPPORT", libc::EAFNOSUPPORT),
            ("ECONNREFUSED", libc::ECONNREFUSED),
            ("EHWPOISON", libc::EHWPOISON),
        ];
        for (name, number) in cases {
            assert_eq!(error(name).map(i32::from), Some(number), "{name}");
        }
        for none in ["", "-", "eperm", "EPERM ", "EFOO"] {
            assert_eq!(error(none), None, "{none}");
        }
    }

    #[test]
    fn capabilities_have_the_kernels_numbers() {
        let cases = [("CAP_CHOWN", 0), ("CAP_SYS_ADMIN", 21), ("CAP_SYSLOG", 34), ("CAP_BPF", 39)];
        for (name, number) in cases {
            assert_eq!(capability(name), Some(number), "{name}");
        }
        assert_eq!(capability("CAP_CHECKPOINT_RESTORE"), Some(40));
        for none in ["SYS_ADMIN", "cap_sys_admin", "CAP_", "CAP_ALL"] {
            assert_eq!(capability(none), None, "{none}");
        }
    }

    #[test]
    fn architectures_as_the_specification_and_as_docker_call_them() {
        for known in Arch::ALL {
            let word = format!("SCMP_ARCH_{}", known.name().to_uppercase());
            assert_eq!(arch(&word), Some(known));
        }
        for none in ["SCMP_ARCH_ARM64", "SCMP_ARCH_RISCV", "x86_64", "SCMP_ARCH_x86_64", ""] {
            assert_eq!(arch(none), None, "{none}");
        }
        assert_eq!(docker_arch("amd64"), Some(Arch::X86_64));
        assert_eq!(docker_arch("s390x"), Some(Arch::S390x));
        assert_eq!(docker_arch("SCMP_ARCH_X86_64"), None);
    }
}
