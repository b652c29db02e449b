//! What the project wants to be, beside what it is.

use crate::attach::ATTACH;
use crate::calling::{Class, NO_FILTER, TIMED, figure};
use crate::making::MAKE;
use crate::memory::{ALLOCATIONS, SHARED};
use crate::peers::{
    BEST, CLASSIC, FROM_JSON, LEVEL_2, OUR_BITMAP, OURS, PROGRAMS, SECCOMPILER, UNPROVEN,
};
use crate::results::Run;
use crate::steps::{ALL, CHECKED, LONGER, REFUSED};
use crate::tables::{GROWING, growth_powers, startup_of};

/// A figure that should be at most, or at least, something.
pub struct Target {
    pub what: String,
    pub value: f64,
    pub bound: Bound,
}

#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

use Bound::{AtLeast, AtMost};

impl Target {
    pub fn met(&self) -> bool {
        match self.bound {
            AtMost(bound) => self.value <= bound,
            AtLeast(bound) => self.value >= bound,
        }
    }

    pub fn cells(&self) -> [String; 4] {
        let number = |value: f64| match value {
            50.0.. => format!("{value:.0}"),
            _ => format!("{value:.2}"),
        };
        let bound = match self.bound {
            AtMost(bound) => format!("at most {bound}"),
            AtLeast(bound) => format!("at least {bound}"),
        };
        let met = if self.met() { "met" } else { "NOT MET" };
        [self.what.clone(), number(self.value), bound, met.to_owned()]
    }
}

pub fn all(run: &Run) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |what: String, value: Option<f64>, bound| {
        targets.extend(value.map(|value| Target { what, value, bound }));
    };
    for timed in TIMED {
        let (figure, policy) = (figure(timed.name, 1), timed.policy);
        let floor = timed.class.floor();
        let what = |what: &str| format!("{policy}, {}: {what} {floor}'s", timed.name);
        match timed.class {
            Class::Cached => {
                add(
                    what("cost of a call to"),
                    run.ratio(&figure, policy, OURS, floor),
                    AtMost(1.03),
                );
            }
            Class::Checked => {
                let none = run.get(&figure, policy, NO_FILTER);
                let extra = |subject| Some(run.get(&figure, policy, subject)? - none?);
                let ratio = extra(OURS).and_then(|ours| Some(ours / extra(floor)?));
                add(what("extra cost of a call to"), ratio, AtMost(1.10));
            }
            Class::Refused => {
                add(
                    what("cost of a call to"),
                    run.ratio(&figure, policy, OURS, floor),
                    AtMost(1.10),
                );
            }
        }
    }
    for policy in ["built-in", "container", "100 values", "1000 values", "1000 ints"] {
        for kind in [CHECKED, REFUSED, ALL] {
            let longer = run.get(&format!("{LONGER}: {kind}"), policy, OURS);
            add(format!("{policy}, {kind}: calls longer than libseccomp 2's"), longer, AtMost(0.0));
            let mean = |subject| run.ratio(&format!("{kind}, mean"), policy, subject, LEVEL_2);
            let best = mean(BEST).map(|best| format!(" (of the best tree {best:.2})"));
            let what =
                format!("{policy}, {kind}: mean to libseccomp 2's{}", best.unwrap_or_default());
            add(what, mean(OURS), AtMost(0.5));
        }
    }
    for policy in ["built-in", "container", "100 values", "1000 values", "1000 ints"] {
        let size = run.ratio("size", policy, OURS, LEVEL_2);
        add(format!("{policy}: size to libseccomp 2's"), size, AtMost(0.5));
    }
    let faster = |policy: &str, than: &str, ours: &str| run.ratio(MAKE, policy, than, ours);
    for (policy, bound) in
        [("built-in", 40.0), ("container", 100.0), ("1000 values", 100.0), ("1000 ints", 100.0)]
    {
        let times = |ours| faster(policy, LEVEL_2, ours);
        add(
            format!("{policy}: made faster than libseccomp 2's, without proof"),
            times(UNPROVEN),
            AtLeast(bound),
        );
        add(
            format!("{policy}: made faster than libseccomp 2's, with proof"),
            times(OURS),
            AtLeast(5.0),
        );
    }
    add(
        "container: made of its JSON faster than libseccomp 2's without, with proof".to_owned(),
        faster("container", LEVEL_2, FROM_JSON),
        AtLeast(40.0),
    );
    for policy in ["built-in", "container", "10 values", "100 values"] {
        for peer in [SECCOMPILER, CLASSIC] {
            let times = faster(policy, peer, UNPROVEN);
            add(format!("{policy}: made faster than {peer}'s, without proof"), times, AtLeast(1.0));
        }
    }
    for policy in ["built-in", "container", "1000 values", "1000 ints"] {
        let others = PROGRAMS.iter().filter(|peer| ![OURS, OUR_BITMAP].contains(peer));
        let best = others.filter_map(|peer| run.get(ATTACH, policy, peer)).min_by(f64::total_cmp);
        let ours = run.get(ATTACH, policy, OURS);
        let ratio = ours.and_then(|ours| Some(ours / best?));
        add(format!("{policy}: time to attach to the quickest peer's"), ratio, AtMost(1.0));
        let ratio = startup_of(run, policy, LEVEL_2)
            .and_then(|theirs| Some(theirs / startup_of(run, policy, OURS)?));
        add(format!("{policy}: confined sooner than by libseccomp 2"), ratio, AtLeast(5.0));
    }
    for (kind, name) in GROWING {
        for (place, verb) in ["compiling", "proving"].into_iter().enumerate() {
            // Where the rules are many, so that what is the same for few and many counts little.
            let powers =
                growth_powers(run, kind).into_iter().skip_while(|(count, _)| *count <= 100);
            let most = powers.map(|(_, powers)| powers[place]).max_by(f64::total_cmp);
            add(format!("{name}: power with which {verb} grows"), most, AtMost(1.5));
        }
    }
    let allocations = run.get(ALLOCATIONS, "built-in", OURS);
    add("built-in: allocations".to_owned(), allocations, AtMost(99.0));
    add("shared library, kB".to_owned(), run.get(SHARED, "", OURS), AtMost(700.0));
    targets
}

pub fn print(run: &Run) {
    println!("\ntargets");
    let all = all(run);
    for [what, value, bound, met] in all.iter().map(Target::cells) {
        println!("  {what:72} {value:>8}  {bound:14} {met}");
    }
    let met = all.iter().filter(|target| target.met()).count();
    println!("  {met} of {} met", all.len());
}
