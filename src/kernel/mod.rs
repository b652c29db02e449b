//! The only part that talks to the kernel.

#![expect(unsafe_code, reason = "system calls")]

mod load;

pub(crate) use load::set_errno;
pub use load::{Options, Refusal, load};
