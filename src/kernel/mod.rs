//! The only part that talks to the kernel.

#![expect(unsafe_code, reason = "system calls")]

mod load;
mod write;

pub(crate) use load::set_errno;
pub use load::{Loadable, Options, Refusal, load};
pub(crate) use write::write;
