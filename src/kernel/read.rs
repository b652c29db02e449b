//! Reading a file that somebody else may have put there.

use std::ffi::CStr;
use std::fmt;

use super::errno::errno;

/// Why a file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// open(2), fstat(2) or read(2) failed; the errno.
    Refused(i32),
    /// The last part of the path is a symbolic link, which somebody else may turn elsewhere.
    Link,
    /// A directory, a pipe, a socket or a device.
    NotRegular,
    /// So many bytes, and at most so many are read.
    TooLarge(u64, usize),
    /// It had so many bytes when it was opened, and others when it was read.
    Changed(u64),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Refused(errno) => {
                write!(f, "it can't be read: {}", std::io::Error::from_raw_os_error(errno))
            }
            Self::Link => {
                f.write_str("it is a symbolic link, which is not followed; give the file")
            }
            Self::NotRegular => f.write_str("it is no regular file"),
            Self::TooLarge(length, most) => {
                write!(f, "it has {length} bytes; a profile has at most {most}")
            }
            Self::Changed(length) => write!(
                f,
                "it had {length} bytes when it was opened, and not as many when it was read; it is \
                 being written, or no file that keeps its contents"
            ),
        }
    }
}

/// The whole of a regular file of at most `most` bytes, opened once.
///
/// Never waits: a pipe with nobody at the other end is opened without blocking, and then refused.
pub(crate) fn read(path: &CStr, most: usize) -> Result<Vec<u8>, Unread> {
    let flags = libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NOFOLLOW | libc::O_NONBLOCK;
    // SAFETY: open(2) reads the path, which ends with a 0.
    let fd = again(|| unsafe { libc::open(path.as_ptr(), flags | libc::O_NOCTTY) as isize });
    let file = match fd {
        // What O_NOFOLLOW says of a link.
        Err(libc::ELOOP) => return Err(Unread::Link),
        Err(errno) => return Err(Unread::Refused(errno)),
        #[expect(clippy::cast_possible_truncation, reason = "descriptors are ints")]
        Ok(fd) => Descriptor(fd as i32),
    };
    let length = file.length_of_regular()?;
    let too_large = Unread::TooLarge(length, most);
    let expected =
        usize::try_from(length).ok().filter(|length| *length <= most).ok_or(too_large)?;
    // One byte more than there should be, to see that there is none.
    let mut bytes = vec![0; expected + 1];
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    if filled == expected { Ok(bytes) } else { Err(Unread::Changed(length)) }
}

/// Closed when it is dropped.
struct Descriptor(i32);

impl Descriptor {
    fn length_of_regular(&self) -> Result<u64, Unread> {
        // SAFETY: a struct of integers, of which all zeros are a value.
        let mut found: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: fstat(2) fills the struct, which is ours.
        again(|| unsafe { libc::fstat(self.0, &raw mut found) as isize })
            .map_err(Unread::Refused)?;
        match found.st_mode & libc::S_IFMT {
            libc::S_IFREG => Ok(u64::try_from(found.st_size).unwrap_or(0)),
            _ => Err(Unread::NotRegular),
        }
    }

    fn read(&self, into: &mut [u8]) -> Result<usize, Unread> {
        // SAFETY: read(2) writes at most so many bytes, which are ours.
        let count = again(|| unsafe { libc::read(self.0, into.as_mut_ptr().cast(), into.len()) });
        count.map(isize::unsigned_abs).map_err(Unread::Refused)
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the descriptor is ours, and not used again.
        unsafe { libc::close(self.0) };
    }
}

/// The result of a system call that a signal may interrupt, or its errno.
fn again(mut call: impl FnMut() -> isize) -> Result<isize, i32> {
    loop {
        match call() {
            result @ 0.. => return Ok(result),
            _ if errno() == libc::EINTR => {}
            _ => return Err(errno()),
        }
    }
}
