//! Shared libraries, opened as any C program would have them linked.

use std::ffi::{CStr, CString, c_int, c_void};
use std::mem::transmute_copy;

pub struct Library(*mut c_void);

impl Library {
    /// `None` where there is no such file.
    pub fn open(path: &str) -> Option<Self> {
        let path = CString::new(path).unwrap();
        // SAFETY: the path ends in a zero; both libraries' initialisers touch nothing of ours.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        (!handle.is_null()).then_some(Self(handle))
    }

    /// The function of that name.
    ///
    /// # Safety
    /// `F` is the type of a function pointer, with the signature that the library's header gives.
    pub unsafe fn function<F: Copy>(&self, name: &CStr) -> F {
        assert_eq!(size_of::<F>(), size_of::<*mut c_void>());
        // SAFETY: the handle is open for as long as the process lives, and the name ends in a zero.
        let found = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        assert!(!found.is_null(), "no function {name:?}");
        // SAFETY: of the size of a pointer, as was just asked; the caller promises the type.
        unsafe { transmute_copy(&found) }
    }
}

/// The version of libseccomp here.
pub fn version_of_libseccomp() -> Option<String> {
    let library = Library::open("libseccomp.so.2")?;
    // SAFETY: seccomp.h declares `const struct scmp_version *seccomp_version(void)`, three unsigned
    // numbers in a static.
    let version = unsafe {
        let version: extern "C" fn() -> *const [u32; 3] = library.function(c"seccomp_version");
        *version()
    };
    Some(version.map(|part| part.to_string()).join("."))
}

/// What a call in C that answers negative errnos or statuses came to.
pub fn done(what: &str, result: c_int) -> Result<(), String> {
    match result {
        0.. => Ok(()),
        error => Err(format!("{what} answers {error}")),
    }
}
