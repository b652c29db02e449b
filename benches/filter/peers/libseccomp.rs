//! libseccomp, at either level of SCMP_FLTATR_CTL_OPTIMIZE: 1 compares number after number, 2 is a
//! tree over them.

use super::dynamic::{Library, done};
use super::{Work, as_program};
use crate::spec::Spec;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::policy::{Condition, Operator, Width};
use nucleus_seccomp::syscall::Syscall;
use std::collections::BTreeSet;
use std::ffi::{CString, c_char, c_int, c_void};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsRawFd as _, FromRawFd as _};

type Context = *mut c_void;

/// `struct scmp_arg_cmp`.
#[repr(C)]
struct Comparison {
    arg: u32,
    op: u32,
    a: u64,
    b: u64,
}

/// The functions of seccomp.h that are used here.
struct Functions {
    init: unsafe extern "C" fn(u32) -> Context,
    attr_set: unsafe extern "C" fn(Context, c_int, u32) -> c_int,
    arch_add: unsafe extern "C" fn(Context, u32) -> c_int,
    resolve_name: unsafe extern "C" fn(*const c_char) -> c_int,
    resolve_name_arch: unsafe extern "C" fn(u32, *const c_char) -> c_int,
    rule_add: unsafe extern "C" fn(Context, u32, c_int, u32, *const Comparison) -> c_int,
    export_bpf: unsafe extern "C" fn(Context, c_int) -> c_int,
    release: unsafe extern "C" fn(Context),
}

const ACT_BADARCH: c_int = 2;
const CTL_OPTIMIZE: c_int = 8;
const EXISTS: c_int = -libc::EEXIST;
const NR_ERROR: c_int = -1;
/// Below are the numbers of calls that the architecture has not; above, to -1, those that it also has
/// through socketcall or ipc.
const NOWHERE: c_int = -9999;

/// A call, and its rules.
type Rules = (CString, Vec<(Action, Vec<Comparison>)>);

pub struct Libseccomp {
    functions: Functions,
    level: u32,
    default: Action,
    arches: Vec<u32>,
    calls: Vec<Rules>,
    nowhere: File,
    left_out: String,
    unknown: Vec<(Arch, Syscall)>,
}

impl Libseccomp {
    pub fn new(spec: &Spec, level: u32) -> Option<Self> {
        let functions = Functions::load()?;
        let (mut calls, mut reduced, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for ruled in &spec.calls {
            let exclusive = ruled.exclusive();
            if exclusive.reduced {
                reduced.push(ruled.call.name());
            }
            let name = CString::new(ruled.call.name()).unwrap();
            let resolve = |arch: &Arch| {
                // SAFETY: the name ends in a zero.
                unsafe { (functions.resolve_name_arch)(arch.constant(), name.as_ptr()) }
            };
            let lacks = |arch: &&Arch| {
                ruled.call.number(**arch).is_some() && matches!(resolve(arch), NR_ERROR | ..NOWHERE)
            };
            unknown.extend(spec.arches.iter().filter(lacks).map(|arch| (*arch, ruled.call)));
            // SAFETY: the name ends in a zero.
            if unsafe { (functions.resolve_name)(name.as_ptr()) } == NR_ERROR {
                continue;
            }
            let of = |(action, conditions): &(Action, Vec<Condition>)| {
                (*action, conditions.iter().map(Comparison::of).collect())
            };
            calls.push((name, exclusive.rules.iter().map(of).collect()));
        }
        let mut left_out = Vec::new();
        if !unknown.is_empty() {
            let calls: BTreeSet<Syscall> = unknown.iter().map(|(_, call)| *call).collect();
            let count = calls.len();
            left_out.push(format!("without {count} newer calls, for which it has no numbers"));
        }
        if !reduced.is_empty() {
            left_out.push(format!(
                "with the default action, not an errno, for the other arguments of {}",
                reduced.join(", ")
            ));
        }
        if spec.unknown.is_some() {
            left_out.push("without ENOSYS for calls newer than the policy".to_owned());
        }
        Some(Self {
            functions,
            level,
            default: spec.default,
            arches: spec.arches.iter().map(|arch| arch.constant()).collect(),
            calls,
            nowhere: File::options().write(true).open("/dev/null").unwrap(),
            left_out: left_out.join("; "),
            unknown,
        })
    }

    /// All of it, with the program written to `fd`.
    fn make_into(&self, fd: c_int) -> Result<(), String> {
        // SAFETY: seccomp_init's only failure is for actions that it does not know.
        let context = unsafe { (self.functions.init)(self.default.to_raw()) };
        assert!(!context.is_null());
        // SAFETY: a live context used by one thread, which is released once.
        unsafe {
            let result = self.fill(context).and_then(|()| {
                done("seccomp_export_bpf", (self.functions.export_bpf)(context, fd))
            });
            (self.functions.release)(context);
            result
        }
    }

    /// # Safety
    /// `context` is live, and used by one thread.
    unsafe fn fill(&self, context: Context) -> Result<(), String> {
        let Functions { attr_set, arch_add, resolve_name, rule_add, .. } = self.functions;
        // SAFETY: the caller promises the context; names end in a zero, and arguments are as many as
        // are said.
        unsafe {
            done("attr_set", attr_set(context, CTL_OPTIMIZE, self.level))?;
            done("attr_set", attr_set(context, ACT_BADARCH, Action::KILL_PROCESS.to_raw()))?;
            for arch in &self.arches {
                match arch_add(context, *arch) {
                    EXISTS => {}
                    other => done("seccomp_arch_add", other)?,
                }
            }
            for (name, rules) in &self.calls {
                let number = resolve_name(name.as_ptr());
                for (action, args) in rules {
                    let count = u32::try_from(args.len()).unwrap();
                    let added = rule_add(context, action.to_raw(), number, count, args.as_ptr());
                    if added < 0 {
                        return Err(format!("seccomp_rule_add for {name:?} answers {added}"));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Work for Libseccomp {
    fn make(&self) -> Result<(), String> {
        self.make_into(self.nowhere.as_raw_fd())
    }

    fn program(&self) -> Result<Program, String> {
        // SAFETY: makes a file in memory, whose descriptor is nobody else's.
        let mut file = unsafe {
            let fd = libc::memfd_create(c"program".as_ptr(), 0);
            assert!(fd >= 0, "memfd_create");
            File::from_raw_fd(fd)
        };
        self.make_into(file.as_raw_fd())?;
        std::io::Seek::rewind(&mut file).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let (program, _) = Program::from_bytes(&bytes).map_err(|error| error.to_string())?;
        as_program("libseccomp", program.instructions().to_vec())
    }

    fn left_out(&self) -> Option<String> {
        (!self.left_out.is_empty()).then(|| self.left_out.clone())
    }

    fn unknown(&self) -> &[(Arch, Syscall)] {
        &self.unknown
    }
}

impl Functions {
    fn load() -> Option<Self> {
        // All of its actions, without asking the kernel, of which valgrind would make nothing.
        const ALL: u32 = 6;
        let library = Library::open("libseccomp.so.2")?;
        // SAFETY: the type is that of seccomp.h.
        let api_set: extern "C" fn(u32) -> c_int = unsafe { library.function(c"seccomp_api_set") };
        done("seccomp_api_set", api_set(ALL)).ok()?;
        // SAFETY: the types are those of seccomp.h.
        Some(unsafe {
            Self {
                init: library.function(c"seccomp_init"),
                attr_set: library.function(c"seccomp_attr_set"),
                arch_add: library.function(c"seccomp_arch_add"),
                resolve_name: library.function(c"seccomp_syscall_resolve_name"),
                resolve_name_arch: library.function(c"seccomp_syscall_resolve_name_arch"),
                rule_add: library.function(c"seccomp_rule_add_array"),
                export_bpf: library.function(c"seccomp_export_bpf"),
                release: library.function(c"seccomp_release"),
            }
        })
    }
}

/// The number of a comparison in seccomp.h, which is also ours.
pub fn operator(operator: Operator) -> u32 {
    match operator {
        Operator::Ne => 1,
        Operator::Lt => 2,
        Operator::Le => 3,
        Operator::Eq => 4,
        Operator::Ge => 5,
        Operator::Gt => 6,
        Operator::MaskedEq => 7,
    }
}

impl Comparison {
    fn of(condition: &Condition) -> Self {
        const LOW_HALF: u64 = 0xffff_ffff;
        let (value, mask) = (condition.value(), condition.mask());
        // It compares whole registers; the low half alone is a mask.
        let (op, a, b) = match (condition.operator(), condition.width()) {
            (Operator::Eq, Width::Bits32) => (Operator::MaskedEq, LOW_HALF, value),
            (Operator::MaskedEq, _) => (Operator::MaskedEq, mask, value),
            (_, Width::Bits32) => panic!("{condition}: libseccomp has no such comparison"),
            (op, Width::Bits64) => (op, value, 0),
        };
        Self { arg: condition.index().into(), op: operator(op), a, b }
    }
}
