//! docs/benchmarks.md and its plots, from what was measured.

use crate::attach::ATTACH;
use crate::calling::{NO_FILTER, RET_ALLOW, TIMED, figure};
use crate::making::MAKE;
use crate::peers::{CLASSIC, LEVEL_1, LEVEL_2, MAKERS, OURS, PROGRAMS, SECCOMPILER};
use crate::plot::{Bars, Curve, curves};
use crate::results::Run;
use crate::steps::{CHECKED, REFUSED};
use crate::tables::{self, GROWING, POLICIES, Table, growth_rows};
use crate::targets;
use std::fmt::Write as _;

/// A part of the page: its figure's key, its heading, what it says, and its plots.
struct Section {
    key: &'static str,
    heading: &'static str,
    text: &'static str,
    plots: &'static [&'static str],
}

const SECTIONS: [Section; 7] = [
    Section {
        key: "call",
        heading: "A call",
        text: "The time of one system call, in children that load each filter in turn; the shortest of \
all rounds, and in brackets the median. The floor of a call that the kernel answers from its own \
bitmap is a filter that is `RET ALLOW` and nothing else; of one that is decided by its arguments, the \
same behind an instruction that the kernel's analysis does not follow, so that the program is run; of \
one that is refused, a program that compares one number. What is above the first column is what a \
filter costs. The classic bitmap is shifted into place, which the kernel's analysis does not follow \
either: under it no call is answered without running the program.",
        plots: &["calls"],
    },
    Section {
        key: "steps",
        heading: "Instructions run",
        text: "Counted by an interpreter, so exact and the same on every machine. *Checked* are calls \
that are decided by arguments, each with arguments for every rule, with all zero and with all ones; \
*refused* are numbers that are refused whatever the arguments; *all numbers* are all of x86_64's and \
fifty beyond, with zeros, counted as if the kernel answered none of them itself. How many it does \
answer is in the last rows. The *best tree* is no compiler: it is the least mean that a tree of \
comparisons over the numbers can have if it is made for these calls alone, found by trying all cuts. \
Nobody is below it without leaving the comparisons that the kernel's analysis follows.",
        plots: &["steps"],
    },
    Section {
        key: "size",
        heading: "Size",
        text: "Instructions of the whole program; the kernel takes 4096 at most, and all filters of a \
process together some 32,000. `values` are equalities of the whole 64-bit argument, `ints` of its low \
half.",
        plots: &["size"],
    },
    Section {
        key: "make",
        heading: "From names to a program",
        text: "Everything from an empty filter to a program that could be loaded, and freeing it: names \
are looked up, rules added, the program generated. `nucleus` is the C surface of the shared library, \
rule by rule, and includes the proof: there is no way around it in C. `nucleus, unproven` is policy and \
compiler called from Rust, which shows what the proof costs; `use_default` is the built-in policy by \
the one function for it, and `from JSON` the container profile by the one for that, read, understood, \
compiled and proven, beside peers that have its rules in memory. libseccomp exports to /dev/null; seccompiler and the bitmap, which have no \
table of names, look them up in ours.",
        plots: &["make"],
    },
    Section {
        key: "growth",
        heading: "How that grows",
        text: "Compiling and proving by themselves, from Rust. The last column says with which power of \
the number of rules the times have grown since the row before: 1 is in proportion, 2 would be with the \
square.",
        plots: &["growth"],
    },
    Section {
        key: "attach",
        heading: "Attaching",
        text: "seccomp(2) alone, in a new child each time: the kernel checks the program, translates it, \
compiles it to machine code, and runs its analysis for every number of two architectures. Starting up \
is making and attaching, of the shortest each.",
        plots: &["attach"],
    },
    Section {
        key: "memory",
        heading: "Memory",
        text: "Counted by a library that is preloaded, for everybody alike, from an empty filter to a \
freed one. On disk: the shared library as it is installed (the libseccomp here is Debian's), and a C \
program linked to the static one that allows a call and loads the filter.",
        plots: &[],
    },
];

const HEAD: &str = "# Benchmarks

Made by `make bench`, which measures, and `make bench-docs`, which writes this page from the results \
(target/bench/results.json). All figures are of one run on one machine: read them beside each other, not \
beside those of another run.

Everybody is asked for the same: the *built-in* policy (docs/policy.md); a *container* profile of some \
four hundred names on x86_64, x86 and x32 (benches/filter/container.json); and one call with 10, 100 \
and 1000 values of an argument. Who can't express all of it is asked for less, as is said under \
\"Left out\", and what each of the programs lets run is compared with the policy before anything is \
measured. The peers are libseccomp at both of its levels of optimization, seccompiler, and the bitmap \
over numbers that filters used before the kernel had one of its own, with seccompiler's translation of \
argument checks behind it.

";

const FOLDER: &str = "docs";

pub fn write(run: &Run) {
    std::fs::create_dir_all(format!("{FOLDER}/benchmarks")).unwrap();
    let mut page = String::from(HEAD);
    page += "| measured on | |\n| --- | --- |\n";
    for (name, value) in &run.machine {
        writeln!(page, "| {name} | {value} |").unwrap();
    }
    page += "\n## What is wanted, and what is so\n\n";
    let targets = targets::all(run);
    let met = targets.iter().filter(|target| target.met()).count();
    writeln!(page, "{met} of {} targets are met in this run.\n", targets.len()).unwrap();
    page += "| ratio or figure | is | wanted | |\n| --- | ---: | --- | --- |\n";
    for cells in targets.iter().map(targets::Target::cells) {
        let [what, value, bound, met] = cells;
        let met = if met == "met" { met } else { format!("**{}**", met.to_lowercase()) };
        writeln!(page, "| {what} | {value} | {bound} | {met} |").unwrap();
    }
    let tables = tables::all(run);
    for section in SECTIONS {
        write!(page, "\n## {}\n\n{}\n\n", section.heading, section.text).unwrap();
        for plot in section.plots {
            std::fs::write(format!("{FOLDER}/benchmarks/{plot}.svg"), draw(plot, run)).unwrap();
            write!(page, "![{}](benchmarks/{plot}.svg)\n\n", section.heading).unwrap();
        }
        let tables = tables.iter().filter(|table| table.section == section.key);
        tables.map(Table::markdown).for_each(|table| page += &table);
        list(&mut page, run, section.key);
    }
    page += "\n## Left out\n\nHow a peer's policy differs, where it can't express ours:\n\n";
    list(&mut page, run, "left out");
    std::fs::write(format!("{FOLDER}/benchmarks.md"), page.trim_end().to_owned() + "\n").unwrap();
}

fn list(page: &mut String, run: &Run, key: &str) {
    for (_, sentence) in run.notes.iter().filter(|(figure, _)| figure == key) {
        writeln!(page, "- {sentence}").unwrap();
    }
}

fn draw(plot: &str, run: &Run) -> String {
    let by_policy = |figure: &str, policies: &[&str], subjects: &[&str]| {
        let values = |policy: &str| {
            subjects.iter().map(|subject| run.get(figure, policy, subject)).collect::<Vec<_>>()
        };
        policies.iter().map(|policy| ((*policy).to_owned(), values(policy))).collect::<Vec<_>>()
    };
    match plot {
        "calls" => calls(run),
        "steps" => {
            let groups = [(CHECKED, "checked"), (REFUSED, "refused")].into_iter();
            let groups = groups.flat_map(|(figure, kind)| {
                let rows =
                    by_policy(&format!("{figure}, mean"), &["built-in", "container"], &PROGRAMS);
                rows.into_iter().map(move |(policy, row)| (format!("{policy}, {kind}"), row))
            });
            Bars {
                title: "Instructions that a call runs, on average",
                unit: "instructions",
                subjects: &PROGRAMS,
                groups: groups.collect(),
                logarithmic: true,
            }
            .svg()
        }
        "size" => Bars {
            title: "Length of the program",
            unit: "instructions",
            subjects: &PROGRAMS,
            groups: by_policy("size", &POLICIES, &PROGRAMS),
            logarithmic: true,
        }
        .svg(),
        "make" => Bars {
            title: "From names to a program",
            unit: "µs",
            subjects: &MAKERS,
            groups: by_policy(
                MAKE,
                &["built-in", "container", "1000 values", "1000 ints"],
                &MAKERS,
            ),
            logarithmic: true,
        }
        .svg(),
        "growth" => growth(run),
        "attach" => {
            let subjects = [&[RET_ALLOW], &PROGRAMS[..]].concat();
            Bars {
                title: "Attaching a program",
                unit: "µs in seccomp(2)",
                subjects: &subjects,
                groups: by_policy(ATTACH, &["built-in", "container", "1000 values"], &subjects),
                logarithmic: false,
            }
            .svg()
        }
        other => panic!("no plot {other}"),
    }
}

/// What the filter adds to a call: over no filter at all, where the call runs; for a refused one, the
/// whole call.
fn calls(run: &Run) -> String {
    let subjects = ["floor", OURS, LEVEL_1, LEVEL_2, SECCOMPILER, CLASSIC];
    let group = |timed: &crate::calling::Timed| {
        let figure = figure(timed.name, 1);
        let get = |subject: &str| run.get(&figure, timed.policy, subject);
        let refused = timed.class == crate::calling::Class::Refused;
        let none = if refused { Some(0.0) } else { get(NO_FILTER) };
        let value = |subject: &&str| {
            let subject = if *subject == "floor" { timed.class.floor() } else { subject };
            Some((get(subject)? - none?).max(0.0))
        };
        let name = if refused { format!("{}, refused", timed.name) } else { timed.name.to_owned() };
        (name, subjects.iter().map(value).collect())
    };
    let built_in = TIMED.iter().filter(|timed| timed.policy == "built-in");
    Bars {
        title: "What the built-in policy adds to a call",
        unit: "ns over the call without a filter (of the refused one: in all)",
        subjects: &subjects,
        groups: built_in.map(group).collect(),
        logarithmic: false,
    }
    .svg()
}

fn growth(run: &Run) -> String {
    let dashes = ["", "8 4", "2 4", "10 3 2 3"];
    let mut all = Vec::new();
    for ((kind, name), dashes) in GROWING.into_iter().zip(dashes) {
        let rows = growth_rows(run, kind);
        let points = |time: fn(&(u32, f64, f64)) -> f64| {
            rows.iter().map(|row| (f64::from(row.0), time(row))).collect()
        };
        all.push(Curve { name, dashes, subject: "compile", points: points(|row| row.1) });
        all.push(Curve { name, dashes, subject: "prove", points: points(|row| row.2) });
    }
    curves("Compiling and proving", "rules", "µs", &all)
}
