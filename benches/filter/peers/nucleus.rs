//! The library itself: through the C surface, as staged by `make stage`, and from Rust where the proof
//! has to be left out.

use super::dynamic::{Library, done};
use super::{OURS, Work, as_program};
use crate::policies::CONTAINER;
use crate::spec::Spec;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Condition, Layout};
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null_mut;

const STAGED: &str = "target/stage/lib/libnucleus_seccomp.so.0";

type Filter = *mut c_void;
type Name = *const c_char;

/// `nucleus_arg`.
#[repr(C)]
struct Arg {
    index: u32,
    op: u32,
    width: u32,
    value: u64,
    mask: u64,
}

/// The functions of include/nucleus_seccomp.h that are used here.
struct Functions {
    new: unsafe extern "C" fn(u32, *mut Filter) -> c_int,
    set: unsafe extern "C" fn(Filter, u32, u32) -> c_int,
    add_arch: unsafe extern "C" fn(Filter, u32) -> c_int,
    use_default: unsafe extern "C" fn(Filter, u32) -> c_int,
    allow: unsafe extern "C" fn(Filter, Name) -> c_int,
    add_rule: unsafe extern "C" fn(Filter, u32, Name, *const Arg, usize) -> c_int,
    compile: unsafe extern "C" fn(Filter) -> c_int,
    program: unsafe extern "C" fn(Filter) -> *const c_void,
    count: unsafe extern "C" fn(*const c_void) -> usize,
    instructions: unsafe extern "C" fn(*const c_void) -> *const Instruction,
    free: unsafe extern "C" fn(Filter),
}

const ATTR_UNKNOWN: u32 = 4;
const ATTR_LAYOUT: u32 = 6;
const LAYOUT_BITMAP: u32 = 2;

impl Functions {
    fn load() -> Option<Self> {
        let library = Library::open(STAGED)?;
        // SAFETY: the types are those of the header.
        Some(unsafe {
            Self {
                new: library.function(c"nucleus_filter_new"),
                set: library.function(c"nucleus_filter_set"),
                add_arch: library.function(c"nucleus_filter_add_arch"),
                use_default: library.function(c"nucleus_filter_use_default"),
                allow: library.function(c"nucleus_filter_allow"),
                add_rule: library.function(c"nucleus_filter_add_rule"),
                compile: library.function(c"nucleus_filter_compile"),
                program: library.function(c"nucleus_filter_program"),
                count: library.function(c"nucleus_program_count"),
                instructions: library.function(c"nucleus_program_instructions"),
                free: library.function(c"nucleus_filter_free"),
            }
        })
    }

    /// Makes a filter, fills and compiles it, lets `see` look at its program, frees it.
    fn made<T>(
        &self,
        default: Action,
        fill: impl FnOnce(Filter) -> Result<(), String>,
        see: impl FnOnce(*const c_void) -> T,
    ) -> Result<T, String> {
        let mut filter = null_mut();
        // SAFETY: a live place for the handle, which is freed below and used by one thread; the
        // program is borrowed from the filter before that.
        unsafe {
            done("new", (self.new)(default.to_raw(), &raw mut filter))?;
            let result = fill(filter)
                .and_then(|()| done("compile", (self.compile)(filter)))
                .map(|()| see((self.program)(filter)));
            (self.free)(filter);
            result
        }
    }

    fn copy(&self, program: *const c_void) -> Vec<Instruction> {
        // SAFETY: a live program, whose instructions are as many as it says.
        unsafe {
            let count = (self.count)(program);
            std::slice::from_raw_parts((self.instructions)(program), count).to_vec()
        }
    }
}

/// A rule as the C surface takes it.
struct Rule {
    name: CString,
    action: Action,
    args: Vec<Arg>,
}

/// Rule by rule, by names.
pub struct ByName {
    functions: Functions,
    default: Action,
    unknown: Option<Action>,
    layout: Layout,
    arches: Vec<u32>,
    rules: Vec<Rule>,
}

impl ByName {
    pub fn new(spec: &Spec, layout: Layout) -> Option<Self> {
        let mut rules = Vec::new();
        for ruled in &spec.calls {
            let whole = ruled.otherwise.map(|action| (action, vec![]));
            for (action, conditions) in whole.iter().chain(&ruled.cases) {
                let name = CString::new(ruled.call.name()).unwrap();
                let args = conditions.iter().map(Arg::of).collect();
                rules.push(Rule { name, action: *action, args });
            }
        }
        Some(Self {
            functions: Functions::load()?,
            default: spec.default,
            unknown: spec.unknown,
            layout,
            arches: spec.arches.iter().map(|arch| arch.constant()).collect(),
            rules,
        })
    }

    fn fill(&self, filter: Filter) -> Result<(), String> {
        let Functions { set, add_arch, allow, add_rule, .. } = self.functions;
        // SAFETY: a live filter used by one thread, names that end in a zero, and as many arguments as
        // are said.
        unsafe {
            for arch in &self.arches {
                done("add_arch", add_arch(filter, *arch))?;
            }
            if let Some(unknown) = self.unknown {
                done("set", set(filter, ATTR_UNKNOWN, unknown.to_raw()))?;
            }
            if self.layout == Layout::Bitmap {
                done("set", set(filter, ATTR_LAYOUT, LAYOUT_BITMAP))?;
            }
            for Rule { name, action, args } in &self.rules {
                let name = name.as_ptr();
                let result = match (*action, args.len()) {
                    (Action::ALLOW, 0) => allow(filter, name),
                    (action, n) => add_rule(filter, action.to_raw(), name, args.as_ptr(), n),
                };
                done("a rule", result)?;
            }
        }
        Ok(())
    }
}

impl Work for ByName {
    fn make(&self) -> Result<(), String> {
        self.functions.made(self.default, |filter| self.fill(filter), |_| ())
    }

    fn program(&self) -> Result<Program, String> {
        let copy = |program| self.functions.copy(program);
        as_program(OURS, self.functions.made(self.default, |filter| self.fill(filter), copy)?)
    }
}

impl Arg {
    fn of(condition: &Condition) -> Self {
        let width = match condition.width() {
            nucleus_seccomp::policy::Width::Bits32 => 32,
            nucleus_seccomp::policy::Width::Bits64 => 64,
        };
        Self {
            index: condition.index().into(),
            op: super::libseccomp::operator(condition.operator()),
            width,
            value: condition.value(),
            mask: condition.mask(),
        }
    }
}

/// The built-in policy by nucleus_filter_use_default.
pub struct OneCall(Functions);

impl OneCall {
    pub fn new() -> Option<Self> {
        Functions::load().map(Self)
    }

    fn fill(&self, filter: Filter) -> Result<(), String> {
        // SAFETY: a live filter used by one thread.
        done("use_default", unsafe { (self.0.use_default)(filter, 0) })
    }
}

impl Work for OneCall {
    fn make(&self) -> Result<(), String> {
        self.0.made(Action::KILL_PROCESS, |filter| self.fill(filter), |_| ())
    }

    fn program(&self) -> Result<Program, String> {
        let copy = |program| self.0.copy(program);
        as_program(OURS, self.0.made(Action::KILL_PROCESS, |filter| self.fill(filter), copy)?)
    }
}

/// The container profile from its JSON, by nucleus_filter_parse_oci.
pub struct FromJson {
    functions: Functions,
    parse: unsafe extern "C" fn(Filter, *const c_char, usize, u32) -> c_int,
}

impl FromJson {
    pub fn new() -> Option<Self> {
        // SAFETY: the type is that of the header.
        let parse = unsafe { Library::open(STAGED)?.function(c"nucleus_filter_parse_oci") };
        Some(Self { functions: Functions::load()?, parse })
    }

    fn fill(&self, filter: Filter) -> Result<(), String> {
        let json = CONTAINER.as_bytes();
        // SAFETY: a live filter used by one thread, and as many bytes as are said.
        let status = unsafe { (self.parse)(filter, json.as_ptr().cast(), json.len(), 0) };
        done("parse_oci", status)
    }
}

impl Work for FromJson {
    fn make(&self) -> Result<(), String> {
        self.functions.made(Action::errno(1), |filter| self.fill(filter), |_| ())
    }

    fn program(&self) -> Result<Program, String> {
        let copy = |program| self.functions.copy(program);
        let made = self.functions.made(Action::errno(1), |filter| self.fill(filter), copy);
        as_program(OURS, made?)
    }
}

/// From Rust, policy and compiler alone.
pub struct Unproven(Spec);

impl Unproven {
    pub fn new(spec: &Spec) -> Self {
        Self(spec.clone())
    }
}

impl Work for Unproven {
    fn make(&self) -> Result<(), String> {
        self.program().map(drop)
    }

    fn program(&self) -> Result<Program, String> {
        compile(&self.0.policy()).map_err(|error| error.to_string())
    }
}
