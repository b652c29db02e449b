//! The one file that is meant.

use sha2::{Digest, Sha256};

/// A SHA-256 that the bytes of a profile must have.
#[derive(Clone, Copy, Debug)]
pub struct Pin([u8; 32]);

impl Pin {
    /// Of 64 hexadecimal digits, in either case.
    ///
    /// # Errors
    /// What else was given, in words.
    pub fn from_hex(text: &[u8]) -> Result<Self, String> {
        let mut sum = [0; 32];
        if text.len() != 2 * sum.len() {
            return Err(format!(
                "the SHA-256 has {} characters; 64 hexadecimal digits are needed",
                text.len()
            ));
        }
        for (byte, pair) in sum.iter_mut().zip(text.chunks_exact(2)) {
            let [Some(high), Some(low)] = [pair[0], pair[1]].map(digit) else {
                return Err("the SHA-256 has a character that is no hexadecimal digit".to_owned());
            };
            *byte = high << 4 | low;
        }
        Ok(Self(sum))
    }

    /// Whether `bytes` are those that are meant. Which of the sums' bytes differ makes no
    /// difference to the time.
    #[must_use]
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let found: [u8; 32] = Sha256::digest(bytes).into();
        let differences = self.0.iter().zip(found).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(differences) == 0
    }
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of no bytes, from FIPS 180-4's examples.
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn sums_as_people_write_them() {
        let upper = EMPTY.to_uppercase();
        let changed = format!("{}4", &EMPTY[..63]);
        let cases: [(&str, Result<bool, &str>); 8] = [
            (EMPTY, Ok(true)),
            (&upper, Ok(true)),
            (&changed, Ok(false)),
            ("", Err("has 0 characters")),
            (&EMPTY[1..], Err("has 63 characters")),
            (&format!("{EMPTY}0"), Err("has 65 characters")),
            (&format!("{}g", &EMPTY[1..]), Err("no hexadecimal digit")),
            (&format!("0x{}", &EMPTY[2..]), Err("no hexadecimal digit")),
        ];
        for (text, expected) in cases {
            match (Pin::from_hex(text.as_bytes()), expected) {
                (Ok(pin), Ok(holds)) => assert_eq!(pin.holds(b""), holds, "{text}"),
                (Err(said), Err(says)) => assert!(said.contains(says), "{text}: {said}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
