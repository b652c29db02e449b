//! What can go wrong, each kind with its one constructor.
//!
//! A message is a full sentence for whoever reads a log: what was asked for, with the value, what
//! is wrong with it, and what would be right.

use std::fmt::{Display, Write as _};

use crate::action::Action;
use crate::call::Call;

/// The result of everything in this library that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure, for code that decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A value out of its range, or a combination that makes no sense.
    InvalidArgument,
    /// A system call that no architecture has.
    UnknownSyscall,
    /// Something real that is not offered in this place.
    Unsupported,
    /// A program above the kernel's limit.
    TooLarge,
    /// The proof found an input on which program and policy differ, or ran out of its budget.
    Unproven,
}

/// A failure: its kind, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: Box<str>,
    witness: Option<Box<Call>>,
}

impl Error {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The call that shows it, when a proof failed because program and policy differ.
    #[must_use]
    pub fn witness(&self) -> Option<&Call> {
        self.witness.as_deref()
    }

    fn new(kind: Kind, message: String) -> Self {
        Self { kind, message: message.into(), witness: None }
    }

    fn invalid(message: String) -> Self {
        Self::new(Kind::InvalidArgument, message)
    }

    pub(crate) fn unknown_syscall(verb: &str, name: &str, nearest: Vec<&str>) -> Self {
        let mut message = if name.is_empty() {
            format!("{verb}: the name of the system call is empty; give one like 'read'")
        } else {
            format!("{verb}: no system call is named '{}'", Printable(name))
        };
        for (index, near) in nearest.iter().enumerate() {
            let joint = if index == 0 { "; did you mean" } else { " or" };
            let _ = write!(message, "{joint} '{near}'");
        }
        if !nearest.is_empty() {
            message.push('?');
        }
        Self::new(Kind::UnknownSyscall, message)
    }

    pub(crate) fn unknown_action(raw: u32) -> Self {
        Self::invalid(format!(
            "action {raw:#010x} is none of the kernel's; use a NUCLEUS_* action such as \
             NUCLEUS_ALLOW or NUCLEUS_ERRNO(EPERM)"
        ))
    }

    pub(crate) fn action_data(kind: &str, data: u16, most: u16) -> Self {
        Self::invalid(match most {
            0 => format!(
                "action {kind} carries no data, but {data} was given; the low 16 bits must be 0"
            ),
            _ => format!("action {kind} carries at most {most}, but {data} was given"),
        })
    }

    pub(crate) fn argument_index(call: &str, index: u32) -> Self {
        Self::invalid(format!(
            "rule for {call}: argument index {index} does not exist; a system call has arguments 0 to 5"
        ))
    }

    pub(crate) fn operator(call: &str, operator: u32) -> Self {
        Self::invalid(format!(
            "rule for {call}: comparison {operator} is unknown; use one of NUCLEUS_CMP_NE (1) to \
             NUCLEUS_CMP_MASKED_EQ (7)"
        ))
    }

    pub(crate) fn width(call: &str, width: u32) -> Self {
        Self::invalid(format!(
            "rule for {call}: an argument {width} bits wide cannot be compared; use 32 or 64 (0 means 64)"
        ))
    }

    pub(crate) fn too_wide(call: &str, what: &str, value: u64) -> Self {
        Self::invalid(format!(
            "rule for {call}: {what} {value:#x} needs more than the 32 bits that are compared; \
             use width 64 or a smaller {what}"
        ))
    }

    pub(crate) fn needless_mask(call: &str, mask: u64) -> Self {
        Self::invalid(format!(
            "rule for {call}: mask {mask:#x} is given with a comparison that has none; only \
             NUCLEUS_CMP_MASKED_EQ takes a mask, else it must be 0"
        ))
    }

    pub(crate) fn value_outside_mask(call: &str, value: u64, mask: u64) -> Self {
        Self::invalid(format!(
            "rule for {call}: value {value:#x} has bits outside the mask {mask:#x}, so the \
             condition could never hold; keep the value within the mask"
        ))
    }

    pub(crate) fn too_many_conditions(call: impl Display, count: usize, most: usize) -> Self {
        Self::invalid(format!(
            "rule for {call}: {count} conditions are too many for one rule, which takes {most}; \
             make several rules of them, or compare with ranges and masks"
        ))
    }

    pub(crate) fn other_modes(verb: &str) -> Self {
        Self::invalid(format!(
            "{verb}: the built-in policy was added with other flags before, and the looser of the \
             two would hold; use it once, with the flags that are meant"
        ))
    }

    pub(crate) fn built_in_arch(
        verb: &str,
        arch: impl Display,
        written_for: &[impl Display],
    ) -> Self {
        let names: Vec<String> = written_for.iter().map(ToString::to_string).collect();
        Self::new(
            Kind::Unsupported,
            format!(
                "{verb}: the built-in policy is not written for {arch}, where calls take \
                 their arguments otherwise, but for {}; cover those alone, or write rules for \
                 {arch} in a filter of its own and merge the two",
                names.join(", ")
            ),
        )
    }

    pub(crate) fn unknown_arch(constant: u32) -> Self {
        Self::invalid(format!(
            "architecture {constant:#010x} is none that this library knows; use one of NUCLEUS_ARCH_*"
        ))
    }

    pub(crate) fn number_of_another(verb: &str, arch: impl Display, number: u32) -> Self {
        Self::invalid(format!(
            "{verb}: number {number:#x} is not one of {arch}; bit 30 of a number is set on x32 \
             (NUCLEUS_ARCH_X32) and clear on x86_64 (NUCLEUS_ARCH_X86_64), which also has -1"
        ))
    }

    pub(crate) fn deny_runs(action: impl Display) -> Self {
        Self::invalid(format!(
            "set: the deny action {action} would not refuse the calls that are denied; use \
             NUCLEUS_KILL_PROCESS, NUCLEUS_ERRNO(EPERM) or another action that refuses"
        ))
    }

    pub(crate) fn linux_version(given: (u8, u8), first: (u8, u8), last: (u8, u8)) -> Self {
        let show = |(major, minor)| format!("{major}.{minor}");
        Self::invalid(format!(
            "newest: Linux {} is outside the versions that this library has tables for, {} to {}; \
             give the highest known number instead",
            show(given),
            show(first),
            show(last)
        ))
    }

    pub(crate) fn unknown_attribute(attribute: u32) -> Self {
        Self::invalid(format!("attribute {attribute} is unknown; use one of NUCLEUS_ATTR_*"))
    }

    pub(crate) fn default_is_fixed() -> Self {
        Self::invalid(
            "set: the default action is chosen when the filter is made, since rules rely on it; \
             start again with nucleus_filter_reset"
                .to_owned(),
        )
    }

    pub(crate) fn switch(attribute: &str, value: u32) -> Self {
        Self::invalid(format!("set: {attribute} is 0 or 1, but {value} was given"))
    }

    pub(crate) fn newest(value: u32) -> Self {
        Self::invalid(format!(
            "set: {value:#x} is neither a number of a call below 2^31 nor a version made with \
             NUCLEUS_LINUX"
        ))
    }

    pub(crate) fn layout(value: u32) -> Self {
        Self::invalid(format!(
            "set: layout {value} is unknown; use NUCLEUS_LAYOUT_AUTO (0) or NUCLEUS_LAYOUT_TREE (1)"
        ))
    }

    pub(crate) fn priority(value: u32) -> Self {
        Self::invalid(format!("set_priority: a priority is 0 to 255, but {value} was given"))
    }

    pub(crate) fn open_transaction(verb: &str) -> Self {
        Self::invalid(format!(
            "{verb}: a transaction is open; end it with nucleus_filter_commit or \
             nucleus_filter_rollback first"
        ))
    }

    pub(crate) fn no_transaction(verb: &str) -> Self {
        Self::invalid(format!("{verb}: no transaction is open; nucleus_filter_begin opens one"))
    }

    pub(crate) fn other_filter(verb: &str, why: &str) -> Self {
        Self::invalid(format!("{verb}: the other filter is not in order: {why}"))
    }

    pub(crate) fn different_attribute(
        verb: &str,
        (name, ours, theirs): (&str, String, String),
    ) -> Self {
        Self::invalid(format!(
            "{verb}: the {name} is {ours} here and {theirs} in the other filter; it has to be the same"
        ))
    }

    pub(crate) fn merge_of_intersection() -> Self {
        Self::new(
            Kind::Unsupported,
            "merge: one of the filters was intersected with another, and rules can't be united \
             across that; merge first and intersect then"
                .to_owned(),
        )
    }

    pub(crate) fn log_in_callback() -> Self {
        Self::invalid(
            "set_log: called from the log callback, which would wait for itself; call it elsewhere"
                .to_owned(),
        )
    }

    pub(crate) fn default_runs(default: impl Display) -> Self {
        Self::invalid(format!(
            "use_default: the filter's default action is {default}, which would let every call \
             run that the built-in policy means to refuse; make the filter with \
             NUCLEUS_KILL_PROCESS, NUCLEUS_ERRNO(EPERM) or another action that refuses"
        ))
    }

    pub(crate) fn flags(what: &str, unknown: u32) -> Self {
        Self::invalid(format!(
            "{what}: flag bits {unknown:#x} are unknown to this version; leave them 0"
        ))
    }

    pub(crate) fn null(what: &str, name: &str) -> Self {
        Self::invalid(format!("{what}: {name} is NULL; a valid pointer is needed"))
    }

    pub(crate) fn array(what: &str, name: &str, length: usize) -> Self {
        Self::invalid(format!(
            "{what}: {name} with {length} elements is no array that memory can hold; check the \
             pointer's alignment and the length"
        ))
    }

    pub(crate) fn utf8(what: &str, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        Self::invalid(format!(
            "{what}: '{}' is not UTF-8; names of system calls are plain ASCII",
            Printable(&text)
        ))
    }

    pub(crate) fn log_level(level: u32) -> Self {
        Self::invalid(format!(
            "set_log: level {level} is unknown; use NUCLEUS_LOG_OFF (0) to NUCLEUS_LOG_TRACE (5)"
        ))
    }

    pub(crate) fn log_taken() -> Self {
        Self::new(
            Kind::Unsupported,
            "set_log: this process has a tracing subscriber already, made by other Rust code; \
             read the library's events there"
                .to_owned(),
        )
    }

    pub(crate) fn not_opt_in(name: &str) -> Self {
        Self::new(
            Kind::Unsupported,
            format!(
                "allow_extra: '{name}' is not on the opt-in list; if the program must have it, \
                 allow it by name with nucleus_filter_allow"
            ),
        )
    }

    pub(crate) fn no_architecture() -> Self {
        Self::new(
            Kind::Unsupported,
            "compile: the policy covers no architecture, so it would refuse everything; add one \
             with nucleus_filter_add_arch (this library has no table of system calls for the \
             machine if none was removed)"
                .to_owned(),
        )
    }

    pub(crate) fn too_large(instructions: usize, limit: usize) -> Self {
        Self::new(
            Kind::TooLarge,
            format!(
                "program: it has {instructions} instructions and the kernel takes at most {limit}"
            ),
        )
    }

    pub(crate) fn policy_too_large(
        instructions: usize,
        limit: usize,
        costs: &[(usize, String)],
    ) -> Self {
        let costs: Vec<String> =
            costs.iter().map(|(count, call)| format!("{call} ({count})")).collect();
        let most = match costs.as_slice() {
            [] => "cover fewer architectures, or give neighbouring numbers the same verdict".into(),
            _ => format!(
                "most are for {}: drop rules, or compare fewer argument values there",
                costs.join(", ")
            ),
        };
        Self::new(
            Kind::TooLarge,
            format!(
                "compile: the program has {instructions} instructions and the kernel takes at \
                 most {limit}; {most}"
            ),
        )
    }

    pub(crate) fn no_instructions(length: usize) -> Self {
        Self::invalid(format!(
            "program: {length} bytes are no whole number of instructions, which take 8 each"
        ))
    }

    pub(crate) fn malformed(index: usize, problem: &str) -> Self {
        Self::invalid(format!("program: instruction {index}: {problem}"))
    }

    fn unproven(message: String) -> Self {
        Self::new(Kind::Unproven, message)
    }

    pub(crate) fn refuted(call: &Call, (policy, program): (u32, u32)) -> Self {
        let show = |raw| match Action::from_raw(raw) {
            Ok(action) => action.to_string(),
            Err(_) => format!("{raw:#010x}"),
        };
        let message = format!(
            "prove: for {call} the policy says {} and the program {}",
            show(policy),
            show(program)
        );
        Self { witness: Some(Box::new(*call)), ..Self::unproven(message) }
    }

    pub(crate) fn proof_budget(what: &str, most: usize) -> Self {
        Self::unproven(format!(
            "prove: the proof needs more than its budget of {most} {what}; the rules tangle too \
             many arguments with each other, so drop some of those with several conditions"
        ))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A caller's string in a message: cut where it gets long, control characters escaped, so that a
/// hostile name can neither flood a log nor write to the terminal that shows it.
struct Printable<'a>(&'a str);

impl std::fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const LONGEST: usize = 48;
        for letter in self.0.chars().take(LONGEST) {
            match letter {
                '\'' | '"' => f.write_char(letter)?,
                _ => write!(f, "{}", letter.escape_debug())?,
            }
        }
        if self.0.chars().nth(LONGEST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
