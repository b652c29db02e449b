//! What was measured, as it is written to target/bench/results.json.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// One number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    pub figure: String,
    pub policy: String,
    pub subject: String,
    pub value: f64,
    pub unit: String,
}

/// What the numbers were measured on, and whatever was left out of a row: for the foot of a table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    pub machine: Vec<(String, String)>,
    /// A figure, and a sentence about it.
    pub notes: Vec<(String, String)>,
    #[serde(skip)]
    pub figures: Vec<Figure>,
}

const FOLDER: &str = "target/bench";

impl Run {
    pub fn add(&mut self, figure: &str, policy: &str, subject: &str, value: f64, unit: &str) {
        let (figure, policy) = (figure.to_owned(), policy.to_owned());
        let (subject, unit) = (subject.to_owned(), unit.to_owned());
        self.figures.push(Figure { figure, policy, subject, value, unit });
    }

    pub fn note(&mut self, figure: &str, sentence: impl Into<String>) {
        let note = (figure.to_owned(), sentence.into());
        if !self.notes.contains(&note) {
            println!("  ({})", note.1);
            self.notes.push(note);
        }
    }

    pub fn get(&self, figure: &str, policy: &str, subject: &str) -> Option<f64> {
        let is_it = |found: &&Figure| {
            found.figure == figure && found.policy == policy && found.subject == subject
        };
        self.figures.iter().find(is_it).map(|found| found.value)
    }

    /// How many times one subject's number goes into another's.
    pub fn ratio(&self, figure: &str, policy: &str, of: &str, to: &str) -> Option<f64> {
        Some(self.get(figure, policy, of)? / self.get(figure, policy, to)?)
    }

    pub fn write(&self) {
        std::fs::create_dir_all(FOLDER).unwrap();
        let write = |name: &str, json: String| {
            std::fs::write(Path::new(FOLDER).join(name), json + "\n").unwrap();
        };
        write("results.json", serde_json::to_string_pretty(&self.figures).unwrap());
        write("run.json", serde_json::to_string_pretty(self).unwrap());
    }

    pub fn read() -> Self {
        let read = |name: &str| {
            let path = Path::new(FOLDER).join(name);
            std::fs::read(&path)
                .unwrap_or_else(|e| panic!("{}: {e}; make bench first", path.display()))
        };
        let mut run: Self = serde_json::from_slice(&read("run.json")).unwrap();
        run.figures = serde_json::from_slice(&read("results.json")).unwrap();
        run
    }
}
