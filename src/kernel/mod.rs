//! The only part that talks to the kernel.

#![expect(unsafe_code, reason = "system calls")]

mod load;
mod read;
mod running;
mod write;

pub(crate) use load::set_errno;
pub use load::{Loadable, Options, Refusal, load};
pub(crate) use read::read;
pub(crate) use running::{kernel_version, permitted};
pub(crate) use write::write;
