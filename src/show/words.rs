//! The words for what stands in a program: data, verdicts, calls, architectures.

use super::decisions::{Subject, Way};
use super::text::{Text, Wrapped};
use crate::action::{Action, Kind};
use crate::arch::{Arch, Table};
use crate::prove::Range;
use crate::syscall::Syscall;

/// The names of errnos from 1 on: those of `asm-generic/errno.h`. The first ones, up to ERANGE, are the
/// same everywhere; `_` has none.
const ERRNOS: &str = "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM \
    EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY \
    ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS \
    ENOTEMPTY ELOOP _ ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE \
    EBADR EXFULL ENOANO EBADRQC EBADSLT _ EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE \
    ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG \
    ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ \
    EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT \
    EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET \
    ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH \
    EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM \
    EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE \
    ERFKILL EHWPOISON";

/// The last errno with one name on all architectures.
const ERANGE: u16 = 34;

/// What is known of the program's machines, where words depend on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    /// Whether the low half of an argument comes last.
    pub(super) big_endian: bool,
    /// Whether errnos above the first ones have their usual names.
    pub(super) has_usual_errnos: bool,
}

impl Machine {
    pub(super) fn of(arch: Option<Arch>, big_endian: bool) -> Self {
        // Their own `asm/errno.h`.
        let of_its_own = arch.map(Arch::table).is_some_and(|table| {
            matches!(
                table,
                Table::Mips | Table::Mips64 | Table::Mips64n32 | Table::Parisc | Table::Parisc64
            )
        });
        let big_endian = arch.map_or(big_endian, Arch::big_endian);
        Self { big_endian, has_usual_errnos: !of_its_own }
    }
}

impl Text {
    /// A value that a program returns.
    #[inline(never)]
    pub(super) fn verdict(&mut self, raw: u32, machine: Machine) -> &mut Self {
        self.put(&Action::show(raw));
        match Action::from_raw(raw) {
            Ok(action) if action.kind() == Kind::Errno => {
                let errno = action.data();
                let known = errno <= ERANGE || machine.has_usual_errnos;
                match word(ERRNOS, errno.wrapping_sub(1).into()) {
                    "" | "_" => self,
                    name if known => self.put(" (").put(name).put(")"),
                    _ => self,
                }
            }
            _ => self,
        }
    }

    /// A word of a call's data, or some of its bits.
    #[inline(never)]
    pub(super) fn subject(&mut self, of: Subject, machine: Machine) -> &mut Self {
        let half = match of.word.is_multiple_of(8) == machine.big_endian {
            true => ".high",
            false => ".low",
        };
        if of.mask != u32::MAX {
            self.put("(");
        }
        match of.word {
            0 => self.put("nr"),
            4 => self.put("arch"),
            8 | 12 => self.put("instruction_pointer").put(half),
            offset => self.put("args[").decimal(offset as usize / 8 - 2).put("]").put(half),
        };
        if of.mask != u32::MAX {
            self.put(" & ").value(of.mask).put(")");
        }
        self
    }

    /// One value of a subject.
    pub(super) fn value_of(&mut self, of: Subject, value: u32) -> &mut Self {
        match of {
            Subject::ARCH => self.token(value),
            Subject { word: 0, .. } => self.number(value),
            _ => self.value(value),
        }
    }

    /// Some values of a subject, wherever they lead.
    #[inline(never)]
    pub(super) fn values(&mut self, ways: &[Way], of: Subject, wrapped: Wrapped) -> &mut Self {
        self.list(ways.len(), wrapped, &|text, index| {
            let Range { first, last } = ways[index].0;
            text.value_of(of, first);
            if first < last {
                text.put(if last - first == 1 { ", " } else { " to " }).value_of(of, last);
            }
        })
    }

    /// A number as a call of one of the architectures with a token in `arch`, if it is one.
    pub(super) fn name(&mut self, arch: Range, number: u32) -> &mut Self {
        let owner = of_token(arch, number);
        match owner.and_then(|arch| Syscall::numbered(arch, number)) {
            Some(call) if owner == Some(Arch::X32) => self.put(call.name()).put(" on x32"),
            Some(call) => self.put(call.name()),
            None => self.number(number),
        }
    }

    /// The architecture, or architectures, of a token.
    pub(super) fn token(&mut self, token: u32) -> &mut Self {
        let mut named = Arch::ALL.into_iter().filter(|arch| arch.token() == token);
        match named.next() {
            Some(arch) => self.put(arch.name()),
            None => self.hex(token, 8),
        };
        for other in named {
            self.put(" and ").put(other.name());
        }
        self
    }
}

/// The word at a place of some that stand behind each other; empty behind the last.
fn word(words: &str, place: usize) -> &str {
    let word = words.as_bytes().split(|byte| *byte == b' ').nth(place);
    word.and_then(|word| std::str::from_utf8(word).ok()).unwrap_or("")
}

/// The architecture of a number, if there is only one token.
fn of_token(arch: Range, number: u32) -> Option<Arch> {
    let owns = |of: &Arch| {
        of.token() == arch.first && of.numbers().iter().any(|range| range.contains(&number))
    };
    Arch::ALL.into_iter().find(owns).filter(|_| arch.first == arch.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errnos_have_the_names_of_the_headers() {
        let usual = Machine::of(Some(Arch::X86_64), false);
        let cases = [
            (libc::EPERM, "errno 1 (EPERM)"),
            (libc::ERANGE, "errno 34 (ERANGE)"),
            (libc::ENOSYS, "errno 38 (ENOSYS)"),
            (libc::ENOMSG, "errno 42 (ENOMSG)"),
            (libc::EBFONT, "errno 59 (EBFONT)"),
            (libc::EAFNOSUPPORT, "errno 97 (EAFNOSUPPORT)"),
            (libc::EDQUOT, "errno 122 (EDQUOT)"),
            (libc::EHWPOISON, "errno 133 (EHWPOISON)"),
            (0, "errno 0"),
            (41, "errno 41"),
            (134, "errno 134"),
            (4095, "errno 4095"),
        ];
        for (errno, expected) in cases {
            let raw = Action::errno(u16::try_from(errno).unwrap()).to_raw();
            assert_eq!(Text::default().verdict(raw, usual).take(), expected);
        }
        let of_its_own = Machine::of(Some(Arch::Mips), true);
        for (errno, expected) in [(34, "errno 34 (ERANGE)"), (38, "errno 38")] {
            let raw = Action::errno(errno).to_raw();
            assert_eq!(Text::default().verdict(raw, of_its_own).take(), expected);
        }
    }

    #[test]
    fn halves_are_where_the_byte_order_has_them() {
        let cases = [
            (0, "nr", "nr"),
            (4, "arch", "arch"),
            (8, "instruction_pointer.low", "instruction_pointer.high"),
            (16, "args[0].low", "args[0].high"),
            (60, "args[5].high", "args[5].low"),
        ];
        for (word, little, big) in cases {
            let of = Subject { word, mask: u32::MAX };
            for (big_endian, expected) in [(false, little), (true, big)] {
                let machine = Machine::of(None, big_endian);
                assert_eq!(Text::default().subject(of, machine).take(), expected);
            }
        }
    }
}
