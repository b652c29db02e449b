//! What fuzzers begin with: what the other tests have, in the form of each target.

use crate::targets::oci::{CHOICES, HEAD};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::policy::levels::{self, Level};

/// A name, and bytes.
pub type Seed = (String, Vec<u8>);

/// The seeds of a target.
pub fn of(target: &str) -> Vec<Seed> {
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

fn oci() -> Vec<Seed> {
    // Linux 6.1, x86_64, Docker's capabilities; and an arm of long ago without any.
    let mut heads: [[u8; HEAD]; 2] = [
        [6, 1, place(Arch::X86_64), 0xfb, 0x25, 0x04, 0xa8, 0, 0, 0, 0],
        [4, 8, place(Arch::Arm), 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    let mut seeds = with_heads(&heads, &texts(&PROFILES, OCI_PAGE));
    for head in &mut heads {
        head[2] |= CHOICES;
    }
    seeds.extend(with_heads(&heads, &choices()));
    seeds
}

fn place(arch: Arch) -> u8 {
    let place = Arch::ALL.iter().position(|one| *one == arch);
    u8::try_from(place.unwrap()).unwrap()
}

fn firecracker() -> Vec<Seed> {
    let heads: Vec<[u8; 1]> = (0..12).map(|head| [head]).collect(); // of each architecture, three categories
    let mut seeds = with_heads(&heads, &texts(&CATEGORIES, FIRECRACKER_PAGE));
    seeds.extend(with_heads(&[[0x10]], &choices()));
    seeds
}

/// The files, and the blocks of JSON of a page.
fn texts(files: &[(&str, &str)], page: &str) -> Vec<Seed> {
    let blocks = page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks = blocks.enumerate().map(|(at, block)| (format!("page{at}"), block));
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), *text));
    files.chain(blocks).map(|(name, text)| (name, text.as_bytes().to_vec())).collect()
}

/// Each behind each head.
fn with_heads<const LENGTH: usize>(heads: &[[u8; LENGTH]], seeds: &[Seed]) -> Vec<Seed> {
    let behind = |(at, head): (usize, &[u8; LENGTH])| {
        let head = *head;
        let with =
            move |(name, bytes): &Seed| (format!("{name}-{at}"), [&head[..], bytes].concat());
        seeds.iter().map(with).collect::<Vec<_>>()
    };
    heads.iter().enumerate().flat_map(behind).collect()
}

/// Programs of ours, and choices.
fn import() -> Vec<Seed> {
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
fn choices() -> Vec<Seed> {
    let mut random = crate::cases::Random::new(7);
    let some = |length: usize, random: &mut crate::cases::Random| -> Vec<u8> {
        (0..length).map(|_| u8::try_from(random.below(256)).unwrap()).collect()
    };
    (0..48).map(|at| (format!("choices{at}"), some(16 << (at % 6), &mut random))).collect()
}
