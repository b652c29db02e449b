//! The kernel, running our programs, comes to the verdicts that the policy means.
//!
//! Every verdict is replaced by an errno of its own, so that no call is carried out, whatever its
//! number and arguments: the whole table can be asked, exit and reboot included.

#![allow(unsafe_code, reason = "forks, and makes raw system calls")]

#[path = "../meaning/cases.rs"]
#[allow(dead_code, reason = "some of it is for other tests")]
mod cases;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cases::{Random, all_modes, built_in, interesting_args, interesting_numbers, random_policy_on};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::kernel::{Options, load};
use nucleus_seccomp::policy::{Policy, Rule, Subject, evaluate};
use nucleus_seccomp::prove::{Proven, prove};

/// The same policy with an errno in place of each verdict. Among errnos the smaller is the
/// stricter, so they are given out in the order of strictness.
fn with_errnos(policy: &Policy, arch: Arch) -> Policy {
    const FIRST: usize = 1000; // no errno of the kernel's own
    let actions: BTreeSet<Action> = policy.layers().flat_map(actions).collect();
    let errno = |action: Action| {
        let rank = actions.iter().position(|known| *known == action).unwrap();
        Action::errno(u16::try_from(FIRST + rank).unwrap())
    };
    let mut layers = policy.layers().map(|layer| replaced(layer, arch, errno));
    let mut whole = layers.next().unwrap();
    layers.for_each(|layer| whole.intersect(&layer).unwrap());
    whole
}

/// Every verdict that a layer speaks of.
fn actions(layer: &Policy) -> impl Iterator<Item = Action> {
    let rules = layer.rules().map(|(_, rule)| rule.action());
    rules
        .chain([layer.default_action(), layer.attributes().bad_arch, layer.deny_action()])
        .chain(layer.attributes().unknown)
}

/// Rules by name stay so; denials, of which there are names alone, too.
fn replaced(layer: &Policy, arch: Arch, errno: impl Fn(Action) -> Action) -> Policy {
    let covered = layer.covers(arch).then_some(arch);
    let mut replaced = Policy::covering(errno(layer.default_action()), covered);
    let attributes = replaced.attributes_mut();
    *attributes = *layer.attributes();
    attributes.bad_arch = errno(layer.attributes().bad_arch);
    attributes.set_deny(Some(errno(layer.deny_action()))).unwrap();
    attributes.unknown = layer.attributes().unknown.map(&errno);
    for (subject, rule) in layer.rules() {
        let conditions = rule.conditions().iter().copied();
        let rule = match rule.is_soft() {
            true => Rule::soft(errno(rule.action()), conditions),
            false => Rule::new(errno(rule.action()), conditions),
        };
        replaced.add_rule_for(subject, rule).unwrap();
    }
    for denied in layer.denied() {
        let Subject::Named(call) = denied else { unreachable!("only merging makes others") };
        replaced.deny(call.name()).unwrap();
    }
    replaced
}

/// What a child and its parent share.
struct Shared {
    /// How many answers there are.
    done: AtomicUsize,
    answers: [AtomicI32; MOST_CALLS],
}

const MOST_CALLS: usize = 1 << 16;

impl Shared {
    fn new() -> &'static Self {
        let (size, none) = (size_of::<Self>(), std::ptr::null_mut());
        let (access, kind) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, wherever the kernel likes, touches no memory of anybody's.
        let memory = unsafe { libc::mmap(none, size, access, kind, -1, 0) };
        assert_ne!(memory, libc::MAP_FAILED);
        // SAFETY: the mapping is large enough, aligned to a page, zeroed, which is a value of all
        // atomics, and never unmapped.
        unsafe { &*memory.cast() }
    }
}

/// Makes every call in a child under the filter, and returns what each came to.
fn ask(filter: &Proven, calls: &[Call], shared: &'static Shared) -> Vec<i32> {
    assert!(calls.len() <= MOST_CALLS);
    shared.done.store(0, Ordering::Relaxed);
    // SAFETY: the child does only what is safe after a fork in a process with threads: it loads the
    // filter, makes raw calls and writes to shared memory.
    let child = unsafe { libc::fork() };
    if child == 0 {
        answer(filter, calls, shared);
    }
    let since = Instant::now();
    while shared.done.load(Ordering::Acquire) < calls.len() {
        let late = since.elapsed() > Duration::from_secs(20);
        // SAFETY: looks at our child, and writes its status nowhere.
        let ended = unsafe { libc::waitpid(child, std::ptr::null_mut(), libc::WNOHANG) } != 0;
        let done = shared.done.load(Ordering::Acquire);
        assert!(!ended && !late, "the child ended at call {:x?}", calls.get(done));
        std::thread::sleep(Duration::from_micros(200));
    }
    // SAFETY: ends our child, which can't end itself: exit is refused, too.
    unsafe {
        libc::kill(child, libc::SIGKILL);
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
    shared.answers[..calls.len()].iter().map(|errno| errno.load(Ordering::Relaxed)).collect()
}

/// In the child.
fn answer(filter: &Proven, calls: &[Call], shared: &Shared) -> ! {
    if load(filter, Options::default()).is_ok() {
        for (call, answer) in calls.iter().zip(&shared.answers) {
            let [a, b, c, d, e, f] = call.args;
            // SAFETY: the filter refuses every call, so that it touches nothing.
            let result = unsafe { libc::syscall(call.nr.into(), a, b, c, d, e, f) };
            // SAFETY: libc's location of this thread's errno is always valid to read.
            let errno = unsafe { *libc::__errno_location() };
            answer.store(if result == -1 { errno } else { 0 }, Ordering::Relaxed);
            shared.done.fetch_add(1, Ordering::Release);
        }
    }
    loop {
        std::hint::spin_loop();
    }
}

/// The kernel carries this call out whatever a filter says, and only for its own trampoline: to
/// anybody else it is fatal.
fn is_passed_by(arch: Arch, nr: i32) -> bool {
    const URETPROBE_AND_UPROBE: [i32; 2] = [335, 336];
    arch == Arch::X86_64 && URETPROBE_AND_UPROBE.contains(&nr)
}

#[test]
fn the_kernel_comes_to_the_verdicts_that_the_policy_means() {
    let Some(arch) = Arch::native() else { return };
    let shared = Shared::new();
    let mut asked = 0;
    let mut random = Random::new(11);
    let policies: Vec<(String, Policy)> = all_modes()
        .map(|modes| (format!("{modes:?}"), built_in(modes)))
        .chain((0..150).map(|seed| {
            let policy = random_policy_on(&mut Random::new(seed), &[arch], 60);
            (format!("seed {seed}"), policy)
        }))
        .collect();
    for (name, policy) in policies {
        let policy = with_errnos(&policy, arch);
        let filter = prove(&policy, compile(&policy).unwrap()).unwrap();
        let mut calls = Vec::new();
        for nr in interesting_numbers(arch) {
            if !is_passed_by(arch, nr) {
                let args = interesting_args(&policy, nr, arch, &mut random);
                calls.extend(args.into_iter().map(|args| cases::call(arch, nr, args)));
            }
        }
        calls.truncate(MOST_CALLS);
        for (call, found) in calls.iter().zip(ask(&filter, &calls, shared)) {
            let wanted = i32::from(evaluate(&policy, call).data());
            assert_eq!(found, wanted, "{name}: {call:x?}");
            asked += 1;
        }
    }
    println!("{asked} calls asked of the kernel, no difference");
}
