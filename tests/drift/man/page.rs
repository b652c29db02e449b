//! A page of section 3: a section of the header.

use std::collections::BTreeSet;

use super::super::declared::{Block, Declared, Item, Section};
use super::words::{Names, code_escape, display};
use super::{DATE, LINK, footer};

pub struct Page {
    /// The name of its file, without `.3`.
    pub name: String,
    pub title: String,
    /// All names under which it is found, its own first.
    pub names: Vec<String>,
    pub text: String,
}

/// The name of a section's page: its first function, else its first type, else its title.
pub fn name(section: &Section) -> String {
    let named = |function: bool| {
        section.items.iter().find_map(|item| match &item.declared {
            Declared::Function { name, .. } if function => Some(name.clone()),
            Declared::Struct { name, .. } if !function => Some(name.clone()),
            _ => None,
        })
    };
    let first_word = section.title.split(' ').next().unwrap().to_lowercase();
    named(true).or_else(|| named(false)).unwrap_or_else(|| format!("nucleus_{first_word}"))
}

pub fn names(section: &Section) -> Vec<String> {
    let mut names = vec![name(section)];
    let functions = |item: &&Item| matches!(item.declared, Declared::Function { .. });
    let others = |item: &&Item| !functions(item);
    let items = &section.items;
    for item in items.iter().filter(functions).chain(items.iter().filter(others)) {
        for found in item.declared.names() {
            if !names.iter().any(|name| name == found) {
                names.push(found.to_owned());
            }
        }
    }
    names
}

pub fn page(section: &Section, everywhere: &[String]) -> Page {
    let (name, here) = (name(section), names(section));
    let parameters: Vec<String> = section.items.iter().flat_map(parameters).collect();
    let functions: Vec<String> = section.items.iter().filter_map(function).collect();
    let words = Names { everywhere, here: &here, functions: &functions, parameters: &parameters };
    let mut text = format!(
        ".\\\" Made from include/nucleus_seccomp.h by `make header`.\n.Dd {DATE}\n.Dt {} 3\n.Os {}\n",
        name.to_uppercase(),
        footer(),
    );
    let title = lower(&section.title);
    heading_names(&mut text, &here, &title);
    synopsis(&mut text, section);
    description(&mut text, section, &words);
    results(&mut text, section, &words);
    examples(&mut text, section);
    errors(&mut text, section, &words);
    see_also(&mut text, &here);
    text.push_str(&format!(".Sh HISTORY\nAvailable since nucleus-seccomp {}.\n", since(section)));
    Page { name, title, names: here, text }
}

/// What a link finds is in the index of whatis(1) only if it is named here.
fn heading_names(text: &mut String, names: &[String], title: &str) {
    text.push_str(".Sh NAME\n");
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { " ," } else { "" };
        text.push_str(&format!(".Nm {name}{comma}\n"));
    }
    text.push_str(&format!(".Nd {title}\n"));
}

fn synopsis(text: &mut String, section: &Section) {
    text.push_str(".Sh SYNOPSIS\n.In nucleus_seccomp.h\n");
    for item in &section.items {
        match &item.declared {
            Declared::Constant { .. } => {}
            Declared::Macros(calls) => {
                calls.iter().for_each(|call| text.push_str(&format!(".Fd #define {call}\n")));
            }
            Declared::Type { text: declared, .. } => {
                text.push_str(&format!(".Vt typedef {declared}\\& ;\n"));
            }
            Declared::Struct { name, fields } => {
                text.push_str(&format!(".Bd -literal\ntypedef struct {name} {{\n"));
                fields
                    .iter()
                    .for_each(|field| text.push_str(&format!("    {};\n", field.declared)));
                text.push_str(&format!("}} {name};\n.Ed\n"));
            }
            Declared::Function { result, name, parameters } => {
                text.push_str(&format!(".Ft \"{result}\"\n.Fo {name}\n"));
                let parameters =
                    if parameters.is_empty() { &vec!["void".to_owned()] } else { parameters };
                parameters.iter().for_each(|one| text.push_str(&format!(".Fa \"{one}\"\n")));
                text.push_str(".Fc\n");
            }
        }
    }
    text.push_str(&format!(".Pp\nLink with\n.Ql {}\\& .\n", code_escape(LINK)));
}

fn description(text: &mut String, section: &Section, words: &Names) {
    text.push_str(".Sh DESCRIPTION\n");
    let mut in_list = false;
    for (index, item) in section.items.iter().enumerate() {
        let constant = matches!(item.declared, Declared::Constant { .. });
        if in_list && !constant {
            text.push_str(".El\n");
            in_list = false;
        }
        match &item.declared {
            Declared::Constant { name, value } => {
                if !in_list {
                    // What stands between two functions begins anew.
                    text.push_str(if index > 0 { ".Ss Constants\n" } else { "" });
                    text.push_str(".Bl -tag -width Ds\n");
                    in_list = true;
                }
                let value = value.trim_start_matches("UINT32_C(").trim_end_matches(')');
                let value = code_escape(value.trim_start_matches('('));
                text.push_str(&format!(".It Dv {name} Pq {value}\n"));
                words.blocks(text, &item.text);
            }
            Declared::Struct { name, fields } => {
                text.push_str(&format!(".Ss {name}\n"));
                words.blocks(text, &said(item).text);
                text.push_str(".Pp\nIts fields:\n.Bl -tag -width Ds\n");
                for field in fields {
                    let (kind, field_name) = field.declared.rsplit_once(' ').unwrap();
                    text.push_str(&format!(".It Vt {kind} Fa {field_name}\n"));
                    words.blocks(text, &field.text);
                }
                text.push_str(".El\n");
            }
            declared => {
                let names = declared.names().join(", ");
                text.push_str(&format!(".Ss {names}\n"));
                words.blocks(text, &said(item).text);
            }
        }
    }
    text.push_str(if in_list { ".El\n" } else { "" });
}

fn results(text: &mut String, section: &Section, words: &Names) {
    let results: BTreeSet<&str> = section.items.iter().filter_map(result).collect();
    if results.is_empty() {
        return;
    }
    let status = results.contains("nucleus_status");
    text.push_str(".Sh RETURN VALUES\n");
    if status {
        words.text(
            text,
            "A nucleus_status is NUCLEUS_OK when the call is done, negative when it is not, and \
             NUCLEUS_NOT_APPLIED when NUCLEUS_APPLY_BEST_EFFORT allowed that; nucleus_status_name lists \
             them. What is handed out through pointers is written on success only, unless it is said otherwise.",
        );
    }
    let others = results.iter().any(|result| !["nucleus_status", "void"].contains(result));
    if others {
        text.push_str(if status { ".Pp\n" } else { "" });
        let which = if status { "What other functions return" } else { "What is returned" };
        words.text(text, &format!("{which} is said of each."));
    } else if !status {
        words.text(text, "Nothing is returned.");
    }
}

fn errors(text: &mut String, section: &Section, words: &Names) {
    let parts: Vec<(&Item, Said)> = section.items.iter().map(|item| (item, said(item))).collect();
    if parts.iter().all(|(_, said)| said.errors.is_none()) {
        return;
    }
    text.push_str(".Sh ERRORS\n.Bl -tag -width Ds\n");
    for (item, said) in parts {
        if let Some(errors) = said.errors {
            text.push_str(&format!(".It Fn {}\n", item.declared.names()[0]));
            words.text(text, &capital(&errors));
        }
    }
    text.push_str(".El\n");
}

fn examples(text: &mut String, section: &Section) {
    let mut first = true;
    for item in &section.items {
        for code in said(item).examples {
            text.push_str(if first { ".Sh EXAMPLES\n" } else { ".Pp\n" });
            let name = item.declared.names()[0].to_owned();
            let kind = if matches!(item.declared, Declared::Function { .. }) { "Fn" } else { "Vt" };
            text.push_str(&format!(".{kind} {name} :\n"));
            display(text, &code);
            first = false;
        }
    }
}

/// What the text speaks of, by section and name, as mdoc wants it.
fn see_also(text: &mut String, here: &[String]) {
    let mut pages: BTreeSet<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.strip_prefix(".Xr "))
        .filter_map(split_reference)
        .collect();
    pages.retain(|(_, name)| !here.iter().any(|own| own == name));
    pages.insert(("7", "nucleus-seccomp"));
    let lines: Vec<String> =
        pages.iter().map(|(section, name)| format!(".Xr {name} {section}")).collect();
    let list = lines.join(" ,\n");
    *text += &format!(".Sh SEE ALSO\n{list}\n");
}

fn split_reference(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ').filter(|word| *word != "(");
    let (name, section) = (words.next()?, words.next()?);
    Some((section, name))
}

/// What a comment says, by where it belongs on a page.
struct Said {
    text: Vec<Block>,
    errors: Option<String>,
    examples: Vec<String>,
}

/// An example stays where it stands if the text before it leads to it.
fn said(item: &Item) -> Said {
    let mut said = Said { text: Vec::new(), errors: None, examples: Vec::new() };
    for block in &item.text {
        match block {
            Block::Example(code) => {
                let led_to =
                    matches!(said.text.last(), Some(Block::Paragraph(text)) if text.ends_with(':'));
                if led_to {
                    said.text.push(block.clone());
                } else {
                    said.examples.push(code.clone());
                }
            }
            Block::Paragraph(paragraph) => {
                let paragraph = without_since(paragraph);
                match paragraph.strip_prefix("Errors: ") {
                    Some(errors) => said.errors = Some(errors.to_owned()),
                    None if paragraph.is_empty() => {}
                    None => said.text.push(Block::Paragraph(paragraph)),
                }
            }
        }
    }
    said
}

/// The version that a comment ends with stands in HISTORY.
fn without_since(paragraph: &str) -> String {
    match paragraph.find("Since ") {
        Some(at) if paragraph.ends_with('.') && paragraph[at..].len() < 12 => {
            paragraph[..at].trim_end().to_owned()
        }
        _ => paragraph.to_owned(),
    }
}

/// The version since which all functions of a section are there. When a later one adds to a section, its
/// page has to say which.
fn since(section: &Section) -> String {
    let mut versions = BTreeSet::new();
    for item in &section.items {
        if let Declared::Function { name, .. } = &item.declared {
            let said = item.text.iter().find_map(|block| match block {
                Block::Paragraph(text) => text.rsplit_once("Since ").map(|(_, version)| version),
                Block::Example(_) => None,
            });
            let version = said.unwrap_or_else(|| panic!("{name} does not say since when"));
            versions.insert(version.trim_end_matches('.').to_owned());
        }
    }
    assert!(versions.len() <= 1, "{}: functions of {versions:?}", section.title);
    versions.pop_first().unwrap_or_else(|| "0.1".to_owned())
}

fn parameters(item: &Item) -> Vec<String> {
    let last = |one: &String| {
        let name = one.rsplit([' ', '*']).next().unwrap();
        name.split('[').next().unwrap().to_owned()
    };
    match &item.declared {
        Declared::Function { parameters, .. } => parameters.iter().map(last).collect(),
        Declared::Struct { fields, .. } => {
            fields.iter().map(|field| last(&field.declared)).collect()
        }
        _ => Vec::new(),
    }
}

fn function(item: &Item) -> Option<String> {
    match &item.declared {
        Declared::Function { name, .. } => Some(name.clone()),
        _ => None,
    }
}

fn result(item: &Item) -> Option<&str> {
    match &item.declared {
        Declared::Function { result, .. } => Some(result),
        _ => None,
    }
}

fn lower(title: &str) -> String {
    title[..1].to_lowercase() + &title[1..]
}

/// A sentence that begins with a word and not with a name.
fn capital(text: &str) -> String {
    let first = text.split([' ', ',', ';']).next().unwrap();
    if first.contains('_') { text.to_owned() } else { text[..1].to_uppercase() + &text[1..] }
}
