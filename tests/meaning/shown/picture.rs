//! The picture, walked.

use super::{Known, compare, is_in, section_of, word};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::show::dot;
use std::collections::BTreeMap;

/// A cluster: nodes with their labels, and arrows with theirs.
#[derive(Default)]
struct Cluster {
    labels: BTreeMap<String, String>,
    arrows: BTreeMap<String, Vec<(String, String)>>,
}

fn label(attributes: &str) -> String {
    let behind = attributes.split_once("label=\"").map_or("", |(_, behind)| behind);
    behind.split('"').next().unwrap().replace("\\l", "")
}

fn parse(text: &str) -> Vec<(String, Cluster)> {
    let mut clusters: Vec<(String, Cluster)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("subgraph") {
            inside = true;
            clusters.push(Default::default());
        }
        let Some((title, cluster)) = clusters.last_mut().filter(|_| inside) else { continue };
        if line.starts_with("label=") {
            *title = label(line);
        } else if let Some((from, to)) = line.split_once(" -> ") {
            let (to, attributes) = to.split_once(' ').unwrap();
            let arrow = (to.to_owned(), label(attributes));
            cluster.arrows.entry(from.to_owned()).or_default().push(arrow);
        } else if let Some((node, attributes)) = line.split_once(" [") {
            assert!(cluster.labels.insert(node.to_owned(), label(attributes)).is_none(), "{line}");
        }
    }
    clusters
}

fn ask(clusters: &[(String, Cluster)], known: &Known<String>, call: &Call) -> Option<String> {
    let (arch, cluster) = section_of(clusters, call);
    let start = known.of(call, || {
        let groups = || cluster.labels.iter().filter(|(node, _)| node.contains("calls"));
        let is_rest = |label: &str| label.starts_with("all other");
        let number = call.nr.cast_unsigned();
        let is_it = |label: &str| !is_rest(label) && is_in(label, number, arch);
        let found: Vec<&String> =
            groups().filter(|(_, label)| is_it(label)).map(|(node, _)| node).collect();
        match found[..] {
            [] => groups().find(|(_, label)| is_rest(label)).expect("a group for all").0.clone(),
            [only] => only.clone(),
            _ => panic!("{call} stands in several groups"),
        }
    });
    let mut node = &start;
    loop {
        let subject = &cluster.labels[node];
        let Some(arrows) = cluster.arrows.get(node) else {
            return (!subject.starts_with("computes")).then(|| subject.clone());
        };
        let fits = |(_, label): &&(String, String)| {
            !label.is_empty() && label != "else" && is_in(label, word(subject, call), None)
        };
        let otherwise = arrows.iter().find(|(_, label)| label.is_empty() || label == "else");
        node = &arrows.iter().find(fits).or(otherwise).expect("a way on").0;
    }
}

#[test]
fn it_leads_where_the_interpreter_goes() {
    compare(
        dot,
        |text| (parse(text), Known::default()),
        |(clusters, known), call| ask(clusters, known, call),
    );
}
