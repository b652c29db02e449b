//! What callers of the C surface get wrong.

use super::{Error, Kind, Printable};

impl Error {
    pub(crate) fn null(what: &str, name: &str) -> Self {
        Self::invalid(format!("{what}: {name} is NULL; a valid pointer is needed"))
    }

    pub(crate) fn array(what: &str, name: &str, length: usize) -> Self {
        Self::invalid(format!(
            "{what}: {name} with {length} elements is no array that memory can hold; check the \
             pointer's alignment and the length"
        ))
    }

    pub(crate) fn size(what: &str, size: usize, known: std::ops::RangeInclusive<usize>) -> Self {
        Self::invalid(format!(
            "{what}: a struct of {size} bytes is none that this version knows; set its size to \
             sizeof, {} to {} here, and clear what a newer header has behind that",
            known.start(),
            known.end()
        ))
    }

    pub(crate) fn not_given(what: &str, field: &str) -> Self {
        Self::invalid(format!(
            "{what}: {field} is set, but the bit in 'given' that says so is not; set both or neither"
        ))
    }

    pub(crate) fn digest(what: &str, problem: &str) -> Self {
        Self::invalid(format!("{what}: {problem}"))
    }

    pub(crate) fn utf8(what: &str, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        Self::invalid(format!(
            "{what}: '{}' is not UTF-8; names of system calls are plain ASCII",
            Printable(&text)
        ))
    }

    pub(crate) fn flags(what: &str, unknown: u32) -> Self {
        Self::invalid(format!(
            "{what}: flag bits {unknown:#x} are unknown to this version; leave them 0"
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
            "set: layout {value} is unknown; use NUCLEUS_LAYOUT_AUTO (0), _TREE (1) or _BITMAP (2)"
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

    pub(crate) fn log_in_callback() -> Self {
        Self::invalid(
            "set_log: called from the log callback, which would wait for itself; call it elsewhere"
                .to_owned(),
        )
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
}
