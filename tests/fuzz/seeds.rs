//! What fuzzers begin with: what the other tests have, in the form of each target.

use crate::targets::oci::HEAD;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::policy::levels::{self, Level};

/// The seeds of a target, each with a name.
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    match target {
        "oci" => oci(),
        "firecracker" => firecracker(),
        "import" => import(),
        _ => choices(),
    }
}

const PROFILES: [(&str, &str); 5] = [
    ("container", include_str!("../data/profiles/container.json")),
    ("deny", include_str!("../data/profiles/deny.json")),
    ("old", include_str!("../data/profiles/old.json")),
    ("written", include_str!("../data/profiles/written.json")),
    ("nothing", r#"{"defaultAction": "SCMP_ACT_ALLOW"}"#),
];

const CATEGORIES: [(&str, &str); 2] = [
    ("threads", include_str!("../data/firecracker/threads.json")),
    ("x86_64", include_str!("../data/firecracker/x86_64.json")),
];

/// Documentation has an example of everything, and each is small.
const OCI_PAGE: &str = include_str!("../../docs/oci.md");
const FIRECRACKER_PAGE: &str = include_str!("../../docs/firecracker.md");

fn oci() -> Vec<(String, Vec<u8>)> {
    // Linux 6.1, x86_64, Docker's capabilities; and an arm of long ago without any.
    let heads: [[u8; HEAD]; 2] = [
        [6, 1, place(Arch::X86_64), 0xfb, 0x25, 0x04, 0xa8, 0, 0, 0, 0],
        [4, 8, place(Arch::Arm), 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    let texts = PROFILES.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
    let all = texts.chain(examples(OCI_PAGE));
    all.flat_map(|(name, text)| {
        (0..)
            .zip(heads)
            .map(move |(at, head)| (format!("{name}-{at}"), [&head[..], text.as_bytes()].concat()))
    })
    .collect()
}

fn place(arch: Arch) -> u8 {
    let place = Arch::ALL.iter().position(|one| *one == arch);
    u8::try_from(place.unwrap()).unwrap()
}

fn firecracker() -> Vec<(String, Vec<u8>)> {
    let texts = CATEGORIES.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
    let all = texts.chain(examples(FIRECRACKER_PAGE));
    let heads = 0..12; // three architectures, three categories
    all.flat_map(|(name, text)| {
        heads
            .clone()
            .map(move |head: u8| (format!("{name}-{head}"), [&[head], text.as_bytes()].concat()))
    })
    .collect()
}

/// The blocks of JSON of a page.
fn examples(page: &'static str) -> impl Iterator<Item = (String, String)> {
    let blocks = page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.enumerate().map(|(at, block)| (format!("page{at}"), block.to_owned()))
}

/// Programs of ours, and choices.
fn import() -> Vec<(String, Vec<u8>)> {
    let level = |level: Level| {
        let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64, Arch::Aarch64]);
        levels::add_to(&mut policy, level).unwrap();
        compile(&policy).unwrap()
    };
    let as_raw =
        |program: Program| [&[0], &program.to_bytes(cfg!(target_endian = "big"))[..]].concat();
    let programs = Level::ALL.map(|one| (format!("{one:?}"), as_raw(level(one))));
    programs.into_iter().chain(choices()).collect()
}

/// Bytes that choose.
fn choices() -> Vec<(String, Vec<u8>)> {
    let mut random = crate::cases::Random::new(7);
    let some = |length: usize, random: &mut crate::cases::Random| -> Vec<u8> {
        (0..length).map(|_| u8::try_from(random.below(256)).unwrap()).collect()
    };
    (0..48).map(|at| (format!("choices{at}"), some(16 << (at % 6), &mut random))).collect()
}
