//! The only part that talks to the kernel.

#![expect(unsafe_code, reason = "system calls")]

mod errno;
mod features;
mod flags;
mod load;
mod read;
mod running;
mod words;
mod write;

pub(crate) use errno::set_errno;
pub use features::{Features, features};
pub use flags::Flags;
pub use load::{Loadable, Loaded, Options, Refusal, load};
pub(crate) use read::read;
pub(crate) use running::{kernel_version, permitted};
pub(crate) use write::write;
