//! Profiles.
//!
//! Policies that people already have, in files: those of container runtimes, in the form of the OCI
//! runtime specification, with what Docker and Podman add to it.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::Arc;

use super::boundary::{array, known_flags};
use super::filter::{Filter, with};
use super::growable;
use super::status::nucleus_status;
use crate::arch::Arch;
use crate::error::{Error, Printable, Result};
use crate::kernel;
use crate::profile::oci::{self, Context, Listener, Mode};
use crate::profile::{LARGEST, Pin, Profile};

/// nucleus_filter_load_oci: what would be left out and reported (calls, capabilities and keys that
/// nobody knows) is an error. For profiles of one's own.
pub const NUCLEUS_OCI_STRICT: u32 = 1;
/// nucleus_filter_load_oci: the outcome is that of runc on libseccomp, also where that lets through
/// what the profile refuses. Without it the stricter reading holds, and the report says where.
pub const NUCLEUS_OCI_AS_RUNC: u32 = 2;

/// The most bytes of a profile, of whatever format. Published ones have up to 60,000.
pub const NUCLEUS_PROFILE_LARGEST: usize = 1 << 20;

const _: () = assert!(NUCLEUS_PROFILE_LARGEST == LARGEST);

/// nucleus_oci_context: `capabilities` is given.
pub const NUCLEUS_OCI_CAPABILITIES: u32 = 1;
/// nucleus_oci_context: `kernel_major` and `kernel_minor` are given.
pub const NUCLEUS_OCI_KERNEL: u32 = 2;
/// nucleus_oci_context: `arch` is given.
pub const NUCLEUS_OCI_ARCH: u32 = 4;

/// Whom a profile is read for: some of its rules hold only with certain capabilities, on certain
/// architectures or from some version of Linux on. What is not given is that of this process: its
/// permitted capabilities, the running kernel, the architecture of this library.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(non_camel_case_types)]
pub struct nucleus_oci_context {
    /// sizeof(nucleus_oci_context).
    pub size: usize,
    /// Which of the fields below are given: NUCLEUS_OCI_CAPABILITIES, _KERNEL, _ARCH. The others are 0.
    pub given: u32,
    /// The architecture, NUCLEUS_ARCH_*: always covered, whether or not the profile lists it.
    pub arch: u32,
    /// The capabilities that the process will have at most, such as those that a container is started
    /// with: bit n is the one of number n in linux/capability.h.
    pub capabilities: u64,
    /// The version of Linux: 6 of 6.1.
    pub kernel_major: u32,
    /// And 1 of 6.1.
    pub kernel_minor: u32,
}

/// What is kept of a profile.
#[derive(Debug)]
pub(super) struct Loaded {
    report: CString,
    listener_path: Option<CString>,
    listener_metadata: Option<CString>,
}

impl Loaded {
    pub(super) fn of(profile: Profile) -> Self {
        // No line has a 0 in it, and neither text may.
        let c = |text: String| CString::new(text).unwrap_or_default();
        Self {
            report: c(profile.report),
            listener_path: profile.listener_path.map(c),
            listener_metadata: profile.listener_metadata.map(c),
        }
    }
}

/// Says whom the profiles are for that are loaded into this filter from now on. Kept until it is said
/// anew, nucleus_filter_reset, or a nucleus_filter_rollback of the transaction.
///
/// ```c
/// // For a container with CAP_NET_BIND_SERVICE alone.
/// nucleus_oci_context context = { .size = sizeof context, .given = NUCLEUS_OCI_CAPABILITIES,
///                                 .capabilities = UINT64_C(1) << 10 };
/// nucleus_filter_set_oci_context(f, &context);
/// nucleus_filter_load_oci(f, "profile.json", NULL, 0);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL, a size that no version of the struct has, unknown
/// bits in `given`, a field that is set and not given, and what is no architecture. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `context` is NULL or points to as
/// many bytes as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_set_oci_context(
    filter: *mut Filter,
    context: *const nucleus_oci_context,
) -> nucleus_status {
    const FIRST: usize = size_of::<nucleus_oci_context>();
    let set = |filter: &mut Filter| {
        // SAFETY: the caller promises a size, and so many bytes.
        let context = unsafe { growable::read(context, FIRST) };
        let context = context.map_err(|misfit| misfit.error("set_oci_context", "context"))?;
        filter.oci_context = Some(checked(context)?);
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, set) }
}

/// What is given is as it should be, and nothing else is there.
fn checked(context: nucleus_oci_context) -> Result<nucleus_oci_context> {
    const VERB: &str = "set_oci_context";
    const ALL: u32 = NUCLEUS_OCI_CAPABILITIES | NUCLEUS_OCI_KERNEL | NUCLEUS_OCI_ARCH;
    let nucleus_oci_context { given, arch, capabilities, kernel_major, kernel_minor, .. } = context;
    known_flags(VERB, given, ALL)?;
    if given & NUCLEUS_OCI_ARCH != 0 {
        Arch::from_constant(arch)?;
    }
    for (flag, field, is_set) in [
        (NUCLEUS_OCI_ARCH, "arch", arch != 0),
        (NUCLEUS_OCI_CAPABILITIES, "capabilities", capabilities != 0),
        (NUCLEUS_OCI_KERNEL, "kernel_major or kernel_minor", (kernel_major | kernel_minor) != 0),
    ] {
        if is_set && given & flag == 0 {
            return Err(Error::not_given(VERB, field));
        }
    }
    Ok(context)
}

/// The context for a profile, with what nobody has given asked of the kernel.
fn context(given: Option<&nucleus_oci_context>) -> Result<Context> {
    let field = |flag| given.filter(|context| context.given & flag != 0);
    Ok(Context {
        capabilities: field(NUCLEUS_OCI_CAPABILITIES)
            .map_or_else(kernel::permitted, |context| context.capabilities),
        kernel: field(NUCLEUS_OCI_KERNEL).map_or_else(kernel::kernel_version, |context| {
            (context.kernel_major, context.kernel_minor)
        }),
        arch: match field(NUCLEUS_OCI_ARCH) {
            Some(context) => Some(Arch::from_constant(context.arch)?),
            None => Arch::native(),
        },
    })
}

/// Loads a profile of the OCI runtime specification from a file: the form that Docker, Podman and
/// Kubernetes take. The filter gets its default action (in place of that of nucleus_filter_new), its
/// architectures, rules and flags; allow and deny on top, or intersect with another. docs/oci.md says
/// what each word comes to.
///
/// `sha256_hex` is NULL, or the SHA-256 that the file must have: 64 hexadecimal digits of either case.
/// It is over the very bytes that are taken: the file is opened and read once. A symbolic link at the
/// end of the path is not followed, and only a regular file of at most NUCLEUS_PROFILE_LARGEST bytes is
/// read; nothing ever waits for a pipe.
///
/// `flags`: NUCLEUS_OCI_*. nucleus_filter_profile_report says what was left out or made stricter.
///
/// ```c
/// nucleus_filter_load_oci(f, "/etc/containers/seccomp.json", NULL, 0);
/// nucleus_filter_deny(f, "ptrace");
/// ```
///
/// Either the whole profile is taken, or the filter is as before and keeps an error that names the
/// place: `load_oci: profile.json: syscalls[3].args[0].op: unknown operator "SCMP_CMP_FOO"; one of ...`.
///
/// Errors: NUCLEUS_ERR_FILE when the file can't be read, or is none of the above;
/// NUCLEUS_ERR_PROFILE for another SHA-256, for what is no JSON, and for what is no profile;
/// NUCLEUS_ERR_INVALID_ARGUMENT for NULL, unknown flags, a SHA-256 that is none, and when the filter
/// has rules, denials or other architectures already. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `path` is NULL or a C string;
/// `sha256_hex` too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_load_oci(
    filter: *mut Filter,
    path: *const c_char,
    sha256_hex: *const c_char,
    flags: u32,
) -> nucleus_status {
    const VERB: &str = "load_oci";
    let load = |filter: &mut Filter| {
        filter.compiled = None;
        let mode = mode(VERB, flags)?;
        // SAFETY: the caller promises C strings.
        let file = unsafe { File::read(VERB, path, sha256_hex)? };
        take(filter, &file.source, &file.bytes, file.pin.as_ref(), mode)
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, load) }
}

/// Takes a profile from memory: `length` bytes of JSON, else as nucleus_filter_load_oci.
///
/// ```c
/// const char json[] = "{ \"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": ["
///                     "{ \"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\" } ] }";
/// nucleus_filter_parse_oci(f, json, sizeof json - 1, NUCLEUS_OCI_STRICT);
/// ```
///
/// Errors: NUCLEUS_ERR_FILE for more than NUCLEUS_PROFILE_LARGEST bytes; else as nucleus_filter_load_oci.
/// Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `json` is NULL or points to
/// `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_parse_oci(
    filter: *mut Filter,
    json: *const c_char,
    length: usize,
    flags: u32,
) -> nucleus_status {
    const VERB: &str = "parse_oci";
    let parse = |filter: &mut Filter| {
        filter.compiled = None;
        let mode = mode(VERB, flags)?;
        // SAFETY: the caller promises `length` bytes.
        let bytes = unsafe { memory(VERB, json, length)? };
        take(filter, VERB, bytes, None, mode)
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, parse) }
}

fn take(
    filter: &mut Filter,
    source: &str,
    bytes: &[u8],
    pin: Option<&Pin>,
    mode: Mode,
) -> Result<()> {
    let context = context(filter.oci_context.as_ref())?;
    let profile = oci::set(&mut filter.policy, source, bytes, pin, &context, mode)?;
    filter.profile = Some(Arc::new(Loaded::of(profile)));
    Ok(())
}

fn mode(verb: &str, flags: u32) -> Result<Mode> {
    known_flags(verb, flags, NUCLEUS_OCI_STRICT | NUCLEUS_OCI_AS_RUNC)?;
    Ok(Mode { strict: flags & NUCLEUS_OCI_STRICT != 0, as_runc: flags & NUCLEUS_OCI_AS_RUNC != 0 })
}

/// A file with a profile.
pub(super) struct File {
    /// What is being done with it, for errors.
    pub(super) source: String,
    pub(super) bytes: Vec<u8>,
    pub(super) pin: Option<Pin>,
}

impl File {
    /// # Safety
    /// `path` and `sha256_hex` are NULL or C strings.
    pub(super) unsafe fn read(
        verb: &str,
        path: *const c_char,
        sha256_hex: *const c_char,
    ) -> Result<Self> {
        if path.is_null() {
            return Err(Error::null(verb, "path"));
        }
        // SAFETY: not NULL, and the caller promises a C string.
        let path = unsafe { CStr::from_ptr(path) };
        let pin = match sha256_hex.is_null() {
            true => None,
            // SAFETY: not NULL, and the caller promises a C string.
            false => Some(pin(verb, unsafe { CStr::from_ptr(sha256_hex) })?),
        };
        let source = named(verb, path);
        let bytes = kernel::read(path, LARGEST).map_err(|why| Error::file(&source, why))?;
        Ok(Self { source, bytes, pin })
    }
}

/// A profile in memory.
///
/// # Safety
/// `json` is NULL or points to `length` bytes, valid and unchanged for as long as the result is used.
pub(super) unsafe fn memory<'a>(
    verb: &str,
    json: *const c_char,
    length: usize,
) -> Result<&'a [u8]> {
    if json.is_null() {
        return Err(Error::null(verb, "json"));
    }
    // SAFETY: the caller promises `length` bytes.
    unsafe { array(verb, "json", json.cast::<u8>(), length) }
}

fn pin(verb: &str, hex: &CStr) -> Result<Pin> {
    Pin::from_hex(hex.to_bytes()).map_err(|what| Error::digest(verb, &what))
}

/// What is being done with the file of that path, which is long more often than its last part.
fn named(verb: &str, path: &CStr) -> String {
    let path = path.to_bytes();
    let start = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    format!("{verb}: {}", Printable(&String::from_utf8_lossy(&path[start..])))
}

/// What the profile of a filter has that was left out, made stricter, or is without effect, a line
/// each; empty when there is nothing to say. NULL if no profile was loaded. It lives until another one
/// is, or nucleus_filter_reset, nucleus_filter_rollback or nucleus_filter_free. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_profile_report(filter: *const Filter) -> *const c_char {
    // SAFETY: the caller promises a filter.
    unsafe { loaded(filter, |profile| Some(&profile.report)) }
}

/// The `listenerPath` of a filter's profile: the socket whose owner shall get the listener's descriptor.
/// NULL if there is none. Lives as nucleus_filter_profile_report. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_listener_path(filter: *const Filter) -> *const c_char {
    // SAFETY: the caller promises a filter.
    unsafe { loaded(filter, |profile| profile.listener_path.as_ref()) }
}

/// The `listenerMetadata` of a filter's profile: what its owner shall be told with the descriptor. NULL
/// if there is none. Lives as nucleus_filter_profile_report. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_listener_metadata(filter: *const Filter) -> *const c_char {
    // SAFETY: the caller promises a filter.
    unsafe { loaded(filter, |profile| profile.listener_metadata.as_ref()) }
}

/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
unsafe fn loaded(filter: *const Filter, text: fn(&Loaded) -> Option<&CString>) -> *const c_char {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { filter.as_ref() } {
        Some(Filter { poisoned: false, profile: Some(profile), .. }) => {
            text(profile).map_or(ptr::null(), |text| text.as_ptr())
        }
        _ => ptr::null(),
    }
}

/// Whom the listener of a loaded profile is for.
pub(super) fn listener(loaded: &Loaded) -> Listener<'_> {
    fn text(kept: Option<&CString>) -> Option<&str> {
        kept.and_then(|text| text.to_str().ok())
    }
    let Loaded { listener_path, listener_metadata, .. } = loaded;
    Listener { path: text(listener_path.as_ref()), metadata: text(listener_metadata.as_ref()) }
}
