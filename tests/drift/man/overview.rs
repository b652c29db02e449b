//! nucleus-seccomp(7): what the header says at its top, and where the rest is.

use super::super::declared::Block;
use super::super::read;
use super::page::Page;
use super::words::{Names, code_escape, display};
use super::{DATE, LINK, footer};

pub fn overview(manual: &[Block], pages: &[Page], everywhere: &[String]) -> String {
    let words = Names { everywhere, here: &[], functions: &[], parameters: &[] };
    let mut text = format!(
        ".\\\" Made from include/nucleus_seccomp.h by `make header`.\n.Dd {DATE}\n\
         .Dt NUCLEUS-SECCOMP 7\n.Os {}\n.Sh NAME\n.Nm nucleus-seccomp\n\
         .Nd system call filters that fail closed, are proven, and say why\n\
         .Sh SYNOPSIS\n.In nucleus_seccomp.h\n.Pp\n.Ql {}\\&\n.Sh DESCRIPTION\n",
        footer(),
        code_escape(LINK),
    );
    let (first, rest) = manual.split_first().expect("a sentence that says what it is");
    let Block::Paragraph(first) = first else { panic!("a sentence first") };
    let (what, _) = first.split_once(" SPDX").expect("the licence behind it");
    let what = what.strip_prefix("nucleus-seccomp: ").expect("the name first");
    words.text(&mut text, &format!("A library for {what}"));
    for block in rest {
        match block {
            Block::Example(code) => display(&mut text, code),
            Block::Paragraph(paragraph) => match titled(paragraph) {
                Some((title, paragraph)) => {
                    text.push_str(&format!(".Ss {title}\n"));
                    words.text(&mut text, paragraph);
                }
                None => {
                    text.push_str(".Pp\n");
                    words.text(&mut text, paragraph);
                }
            },
        }
    }
    text.push_str(".Ss Pages\n.Bl -tag -width Ds\n");
    for page in pages {
        text.push_str(&format!(".It Xr {} 3\n", page.name));
        let title = page.title.strip_suffix('.').unwrap_or(&page.title);
        words.text(&mut text, &format!("{}{}.", title[..1].to_uppercase(), &title[1..]));
        let others: Vec<&str> = page.names[1..].iter().map(String::as_str).collect();
        if !others.is_empty() {
            words.text(&mut text, &format!("Also {}.", others.join(", ")));
        }
    }
    text.push_str(".El\n.Sh FILES\n");
    text.push_str("What these pages name\n.Pa docs/...\nis in the sources,\n");
    text.push_str(&format!(".Lk {} .\n", env!("CARGO_PKG_REPOSITORY")));
    text.push_str(".Sh EXAMPLES\nA program that confines itself and becomes a shell:\n");
    display(&mut text, &quick_start());
    text.push_str(".Sh SEE ALSO\n.Xr pkg-config 1 ,\n.Xr prctl 2 ,\n.Xr seccomp 2\n");
    text
}

/// `ERRORS. Every call ...` as `Errors` and the rest.
fn titled(paragraph: &str) -> Option<(String, &str)> {
    let (title, rest) = paragraph.split_once(". ")?;
    let capital = |letter: char| letter.is_ascii_uppercase() || letter == ' ';
    let fits =
        title.chars().all(capital).then(|| title[..1].to_owned() + &title[1..].to_lowercase());
    // An abbreviation stays one.
    fits.map(|lower| (if title.len() <= 3 { title.to_owned() } else { lower }, rest))
}

/// The README's program, which a test runs.
fn quick_start() -> String {
    let readme = read("README.md");
    let (_, rest) = readme.split_once("```c\n").expect("a program in C");
    rest.split_once("```\n").unwrap().0.to_owned()
}
