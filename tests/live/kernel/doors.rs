//! The ways into the kernel.

use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;

/// What stands in the registers when a call is made.
#[derive(Clone, Copy, Debug)]
pub struct Registers {
    /// The number, in the lower half.
    pub number: u64,
    pub args: [u64; 6],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// As this machine's programs call. On x86_64 numbers with bit 30 are x32's.
    Usual,
    /// `int 0x80`, by which x86_64 takes the calls of x86.
    X86,
}

impl Door {
    /// Those that this kernel has.
    pub fn all() -> Vec<Self> {
        let mut doors = vec![Self::Usual];
        if Arch::native() == Some(Arch::X86_64) {
            match is_answered(Self::X86) {
                true => doors.push(Self::X86),
                false => println!("skipped: int 0x80, which this kernel does not answer"),
            }
        }
        doors
    }

    /// Whose calls come in here.
    pub fn arches(self) -> &'static [Arch] {
        match (self, Arch::native()) {
            (Self::X86, _) => &[Arch::X86],
            (Self::Usual, Some(Arch::X86_64)) => &[Arch::X86_64, Arch::X32],
            (Self::Usual, Some(arch)) => {
                std::slice::from_ref(Arch::ALL.iter().find(|known| **known == arch).unwrap())
            }
            (Self::Usual, None) => &[],
        }
    }

    /// What a filter sees of the call: the lower half of the number, and all of the arguments. That is
    /// so through either door: of what a 64-bit program leaves in the upper halves before `int 0x80`
    /// the kernel takes nothing, and shows all to the filter (syscall_get_arguments).
    pub fn seen(self, registers: &Registers) -> Call {
        let number = registers.number.to_le_bytes();
        Call {
            nr: i32::from_le_bytes(*number.first_chunk().unwrap()),
            arch: self.arches()[0].token(),
            instruction_pointer: 0,
            args: registers.args,
        }
    }

    /// Makes the call; its result as the kernel has it, an errno below 0.
    ///
    /// # Safety
    /// A filter refuses the call, or it touches no memory that is used.
    pub unsafe fn enter(self, registers: &Registers) -> i64 {
        let &Registers { number, args: [a, b, c, d, e, f] } = registers;
        if self == Self::X86 {
            // SAFETY: the caller promises it.
            return unsafe { int_0x80(registers) };
        }
        // SAFETY: the caller promises it.
        match unsafe { libc::syscall(number.cast_signed(), a, b, c, d, e, f) } {
            // SAFETY: libc's location of this thread's errno is always valid to read.
            -1 => -i64::from(unsafe { *libc::__errno_location() }),
            result => result,
        }
    }
}

/// # Safety
/// As [`Door::enter`].
#[cfg(target_arch = "x86_64")]
unsafe fn int_0x80(registers: &Registers) -> i64 {
    let &Registers { number, args: [a, b, c, d, e, f] } = registers;
    let result: u64;
    // SAFETY: the caller promises it of the call. The compiler has rbx and rbp to itself, so they are
    // put aside meanwhile; r8 to r11 may come back as 0 (entry_INT80_compat).
    unsafe {
        std::arch::asm!(
            "xchg rbx, r12", "xchg rbp, r13",
            "int 0x80",
            "xchg rbp, r13", "xchg rbx, r12",
            inout("rax") number => result,
            inout("r12") a => _, in("rcx") b, in("rdx") c, in("rsi") d, in("rdi") e,
            inout("r13") f => _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    let [a, b, c, d, ..] = result.to_le_bytes();
    i32::from_le_bytes([a, b, c, d]).into()
}

#[cfg(not(target_arch = "x86_64"))]
unsafe fn int_0x80(_: &Registers) -> i64 {
    unreachable!("a door of x86_64")
}

/// Whether a child comes back from there: a kernel without the door ends it by a signal.
fn is_answered(door: Door) -> bool {
    const X86_GETPPID: u64 = 64;
    // SAFETY: the child makes a harmless call and ends, which is safe in a process with threads.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: getppid takes no arguments.
        let parent = unsafe { door.enter(&Registers { number: X86_GETPPID, args: [0; 6] }) };
        // SAFETY: ends the child without running what the parent registered.
        unsafe { libc::_exit(i32::from(parent <= 0)) };
    }
    let mut status = 0;
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    status == 0
}
