//! Bar charts and curves as plain SVG.

use std::fmt::Write as _;

/// A colour for each subject, the same in all plots; ours stands out.
const COLOURS: [(&str, &str); 13] = [
    ("nucleus, unproven", "#7fb3d9"),
    ("nucleus, use_default", "#4f8fc0"),
    ("nucleus", "#1f5f99"),
    ("nucleus, bitmap", "#5aa7a7"),
    ("no filter", "#dddddd"),
    ("floor", "#aaaaaa"),
    ("RET ALLOW", "#aaaaaa"),
    ("libseccomp 1", "#f2c078"),
    ("libseccomp 2", "#dd8a2e"),
    ("seccompiler", "#b5523b"),
    ("bitmap", "#7d9a5b"),
    ("compile", "#1f5f99"),
    ("prove", "#dd8a2e"),
];

fn colour(name: &str) -> &'static str {
    COLOURS.iter().find(|(known, _)| *known == name).map_or("#555555", |(_, colour)| colour)
}

const WIDTH: f64 = 860.0;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 70.0;
const TOP: f64 = 78.0;
const BOTTOM: f64 = 50.0;

/// From values to places along an axis.
struct Axis {
    logarithmic: bool,
    least: f64,
    most: f64,
    from: f64,
    length: f64,
}

impl Axis {
    fn new(values: &[f64], logarithmic: bool, from: f64, length: f64) -> Self {
        let most = values.iter().copied().fold(0.0, f64::max);
        let least = values.iter().copied().fold(f64::MAX, f64::min);
        let (least, most) = match logarithmic {
            true => (10_f64.powf(least.log10().floor()), 10_f64.powf(most.log10().ceil())),
            false => (0.0, (most / step(most)).ceil() * step(most)),
        };
        Self { logarithmic, least, most, from, length }
    }

    fn place(&self, value: f64) -> f64 {
        let share = match self.logarithmic {
            true => (value / self.least).ln() / (self.most / self.least).ln(),
            false => value / self.most,
        };
        self.from + share * self.length
    }

    fn ticks(&self) -> Vec<f64> {
        match self.logarithmic {
            true => std::iter::successors(Some(self.least), |tick| Some(tick * 10.0))
                .take_while(|tick| *tick <= self.most * 1.01)
                .collect(),
            false => std::iter::successors(Some(0.0), |tick| Some(tick + step(self.most)))
                .take_while(|tick| *tick <= self.most * 1.01)
                .collect(),
        }
    }
}

/// A round distance of which some five to ten make up `most`.
fn step(most: f64) -> f64 {
    let power = 10_f64.powf((most / 5.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|step| step * power)
        .into_iter()
        .find(|step| most / step <= 8.0)
        .unwrap()
}

fn number(value: f64) -> String {
    match value {
        1_000_000.0.. => format!("{}\u{a0}million", number(value / 1e6)),
        10_000.0.. => format!("{}\u{a0}{:03.0}", (value / 1e3).floor(), (value % 1e3).floor()),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}").trim_end_matches(".0").to_owned(),
        _ => format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

fn begin(title: &str, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"20\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{title}</text>\n"
    )
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>")
        .unwrap();
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str) {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\"/>"
    )
    .unwrap();
}

/// In two rows, if one is too short for all names.
fn legend(svg: &mut String, names: &[&str]) {
    let (mut x, mut y) = (20.0, 36.0);
    for name in names {
        let (colour, width) = (colour(name), 38.0 + 6.6 * name.len() as f64);
        if x + width > WIDTH {
            (x, y) = (20.0, y + 18.0);
        }
        writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>"
        )
        .unwrap();
        text(svg, x + 17.0, y + 11.0, "start", name);
        x += width;
    }
}

/// Bars that lie, in groups: a value, or none, for each of `subjects`.
pub struct Bars<'a> {
    pub title: &'a str,
    pub unit: &'a str,
    pub subjects: &'a [&'a str],
    pub groups: Vec<(String, Vec<Option<f64>>)>,
    /// Tenfold from tick to tick, for what differs by much.
    pub logarithmic: bool,
}

impl Bars<'_> {
    pub fn svg(&self) -> String {
        const BAR: f64 = 15.0;
        const GAP: f64 = 16.0;
        let bars = |values: &[Option<f64>]| values.iter().flatten().count() as f64 * BAR + GAP;
        let tall: f64 = self.groups.iter().map(|(_, values)| bars(values)).sum();
        let height = TOP + tall + BOTTOM;
        // From 1, or less: bars are compared by their length.
        let values = self.groups.iter().flat_map(|(_, values)| values.iter().flatten().copied());
        let values: Vec<f64> = values.chain([1.0]).collect();
        let axis = Axis::new(&values, self.logarithmic, LEFT, WIDTH - LEFT - RIGHT);
        let mut svg = begin(self.title, height);
        legend(&mut svg, self.subjects);
        for tick in axis.ticks() {
            let x = axis.place(tick);
            line(&mut svg, (x, TOP), (x, TOP + tall), "#e4e4e4");
            text(&mut svg, x, TOP + tall + 16.0, "middle", &number(tick));
        }
        let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
        let scale = if self.logarithmic { " (each line ten times the one before)" } else { "" };
        text(&mut svg, middle, TOP + tall + 36.0, "middle", &format!("{}{scale}", self.unit));
        let mut y = TOP + GAP / 2.0;
        for (name, values) in &self.groups {
            let height = bars(values) - GAP;
            text(&mut svg, LEFT - 10.0, y + height / 2.0 + 4.0, "end", name);
            for (subject, value) in self.subjects.iter().zip(values) {
                let Some(value) = value else { continue };
                let (end, colour) = (axis.place(*value), colour(subject));
                let (width, thick) = ((end - LEFT).max(1.0), BAR - 2.0);
                writeln!(
                    svg,
                    "<rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{thick}\" \
                     fill=\"{colour}\"/>"
                )
                .unwrap();
                text(&mut svg, end + 5.0, y + 11.0, "start", &number(*value));
                y += BAR;
            }
            y += GAP;
        }
        line(&mut svg, (LEFT, TOP), (LEFT, TOP + tall), "#555555");
        svg + "</svg>\n"
    }
}

/// A curve: its name, its colour's name, whether it is dashed, and its points.
pub struct Curve<'a> {
    pub name: &'a str,
    pub dashes: &'a str,
    pub subject: &'a str,
    pub points: Vec<(f64, f64)>,
}

/// Curves with both axes logarithmic, so that a power is a slope.
pub fn curves(title: &str, across: &str, up: &str, curves: &[Curve<'_>]) -> String {
    const HEIGHT: f64 = 460.0;
    const FOR_NAMES: f64 = 200.0;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let xs: Vec<f64> = points().map(|(x, _)| *x).collect();
    let ys: Vec<f64> = points().map(|(_, y)| *y).collect();
    let x_axis = Axis::new(&xs, true, 80.0, WIDTH - 80.0 - FOR_NAMES);
    let y_axis = Axis::new(&ys, true, HEIGHT - BOTTOM, -(HEIGHT - BOTTOM - TOP));
    let mut svg = begin(title, HEIGHT);
    legend(&mut svg, &["compile", "prove"]);
    for tick in x_axis.ticks() {
        let x = x_axis.place(tick);
        line(&mut svg, (x, TOP), (x, HEIGHT - BOTTOM), "#e4e4e4");
        text(&mut svg, x, HEIGHT - BOTTOM + 16.0, "middle", &number(tick));
    }
    for tick in y_axis.ticks() {
        let y = y_axis.place(tick);
        line(&mut svg, (80.0, y), (WIDTH - FOR_NAMES, y), "#e4e4e4");
        text(&mut svg, 72.0, y + 4.0, "end", &number(tick));
    }
    text(&mut svg, (WIDTH - FOR_NAMES + 80.0) / 2.0, HEIGHT - 14.0, "middle", across);
    writeln!(
        svg,
        "<text transform=\"translate(22 {}) rotate(-90)\" text-anchor=\"middle\">{up}</text>",
        (TOP + HEIGHT - BOTTOM) / 2.0
    )
    .unwrap();
    let mut names: Vec<(f64, f64, &str)> = Vec::new();
    for curve in curves {
        let at = |(x, y): &(f64, f64)| format!("{:.1},{:.1}", x_axis.place(*x), y_axis.place(*y));
        let path: Vec<String> = curve.points.iter().map(at).collect();
        writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" \
             stroke-dasharray=\"{}\"/>",
            path.join(" "),
            colour(curve.subject),
            curve.dashes
        )
        .unwrap();
        if let Some((x, y)) = curve.points.last() {
            names.push((x_axis.place(*x), y_axis.place(*y), curve.name));
        }
    }
    // Names beside the ends of their curves, moved apart where they would lie on each other.
    names.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut above = 0.0;
    for (x, y, name) in names {
        let y = f64::max(y + 4.0, above + 14.0);
        above = y;
        text(&mut svg, x + 6.0, y, "start", name);
    }
    svg + "</svg>\n"
}
