//! Writing to a descriptor that somebody else opened.

use super::errno::errno;

/// Writes all of `bytes` to `fd`.
///
/// # Errors
/// The errno of write(2); a part may have been written.
pub(crate) fn write(fd: i32, bytes: &[u8]) -> Result<(), i32> {
    let mut rest = bytes;
    while !rest.is_empty() {
        // SAFETY: `rest` is memory of that length, which write(2) only reads.
        let written = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(written) {
            // A regular descriptor never writes nothing; one that does would be asked for ever.
            Ok(0) => return Err(libc::EIO),
            Ok(written) => rest = &rest[written..],
            Err(_) if errno() == libc::EINTR => {}
            Err(_) => return Err(errno()),
        }
    }
    Ok(())
}
