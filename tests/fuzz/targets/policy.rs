//! A policy of any kind: compiled, proven, run.

use super::held::held;
use crate::cases::{Random, random_policy_laid_out};

/// The bytes choose the policy.
pub fn run(bytes: &[u8]) {
    const MOST_RULES: usize = 60;
    held(&random_policy_laid_out(&mut Random::of_bytes(bytes), MOST_RULES));
}
