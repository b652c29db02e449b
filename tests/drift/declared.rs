//! The header, read: what it declares and says. Of this are made the manual pages and the description
//! of the ABI.

/// What stands under one `/* ---- Title ---- */`.
pub struct Section {
    pub title: String,
    pub items: Vec<Item>,
}

pub struct Item {
    pub text: Vec<Block>,
    pub declared: Declared,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(String),
    /// Lines of C.
    Example(String),
}

pub enum Declared {
    Function {
        result: String,
        name: String,
        parameters: Vec<String>,
    },
    Constant {
        name: String,
        value: String,
    },
    /// Macros with arguments, such as `NUCLEUS_ERRNO(e)`.
    Macros(Vec<String>),
    Struct {
        name: String,
        fields: Vec<Field>,
    },
    /// A typedef other than of a struct with fields: as it stands there, without `typedef` and `;`.
    Type {
        name: String,
        text: String,
    },
}

pub struct Field {
    pub text: Vec<Block>,
    /// Its type and name.
    pub declared: String,
}

impl Declared {
    /// The names that a reader may look for; of a function first.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Function { name, .. } | Self::Struct { name, .. } | Self::Type { name, .. } => {
                vec![name]
            }
            Self::Macros(calls) => {
                calls.iter().map(|call| call.split('(').next().unwrap()).collect()
            }
            Self::Constant { .. } => Vec::new(),
        }
    }
}

/// What the header says at its top, before it declares anything.
pub fn manual(header: &str) -> Vec<Block> {
    let (comment, _) = header.split_once("*/").expect("a comment at the top");
    let lines = comment.lines().map(|line| line.trim_start_matches("/*").trim_start_matches(" *"));
    blocks(lines.map(|line| line.strip_prefix(' ').unwrap_or(line)))
}

pub fn sections(header: &str) -> Vec<Section> {
    let mut all = Vec::new();
    for part in header.split("\n/* ---- ").skip(1) {
        let (title, rest) = part.split_once(" ---- */\n").expect("a title ends");
        let body = rest.split("\n#ifdef __cplusplus").next().unwrap();
        let chunks = chunks(body);
        let items = chunks.into_iter().map(|chunk| item(&chunk)).collect();
        all.push(Section { title: title.to_owned(), items });
    }
    all
}

/// One declaration each, with the comment before it: what blank lines part, but for those in a comment.
fn chunks(body: &str) -> Vec<Vec<&str>> {
    let mut chunks: Vec<Vec<&str>> = vec![Vec::new()];
    for line in body.lines() {
        match line {
            "" if !chunks.last().unwrap().is_empty() => chunks.push(Vec::new()),
            "" => {}
            line => chunks.last_mut().unwrap().push(line),
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

fn item(lines: &[&str]) -> Item {
    let comments = lines.iter().take_while(|line| line.starts_with("//")).count();
    if comments > 0 {
        let text = blocks(lines[..comments].iter().map(|line| uncommented(line)));
        return Item { text, declared: declared(&lines[comments..]) };
    }
    let end = lines.iter().position(|line| line.ends_with("*/")).expect("a comment") + 1;
    let comment = lines[..end].iter().map(|line| {
        let line = line.trim_end_matches("*/").trim_end();
        line.trim_start_matches("/*").trim_start_matches(" *").trim_start_matches(' ')
    });
    let defines = lines[end..].iter().filter_map(|line| line.strip_prefix("#define "));
    let calls = defines.map(|line| format!("{})", line.split(')').next().unwrap())).collect();
    Item { text: blocks(comment), declared: Declared::Macros(calls) }
}

fn uncommented(line: &str) -> &str {
    let text = line.trim_start().trim_start_matches("//");
    text.strip_prefix(' ').unwrap_or(text)
}

fn declared(lines: &[&str]) -> Declared {
    let whole = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    if let Some(constant) = whole.strip_prefix("#define ") {
        let (name, value) = constant.split_once(' ').expect("a value");
        return Declared::Constant { name: name.to_owned(), value: value.to_owned() };
    }
    if lines[0].starts_with("typedef struct") && lines[0].ends_with('{') {
        let (last, inner) = lines[1..].split_last().unwrap();
        let name = last.trim_start_matches("} ").trim_end_matches(';');
        return Declared::Struct { name: name.to_owned(), fields: fields(inner) };
    }
    let whole = whole.strip_suffix(';').unwrap_or_else(|| panic!("no declaration: {whole}"));
    if let Some(text) = whole.strip_prefix("typedef ") {
        let pointer = text.split_once("(*").map(|(_, rest)| rest.split(')').next().unwrap());
        let name = pointer.unwrap_or_else(|| text.rsplit(' ').next().unwrap());
        return Declared::Type { name: name.to_owned(), text: text.to_owned() };
    }
    let (before, parameters) = whole.strip_suffix(')').unwrap().split_once('(').unwrap();
    let begin = before.rfind([' ', '*']).expect("a type") + 1;
    let parameters = parameters.split(", ").filter(|one| *one != "void").map(str::to_owned);
    Declared::Function {
        result: before[..begin].trim().to_owned(),
        name: before[begin..].to_owned(),
        parameters: parameters.collect(),
    }
}

fn fields(lines: &[&str]) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut comment = Vec::new();
    for line in lines {
        match line.trim().strip_suffix(';') {
            None => comment.push(uncommented(line)),
            Some(declared) => {
                let text = blocks(comment.drain(..));
                fields.push(Field { text, declared: declared.to_owned() });
            }
        }
    }
    fields
}

/// Paragraphs and examples: what is indented by four is an example.
fn blocks<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in lines {
        open = match (open.take(), line.strip_prefix("    "), line) {
            (before, None, "") => {
                blocks.extend(before);
                None
            }
            (Some(Block::Example(before)), Some(code), _) => {
                Some(Block::Example(before + code + "\n"))
            }
            (before, Some(code), _) => {
                blocks.extend(before);
                Some(Block::Example(format!("{code}\n")))
            }
            (Some(Block::Paragraph(before)), None, line) => {
                Some(Block::Paragraph(format!("{before} {line}")))
            }
            (before, None, line) => {
                blocks.extend(before);
                Some(Block::Paragraph(line.trim().to_owned()))
            }
        };
    }
    blocks.extend(open);
    blocks
}
