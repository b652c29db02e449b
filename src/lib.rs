//! A seccomp library: policies compiled to the fastest filter that the kernel can run, proven to
//! mean what they say, and loaded.
//!
//! C, Go and Zig use it through `include/nucleus_seccomp.h`; this is the Rust side of the same
//! parts, in the order in which a filter passes through them.
//!
//! ```
//! use nucleus_seccomp::{action::Action, compile, policy::Policy, prove};
//!
//! let mut policy = Policy::new(Action::errno(1));
//! for name in ["read", "write", "exit_group"] {
//!     policy.allow(name)?;
//! }
//! let program = compile::compile(&policy)?;
//! let proven = prove::prove(&policy, program)?;
//! // kernel::load(&proven, kernel::Options::default()) would now confine this thread.
//! # let _ = proven;
//! # Ok::<(), nucleus_seccomp::error::Error>(())
//! ```

pub mod error;
mod map;
mod order;

pub mod action;
pub mod arch;
pub mod call;
pub mod syscall;

pub mod policy;

pub mod profile;

pub mod compile;

pub mod bpf;

pub mod prove;

pub mod show;

pub mod kernel;

pub mod ffi;
