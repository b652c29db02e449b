//! Text for a buffer of C's, as snprintf(3) has it. Nothing here allocates.

use std::ffi::c_char;
use std::fmt;

/// Text for a buffer of C, cut where that ends.
#[derive(Debug)]
pub(super) struct Text {
    buffer: *mut u8,
    room: usize,
    /// Of the whole.
    length: usize,
}

impl fmt::Write for Text {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let left = self.room.saturating_sub(1).saturating_sub(self.length);
        let count = piece.len().min(left);
        if count > 0 {
            // SAFETY: as many bytes are left in the caller's buffer, behind what is written.
            unsafe { self.buffer.add(self.length).copy_from(piece.as_ptr(), count) };
        }
        self.length += piece.len();
        Ok(())
    }
}

impl Text {
    /// A NULL buffer has no room.
    ///
    /// # Safety
    /// `buffer` is NULL or valid to write `size` bytes for as long as this is used.
    pub(super) unsafe fn new(buffer: *mut c_char, size: usize) -> Self {
        let room = if buffer.is_null() { 0 } else { size };
        Self { buffer: buffer.cast(), room, length: 0 }
    }

    /// Writes the 0 behind it; the length of the whole.
    pub(super) fn end(self) -> usize {
        if let Some(last) = self.room.checked_sub(1) {
            // SAFETY: the buffer has `room` bytes.
            unsafe { self.buffer.add(self.length.min(last)).write(0) };
        }
        self.length
    }
}
