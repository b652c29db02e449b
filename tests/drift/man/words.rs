//! Sentences of the header in the language of mdoc(7).

use super::super::declared::Block;

/// What a page knows, to tell names in its text apart.
pub struct Names<'a> {
    /// What has a manual page here, in any.
    pub everywhere: &'a [String],
    /// What this page is about.
    pub here: &'a [String],
    /// Those of it that are functions.
    pub functions: &'a [String],
    /// The parameters of its functions.
    pub parameters: &'a [String],
}

impl Names<'_> {
    /// Paragraphs and examples as they stand.
    pub fn blocks(&self, page: &mut String, blocks: &[Block]) {
        for (index, block) in blocks.iter().enumerate() {
            match block {
                Block::Example(code) => display(page, code),
                Block::Paragraph(text) => {
                    if index > 0 {
                        page.push_str(".Pp\n");
                    }
                    self.text(page, text);
                }
            }
        }
    }

    /// A paragraph: words that are names on lines of their own, as macros, and a line for each sentence,
    /// as mdoc wants it.
    pub fn text(&self, page: &mut String, text: &str) {
        let mut line = String::new();
        for word in words(text) {
            let (open, core, close) = parts(&word);
            if let Some(mut name) = self.marked(core) {
                flush(page, &mut line);
                // A macro takes punctuation before and after as words of its own.
                if !open.is_empty() {
                    let (mac, rest) = name.split_once(' ').unwrap();
                    name = format!("{mac} {open} {rest}");
                }
                page.push_str(&format!(".{name}"));
                close.chars().for_each(|mark| page.push_str(&format!(" {mark}")));
                page.push('\n');
                continue;
            }
            let word = escape(&word.replace('`', ""));
            if !line.is_empty() && line.len() + word.len() > 78 {
                flush(page, &mut line);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
            if core_ends_sentence(&word) {
                flush(page, &mut line);
            }
        }
        flush(page, &mut line);
    }

    /// A name as a macro, if it is one.
    fn marked(&self, core: &str) -> Option<String> {
        if let Some(code) = core.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
            let parameter = self.parameters.iter().any(|name| name == code);
            let bare = self.marked(code).filter(|_| !code.contains(' '));
            let quoted = format!("\"{}\"", code_escape(code).replace('"', "\\(dq"));
            return match bare {
                Some(name) => Some(name),
                None if parameter => Some(format!("Fa {code}")),
                None => Some(format!("Ql {quoted}")),
            };
        }
        if let Some(name) = core.strip_prefix('*').filter(|name| self.is_parameter(name)) {
            return Some(format!("Fa *{name}"));
        }
        if let Some((name, section)) = reference(core) {
            return Some(format!("Xr {name} {section}"));
        }
        if core.starts_with("NUCLEUS_") && core.bytes().all(is_of_constant) {
            return Some(format!("Dv {core}"));
        }
        if ERRNOS.contains(&core) {
            return Some(format!("Er {core}"));
        }
        if self.here.iter().any(|name| name == core) {
            let function = self.functions.iter().any(|name| name == core);
            return Some(format!("{} {core}", if function { "Fn" } else { "Vt" }));
        }
        self.everywhere.iter().any(|name| name == core).then(|| format!("Xr {core} 3"))
    }

    fn is_parameter(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter == name)
    }
}

/// `seccomp(2)` as name and section.
pub fn reference(word: &str) -> Option<(&str, &str)> {
    let (name, section) = word.strip_suffix(')')?.split_once('(')?;
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let fits = section.len() == 1 && section.bytes().all(|byte| byte.is_ascii_digit());
    (fits && !name.is_empty() && name.bytes().all(plain)).then_some((name, section))
}

/// Lines of C, as they are.
pub fn display(page: &mut String, code: &str) {
    page.push_str(".Bd -literal -offset indent\n");
    for line in code.lines() {
        page.push_str(&guarded(&code_escape(line)));
        page.push('\n');
    }
    page.push_str(".Ed\n");
}

/// Those that the header speaks of.
const ERRNOS: [&str; 9] =
    ["EACCES", "EBUSY", "EINVAL", "ENOMEM", "ENOSYS", "ENOTTY", "EPERM", "ESRCH", "EINTR"];

fn is_of_constant(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_*".contains(&byte)
}

/// What blanks part, but for those between backquotes.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        quoted ^= letter == '`';
        match letter {
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Opening and closing punctuation apart.
fn parts(word: &str) -> (&str, &str, &str) {
    let core = word.trim_start_matches('(');
    let open = &word[..word.len() - core.len()];
    let mut end = core.len();
    while core[..end].ends_with(['.', ',', ';', ':', ')', '?']) && reference(&core[..end]).is_none()
    {
        end -= 1;
    }
    (open, &core[..end], &core[end..])
}

fn core_ends_sentence(word: &str) -> bool {
    word.trim_end_matches([')', '"']).ends_with(['.', '?', '!'])
}

fn flush(page: &mut String, line: &mut String) {
    if !line.is_empty() {
        page.push_str(&guarded(line));
        page.push('\n');
        line.clear();
    }
}

/// A line that begins with a dot would be a request.
fn guarded(line: &str) -> String {
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.to_owned() }
}

/// A minus before a number or an option is one; other hyphens may become typographic ones. Names are not
/// broken.
fn escape(word: &str) -> String {
    let word = word.replace('\\', "\\e");
    let whole = if word.contains(['_', '/']) { "\\%" } else { "" };
    if word.starts_with('-') { format!("\\{word}") } else { whole.to_owned() + &word }
}

/// What somebody may copy must stay ASCII.
pub fn code_escape(code: &str) -> String {
    let mut text = String::new();
    for letter in code.chars() {
        match letter {
            '\\' => text.push_str("\\e"),
            '-' => text.push_str("\\-"),
            '\'' => text.push_str("\\(aq"),
            '`' => text.push_str("\\(ga"),
            '^' => text.push_str("\\(ha"),
            '~' => text.push_str("\\(ti"),
            letter => text.push(letter),
        }
    }
    text
}
