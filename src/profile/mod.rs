//! Other people's policy files, as policies.
//!
//! Pure functions from bytes to a [`Policy`](crate::policy::Policy) and to a report of what was
//! left out or made stricter. `json` reads the form and knows no format of policies; `oci` is one
//! such format. Files are read, and the machine is asked, in [`crate::kernel`].

mod json;
mod notes;
mod pin;

pub mod oci;

pub use pin::Pin;
