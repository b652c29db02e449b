//! `includes` and `excludes`: which rules hold for whom.

use super::context::Context;
use super::names::{capability, docker_arch};
use crate::arch::Arches;
use crate::error::Printable;
use crate::profile::json::{Place, Problem, Read, Value, text, words};

/// What has to be so for a rule to hold, and what must not.
#[derive(Debug, Default)]
pub(super) struct Selection {
    includes: Filter,
    excludes: Filter,
}

/// A set of conditions on the context. What is not listed says nothing.
#[derive(Debug, Default)]
struct Filter {
    arches: Option<Arches>,
    caps: Option<Caps>,
    min_kernel: Option<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Caps {
    known: u64,
    /// One is listed that nobody can have.
    unknown: bool,
}

impl Selection {
    pub(super) fn of(
        includes: Option<&Value<'_>>,
        excludes: Option<&Value<'_>>,
        place: &Place<'_>,
        read: &mut Read<'_>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            includes: Filter::of(includes, &place.key("includes"), read)?,
            excludes: Filter::of(excludes, &place.key("excludes"), read)?,
        })
    }

    /// As Docker does (moby/profiles, seccomp/seccomp_linux.go): out on any match of what excludes;
    /// in on a match of each that includes, of the capabilities all.
    pub(super) fn holds(&self, context: &Context) -> bool {
        let is_among = |arches: Arches| context.arch.is_some_and(|arch| arches.contains(arch));
        let has_kernel = |least| context.kernel >= least;
        let Filter { arches, caps, min_kernel } = self.excludes;
        let out = arches.is_some_and(is_among)
            || caps.is_some_and(|caps| caps.known & context.capabilities != 0)
            || min_kernel.is_some_and(has_kernel);
        let has_all = |caps: Caps| caps.known & !context.capabilities == 0 && !caps.unknown;
        let Filter { arches, caps, min_kernel } = self.includes;
        let within = arches.is_none_or(is_among)
            && caps.is_none_or(has_all)
            && min_kernel.is_none_or(has_kernel);
        within && !out
    }
}

impl Filter {
    fn of(
        value: Option<&Value<'_>>,
        place: &Place<'_>,
        read: &mut Read<'_>,
    ) -> Result<Self, Problem> {
        let Some(value) = value else { return Ok(Self::default()) };
        let [arches, caps, min_kernel] =
            read.fields(value, place, &["arches", "caps", "minKernel"])?;
        let mut filter = Self::default();
        words(arches, &place.key("arches"), &mut |word, place| {
            let arches = filter.arches.get_or_insert_default();
            match docker_arch(word) {
                Some(arch) => arches.insert(arch),
                None => read.notes.skipped(place, &unknown("architecture", word, "amd64"))?,
            }
            Ok(())
        })?;
        words(caps, &place.key("caps"), &mut |word, place| {
            let caps = filter.caps.get_or_insert_default();
            match capability(word) {
                Some(number) => caps.known |= 1 << number,
                None => {
                    caps.unknown = true;
                    read.notes.skipped(place, &unknown("capability", word, "CAP_SYS_ADMIN"))?;
                }
            }
            Ok(())
        })?;
        let place = place.key("minKernel");
        if let Some(word) = text(min_kernel, &place)? {
            filter.min_kernel = Some(version(word).ok_or_else(|| {
                let what = format!("\"{}\" is no version like \"4.8\"", Printable(word));
                Problem::at(&place, &what)
            })?);
        }
        Ok(filter)
    }
}

fn unknown(what: &str, word: &str, example: &str) -> String {
    format!(
        "no {what} is named \"{}\" (they are like \"{example}\"): it matches nothing",
        Printable(word)
    )
}

/// A version like 4.8, or 4.8.0, of which the third number says nothing.
fn version(word: &str) -> Option<(u32, u32)> {
    let mut numbers = [0u32; 3];
    let mut parts = 0;
    for part in word.split('.') {
        *numbers.get_mut(parts)? = part.parse().ok()?;
        parts += 1;
    }
    (parts >= 2).then_some((numbers[0], numbers[1]))
}
