//! The library.

use std::ffi::c_char;

/// The version of the library that is running, such as "0.1.0": compare with NUCLEUS_VERSION, the
/// version of this header. Static; never NULL. Since 0.1.
///
/// ```c
/// if (strcmp(nucleus_version(), NUCLEUS_VERSION) != 0)
///     warnx("made for %s, running with %s", NUCLEUS_VERSION, nucleus_version());
/// ```
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
