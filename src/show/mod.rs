//! Programs and filters for eyes, and for tools that read text.

mod statistics;

pub use statistics::statistics;
