//! The log: what the library reports besides errors.

use std::ffi::{CString, c_char, c_void};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread::ThreadId;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;

use super::boundary::guarded;
use super::status::{self, NUCLEUS_OK, nucleus_status};
use crate::error::{Error, Result};

/// Nothing is reported.
pub const NUCLEUS_LOG_OFF: u32 = 0;
/// Only what went wrong.
pub const NUCLEUS_LOG_ERROR: u32 = 1;
/// Also what was left out or is probably not meant so.
pub const NUCLEUS_LOG_WARN: u32 = 2;
/// Also what was done.
pub const NUCLEUS_LOG_INFO: u32 = 3;
/// Also how.
pub const NUCLEUS_LOG_DEBUG: u32 = 4;
/// Everything.
pub const NUCLEUS_LOG_TRACE: u32 = 5;

/// Gets a level (NUCLEUS_LOG_ERROR to NUCLEUS_LOG_TRACE) and a line without a line feed, valid
/// for the call. Runs in whatever thread calls the library, in one at a time, and never in
/// nucleus_filter_apply. It must return (no longjmp, no exception), and must not use the filter
/// that the thread is changing. What the library reports while it runs is dropped.
#[allow(non_camel_case_types)]
pub type nucleus_log_callback =
    Option<unsafe extern "C" fn(payload: *mut c_void, level: u32, message: *const c_char)>;

/// Sends what the library reports, up to `level`, to `callback`; for the whole process, in place
/// of the callback before. A NULL callback or NUCLEUS_LOG_OFF ends it: once this has returned, the
/// old callback is not running and will not be called again.
///
/// ```c
/// // void to_stderr(void *payload, uint32_t level, const char *message)
/// // {
/// //     fprintf(stderr, "%s: %s\n", (const char *)payload, message);
/// // }
/// nucleus_set_log(to_stderr, "seccomp", NUCLEUS_LOG_WARN);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for a level that does not exist, and when the callback
/// itself calls; NUCLEUS_ERR_UNSUPPORTED in a process where other Rust code set a tracing subscriber
/// before. Since 0.1.
///
/// # Safety
/// `callback` may be called from any thread with `payload` until it is replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_set_log(
    callback: nucleus_log_callback,
    payload: *mut c_void,
    level: u32,
) -> nucleus_status {
    let set = || match set(callback, payload, level) {
        Ok(()) => NUCLEUS_OK,
        Err(error) => status::of(&error),
    };
    guarded(set, || ())
}

struct Sink {
    callback: unsafe extern "C" fn(*mut c_void, u32, *const c_char),
    payload: *mut c_void,
}

// SAFETY: the caller of nucleus_set_log promises that callback and payload may be used from any
// thread.
unsafe impl Send for Sink {}

/// Where reports go. Locked while the callback runs, so that set_log can promise that the old one
/// is done.
static SINK: Mutex<Option<Sink>> = Mutex::new(None);

/// Up to which level; apart from the lock, because it is asked for on every report.
static LEVEL: AtomicU32 = AtomicU32::new(NUCLEUS_LOG_OFF);

/// The thread that runs the callback. One that calls the library from there must not wait for itself.
static CALLING: Mutex<Option<ThreadId>> = Mutex::new(None);

fn set(callback: nucleus_log_callback, payload: *mut c_void, level: u32) -> Result<()> {
    if level > NUCLEUS_LOG_TRACE {
        return Err(Error::log_level(level));
    }
    if is_calling() {
        return Err(Error::log_in_callback());
    }
    subscribe()?;
    let level = if callback.is_some() { level } else { NUCLEUS_LOG_OFF };
    let sink = callback.map(|callback| Sink { callback, payload });
    *lock(&SINK) = sink.filter(|_| level > NUCLEUS_LOG_OFF);
    LEVEL.store(level, Ordering::Relaxed);
    tracing::callsite::rebuild_interest_cache();
    Ok(())
}

fn is_calling() -> bool {
    *lock(&CALLING) == Some(std::thread::current().id())
}

/// What these locks guard is whole at all times, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Becomes the process's subscriber, once.
fn subscribe() -> Result<()> {
    static ONCE: Once = Once::new();
    static OURS: AtomicBool = AtomicBool::new(false);
    ONCE.call_once(|| {
        OURS.store(tracing::subscriber::set_global_default(Bridge).is_ok(), Ordering::Release);
    });
    if OURS.load(Ordering::Acquire) { Ok(()) } else { Err(Error::log_taken()) }
}

/// A tracing subscriber that hands events of this library to the callback.
struct Bridge;

impl tracing::Subscriber for Bridge {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with(env!("CARGO_CRATE_NAME"));
        ours && metadata.is_event() && number(*metadata.level()) <= LEVEL.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(FILTERS[LEVEL.load(Ordering::Relaxed) as usize])
    }

    fn event(&self, event: &tracing::Event<'_>) {
        if is_calling() {
            return;
        }
        let mut line = Line(String::new());
        event.record(&mut line);
        let Ok(line) = CString::new(line.0) else { return };
        let sink = lock(&SINK);
        let level = number(*event.metadata().level());
        let Some(Sink { callback, payload }) = &*sink else { return };
        if level > LEVEL.load(Ordering::Relaxed) {
            return;
        }
        *lock(&CALLING) = Some(std::thread::current().id());
        // SAFETY: nucleus_set_log's caller promises that the callback may be called until it is
        // replaced, and the lock says that it is not; `line` outlives the call.
        unsafe { callback(*payload, level, line.as_ptr()) };
        *lock(&CALLING) = None;
    }

    // The library opens no spans.
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The levels by their numbers in C.
const FILTERS: [LevelFilter; 6] = [
    LevelFilter::OFF,
    LevelFilter::ERROR,
    LevelFilter::WARN,
    LevelFilter::INFO,
    LevelFilter::DEBUG,
    LevelFilter::TRACE,
];

const fn number(level: tracing::Level) -> u32 {
    match level {
        tracing::Level::ERROR => NUCLEUS_LOG_ERROR,
        tracing::Level::WARN => NUCLEUS_LOG_WARN,
        tracing::Level::INFO => NUCLEUS_LOG_INFO,
        tracing::Level::DEBUG => NUCLEUS_LOG_DEBUG,
        tracing::Level::TRACE => NUCLEUS_LOG_TRACE,
    }
}

/// The message of an event, and what fields it has besides.
struct Line(String);

impl Visit for Line {
    // The library reports no fractions, and writing them takes as much code as a compiler pass.
    fn record_f64(&mut self, _: &Field, _: f64) {}

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string can't fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
