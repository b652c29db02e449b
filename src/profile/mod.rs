//! Other people's policy files, as policies.
//!
//! Pure functions from bytes to a [`Policy`](crate::policy::Policy) and to a report of what was
//! left out or made stricter. `json` reads the form and knows no format of policies; `oci` and
//! `firecracker` are such formats, whose words stand in `tables`; what they share besides is to
//! `take` a file. Files are read, and the machine is asked, in [`crate::kernel`].

mod json;
mod notes;
mod pin;
mod tables;
mod take;

pub mod firecracker;
pub mod oci;

pub use pin::Pin;
pub use take::{LARGEST, Profile};
