//! Text being written. Formatting machinery for a few strings and numbers would be a tenth of what is
//! here; and so would be copies of these few functions wherever they are called.

use crate::prove::Range;

/// What begins a new line of a list, and behind how many characters one begins.
pub(super) type Wrapped = (&'static str, usize);

/// A list that is never broken.
pub(super) const ON_ONE_LINE: Wrapped = ("", usize::MAX);

/// Grows at its end; every method gives it back, so that a line of text is a line of calls.
#[derive(Debug, Default)]
pub(super) struct Text {
    written: String,
    /// Where the last line begins.
    line: usize,
}

impl Text {
    #[inline(never)]
    pub(super) fn put(&mut self, text: &str) -> &mut Self {
        self.written.push_str(text);
        if let Some(end) = text.bytes().rposition(|byte| byte == b'\n') {
            self.line = self.written.len() - (text.len() - end - 1);
        }
        self
    }

    #[inline(never)]
    pub(super) fn decimal(&mut self, number: usize) -> &mut Self {
        if number > 9 {
            self.decimal(number / 10);
        }
        self.digit(number % 10)
    }

    /// With `digits` at least.
    #[inline(never)]
    pub(super) fn hex(&mut self, number: u32, digits: u32) -> &mut Self {
        let needed = (u32::BITS - number.leading_zeros()).div_ceil(4);
        self.put("0x");
        for place in (0..needed.max(digits)).rev() {
            self.digit((number >> (4 * place) & 15) as usize);
        }
        self
    }

    #[inline(never)]
    pub(super) fn hex_byte(&mut self, byte: u8) -> &mut Self {
        self.digit(usize::from(byte >> 4)).digit(usize::from(byte & 15))
    }

    /// A value of an argument: in hexadecimal, where that makes a difference.
    #[inline(never)]
    pub(super) fn value(&mut self, number: u32) -> &mut Self {
        if number > 9 { self.hex(number, 1) } else { self.digit(number as usize) }
    }

    /// A number of a call: in decimal, as everybody has them, but for those that are made of bits.
    #[inline(never)]
    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        const MADE_OF_BITS: u32 = 1 << 20;
        match number {
            u32::MAX => self.put("-1"),
            MADE_OF_BITS.. => self.hex(number, 1),
            _ => self.decimal(number as usize),
        }
    }

    #[inline(never)]
    fn digit(&mut self, digit: usize) -> &mut Self {
        self.written.push(char::from(b"0123456789abcdef"[digit]));
        self
    }

    /// A range, its ends written by `one`.
    #[inline(never)]
    pub(super) fn range(
        &mut self,
        range: Range,
        one: fn(&mut Self, u32) -> &mut Self,
    ) -> &mut Self {
        one(self, range.first);
        if range.first < range.last {
            let two = range.last - range.first == 1;
            one(self.put(if two { ", " } else { " to " }), range.last);
        }
        self
    }

    /// Spaces up to a column, one at least.
    #[inline(never)]
    pub(super) fn column(&mut self, column: usize) -> &mut Self {
        self.put(" ");
        while self.written.len() - self.line < column {
            self.put(" ");
        }
        self
    }

    #[inline(never)]
    pub(super) fn indent(&mut self, levels: usize) -> &mut Self {
        for _ in 0..levels {
            self.put("    ");
        }
        self
    }

    /// Counts as if a line began here.
    pub(super) const fn fresh(&mut self) -> &mut Self {
        self.line = self.written.len();
        self
    }

    /// `count` items behind commas, on as many lines of `width` as they take, each but the first begun
    /// by `indent`.
    #[inline(never)]
    pub(super) fn list(
        &mut self,
        count: usize,
        (indent, width): Wrapped,
        one: &dyn Fn(&mut Self, usize),
    ) -> &mut Self {
        for index in 0..count {
            if index > 0 {
                self.put(",");
                if self.written.len() - self.line > width {
                    self.put(indent).fresh();
                } else {
                    self.put(" ");
                }
            }
            one(self, index);
        }
        self
    }

    pub(super) const fn len(&self) -> usize {
        self.written.len()
    }

    #[inline(never)]
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.written)
    }
}
