//! The figures as tables: the same ones on the terminal and in docs/benchmarks.md.

use crate::attach::{self, ATTACH};
use crate::calling::{self, DEPTHS, NO_FILTER, RET_ALLOW, TIMED, UNCACHED};
use crate::instructions::INSTRUCTIONS;
use crate::making::{self, GROWTH, MAKE};
use crate::memory::{ALLOCATIONS, PEAK, SHARED, STATIC};
use crate::peers::{BEST, LEVEL_2, MAKERS, OURS, PROGRAMS};
use crate::results::Run;
use crate::steps::{ALL, CACHED, CHECKED, REFUSED};

pub struct Table {
    /// The section of docs/benchmarks.md that it stands in.
    pub section: &'static str,
    pub title: String,
    /// The first column's heading among them.
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

pub const POLICIES: [&str; 6] =
    ["built-in", "container", "10 values", "100 values", "1000 values", "1000 ints"];

pub fn all(run: &Run) -> Vec<Table> {
    let mut tables = calls(run);
    tables.extend([
        steps(run),
        by_policy(run, "size", "instructions of the program", &PROGRAMS, "size", None),
        by_policy(
            run,
            "make",
            "µs from names to a program, shortest (median)",
            &MAKERS,
            MAKE,
            Some(making::MEDIAN),
        ),
        by_policy(
            run,
            "make",
            "thousands of the processor's instructions from names to a program",
            &MAKERS,
            INSTRUCTIONS,
            None,
        ),
        growth(run),
        by_policy(
            run,
            "attach",
            "µs in seccomp(2), shortest (median)",
            &[&[RET_ALLOW, UNCACHED], &PROGRAMS[..]].concat(),
            ATTACH,
            Some(attach::MEDIAN),
        ),
        startup(run),
        by_policy(run, "memory", "allocations", &MAKERS, ALLOCATIONS, None),
        by_policy(run, "memory", "most of the heap at a time, KiB", &MAKERS, PEAK, None),
        files(run),
    ]);
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn number(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}

fn cell(value: Option<f64>, median: Option<f64>) -> String {
    match (value, median) {
        (Some(value), Some(median)) => format!("{} ({})", number(value), number(median)),
        (Some(value), None) => number(value),
        _ => "-".to_owned(),
    }
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A row for each policy that has any figure, a column for each subject.
fn by_policy(
    run: &Run,
    section: &'static str,
    title: &str,
    subjects: &[&str],
    figure: &str,
    median: Option<&str>,
) -> Table {
    let row = |policy: &&str| {
        let cells = subjects.iter().map(|subject| {
            let median = median.and_then(|median| run.get(median, policy, subject));
            cell(run.get(figure, policy, subject), median)
        });
        let cells: Vec<String> = cells.collect();
        let some = cells.iter().any(|cell| cell != "-");
        some.then(|| [strings(&[policy]), cells].concat())
    };
    Table {
        section,
        title: title.to_owned(),
        header: strings(&[&["policy"], subjects].concat()),
        rows: POLICIES.iter().filter_map(row).collect(),
    }
}

fn calls(run: &Run) -> Vec<Table> {
    let table = |(policy, depth): (&str, usize)| {
        let subjects = [&[NO_FILTER], &["floor"], &PROGRAMS[..]].concat();
        let row = |timed: &calling::Timed| {
            let figure = calling::figure(timed.name, depth);
            let median = format!("{figure}, median");
            let cells = subjects.iter().map(|subject| {
                let subject = if *subject == "floor" { timed.class.floor() } else { subject };
                cell(run.get(&figure, policy, subject), run.get(&median, policy, subject))
            });
            let label = format!("{} ({})", timed.name, timed.class.floor());
            [vec![label], cells.collect()].concat()
        };
        let loaded = match depth {
            1 => "loaded once".to_owned(),
            _ => format!("loaded {depth} times"),
        };
        let timed = TIMED.iter().filter(|timed| timed.policy == policy);
        Table {
            section: "call",
            title: format!("ns a call, {policy} policy {loaded}, shortest (median)"),
            header: strings(&[&["call (its floor)"], &subjects[..]].concat()),
            rows: timed.map(row).collect(),
        }
    };
    let depths = DEPTHS.into_iter().map(|depth| ("built-in", depth));
    depths.chain([("container", 1)]).map(table).collect()
}

fn steps(run: &Run) -> Table {
    let mut rows = Vec::new();
    let kinds = [(CHECKED, "checked"), (REFUSED, "refused"), (ALL, "all numbers")];
    for (policy, (figure, kind)) in
        POLICIES.iter().flat_map(|policy| kinds.map(|kind| (policy, kind)))
    {
        let (mean, most) = (format!("{figure}, mean"), format!("{figure}, longest"));
        let cells = PROGRAMS.iter().map(|peer| {
            match (run.get(&mean, policy, peer), run.get(&most, policy, peer)) {
                (Some(mean), Some(most)) => format!("{mean:.1} / {most:.0}"),
                _ => "-".to_owned(),
            }
        });
        let best = run.get(&mean, policy, BEST).map_or("-".to_owned(), |best| format!("{best:.1}"));
        let cells: Vec<String> = cells.chain([best]).collect();
        if cells.iter().any(|cell| cell != "-") {
            rows.push([vec![format!("{policy}, {kind}")], cells].concat());
        }
    }
    for policy in ["built-in", "container"] {
        let cells = PROGRAMS.iter().map(|peer| cell(run.get(CACHED, policy, peer), None));
        let cells = cells.chain(["-".to_owned()]).collect();
        rows.push([vec![format!("{policy}, answered by the kernel")], cells].concat());
    }
    Table {
        section: "steps",
        title: "instructions run by a call, mean / longest; and how many numbers run none"
            .to_owned(),
        header: strings(&[&["policy, calls"], &PROGRAMS[..], &[BEST]].concat()),
        rows,
    }
}

/// What grows, and the counts at which it was measured.
pub fn growth_rows(run: &Run, kind: &str) -> Vec<(u32, f64, f64)> {
    let of_kind = run.figures.iter().filter(|f| f.figure == GROWTH[0] && f.subject == kind);
    let row = |figure: &crate::results::Figure| {
        let count = figure.policy.split(' ').next().unwrap().parse().unwrap();
        Some((count, figure.value, run.get(GROWTH[1], &figure.policy, kind)?))
    };
    of_kind.filter_map(row).collect()
}

/// The power of the count with which both times have grown since the row before: 1 is growing as the
/// rules do, 2 with their square.
pub fn growth_powers(run: &Run, kind: &str) -> Vec<(u32, [f64; 2])> {
    let power = |rows: &[(u32, f64, f64)]| {
        let [(fewer, compiled, proved), (count, compiling, proving)] = rows else { unreachable!() };
        let more = (f64::from(*count) / f64::from(*fewer)).ln();
        (*count, [(compiling / compiled).ln() / more, (proving / proved).ln() / more])
    };
    growth_rows(run, kind).windows(2).map(power).collect()
}

pub const GROWING: [(&str, &str); 4] = [
    ("values", "64-bit values of one argument"),
    ("ints", "32-bit values of one argument"),
    ("in runs", "64-bit values in a hundred runs"),
    ("calls", "a call and an argument each"),
];

fn growth(run: &Run) -> Table {
    let mut rows = Vec::new();
    for (kind, name) in GROWING {
        let powers = growth_powers(run, kind);
        for (count, compiling, proving) in growth_rows(run, kind) {
            let power = powers.iter().find(|(power_of, _)| *power_of == count);
            let power = power.map_or_else(String::new, |(_, [compile, prove])| {
                format!("{compile:.1} / {prove:.1}")
            });
            let (compiling, proving) = (number(compiling), number(proving));
            rows.push(vec![name.to_owned(), count.to_string(), compiling, proving, power]);
        }
    }
    Table {
        section: "growth",
        title:
            "µs to compile and to prove; and the power of the number of rules with which they grow"
                .to_owned(),
        header: strings(&["rules", "how many", "compile", "prove", "powers"]),
        rows,
    }
}

/// What making and loading take together.
pub fn startup_of(run: &Run, policy: &str, peer: &str) -> Option<f64> {
    Some(run.get(MAKE, policy, peer)? + run.get(ATTACH, policy, peer)?)
}

fn startup(run: &Run) -> Table {
    let row = |policy: &&str| {
        let cells = PROGRAMS.iter().map(|peer| cell(startup_of(run, policy, peer), None));
        let cells: Vec<String> = cells.collect();
        let some = cells.iter().any(|cell| cell != "-");
        some.then(|| [strings(&[policy]), cells].concat())
    };
    Table {
        section: "attach",
        title: "µs from names to being confined: made (and, by us, proven) and attached".to_owned(),
        header: strings(&[&["policy"], &PROGRAMS[..]].concat()),
        rows: POLICIES.iter().filter_map(row).collect(),
    }
}

fn files(run: &Run) -> Table {
    let subjects = ["nothing", OURS, LEVEL_2];
    let row = |(figure, name): (&str, &str)| {
        let cells = subjects.iter().map(|subject| cell(run.get(figure, "", subject), None));
        [strings(&[name]), cells.collect()].concat()
    };
    Table {
        section: "memory",
        title: "kB on disk, stripped".to_owned(),
        header: strings(&["file", "nothing", "nucleus", "libseccomp"]),
        rows: [(SHARED, "the shared library"), (STATIC, "a static program in C")].map(row).to_vec(),
    }
}

impl Table {
    pub fn print(&self) {
        println!("\n{}", self.title);
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.header]);
            cells.map(|row| row[column].chars().count()).max().unwrap()
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        for row in [&self.header].into_iter().chain(&self.rows) {
            print!("  {:1$}", row[0], widths[0]);
            let rest = row.iter().zip(&widths).skip(1);
            rest.for_each(|(cell, width)| print!("  {cell:>width$}"));
            println!();
        }
    }

    pub fn markdown(&self) -> String {
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        let rule = format!("| --- |{}\n", " ---: |".repeat(self.header.len() - 1));
        let rows: String = self.rows.iter().map(line).collect();
        format!("**{}**\n\n{}{rule}{rows}\n", self.title, line(&self.header))
    }
}
