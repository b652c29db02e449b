//! The log: what the library reports besides errors.

use std::ffi::{CString, c_char, c_void};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, RwLock};

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
/// for the call. May be called from any thread that calls the library, never from
/// nucleus_filter_apply. Must not call the library.
#[allow(non_camel_case_types)]
pub type nucleus_log_callback =
    Option<unsafe extern "C" fn(payload: *mut c_void, level: u32, message: *const c_char)>;

/// Sends what the library reports, up to `level`, to `callback`; for the whole process, in place
/// of the callback before. A NULL callback or NUCLEUS_LOG_OFF ends it: once this has returned, the
/// old callback is not running and will not be called again.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for a level that does not exist; NUCLEUS_ERR_UNSUPPORTED
/// in a process where other Rust code set a tracing subscriber before. Since 0.1.
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
    level: LevelFilter,
}

// SAFETY: the caller of nucleus_set_log promises that callback and payload may be used from any
// thread.
unsafe impl Send for Sink {}
// SAFETY: as above.
unsafe impl Sync for Sink {}

static SINK: RwLock<Option<Sink>> = RwLock::new(None);

fn set(callback: nucleus_log_callback, payload: *mut c_void, level: u32) -> Result<()> {
    const LEVELS: [LevelFilter; 6] = [
        LevelFilter::OFF,
        LevelFilter::ERROR,
        LevelFilter::WARN,
        LevelFilter::INFO,
        LevelFilter::DEBUG,
        LevelFilter::TRACE,
    ];
    let filter = *LEVELS.get(level as usize).ok_or_else(|| Error::log_level(level))?;
    subscribe()?;
    let sink = callback.map(|callback| Sink { callback, payload, level: filter });
    *SINK.write().unwrap_or_else(std::sync::PoisonError::into_inner) = sink;
    tracing::callsite::rebuild_interest_cache();
    Ok(())
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
        ours && metadata.is_event() && *metadata.level() <= level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(level())
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let Ok(line) = CString::new(line.0) else { return };
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => NUCLEUS_LOG_ERROR,
            tracing::Level::WARN => NUCLEUS_LOG_WARN,
            tracing::Level::INFO => NUCLEUS_LOG_INFO,
            tracing::Level::DEBUG => NUCLEUS_LOG_DEBUG,
            tracing::Level::TRACE => NUCLEUS_LOG_TRACE,
        };
        // Held during the call, so that set_log can promise that the old callback is done.
        if let Some(sink) = &*SINK.read().unwrap_or_else(std::sync::PoisonError::into_inner) {
            // SAFETY: nucleus_set_log's caller promises that the callback may be called until it
            // is replaced, and the lock says that it is not; `line` outlives the call.
            unsafe { (sink.callback)(sink.payload, level, line.as_ptr()) };
        }
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

fn level() -> LevelFilter {
    let sink = SINK.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    sink.as_ref().map_or(LevelFilter::OFF, |sink| sink.level)
}

/// The message of an event, and what fields it has besides.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string can't fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
