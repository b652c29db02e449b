//! A policy in the words that profiles have.

use super::Policy;
use crate::action::Action;
use crate::arch::Arches;

impl Policy {
    /// The architectures that it covers together with all that it was intersected with.
    pub(crate) fn common_arches(&self) -> Arches {
        let covered = |arch: &_| self.layers().all(|layer| layer.covers(*arch));
        self.arches().filter(covered).collect()
    }

    /// The same policy as far as the profiles of container engines can tell: calls of architectures
    /// that it does not cover as a whole get `bad_arch`.
    ///
    /// # Errors
    /// None of these: the layers are of one policy.
    pub(crate) fn restated(&self, bad_arch: Action) -> crate::error::Result<Self> {
        let arches = self.common_arches();
        let mut all: Option<Self> = None;
        for layer in self.layers() {
            let mut layer = layer.clone();
            layer.limits.clear();
            layer.arches = arches;
            layer.attributes.bad_arch = bad_arch;
            match &mut all {
                None => all = Some(layer),
                Some(all) => all.intersect(&layer)?,
            }
        }
        Ok(all.expect("a policy is a layer itself"))
    }
}
