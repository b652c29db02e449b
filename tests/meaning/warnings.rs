//! What is said when a policy is built that most likely means something else.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, span, subscriber};

const ALLOW: Action = Action::ALLOW;
const EPERM: Action = Action::errno(1);

type Step = fn(&mut Policy);

/// Keeps the messages of warnings.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Heard {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        write!(self.0, "{value:?}").unwrap();
    }
}

/// The warnings of building a policy in these steps.
fn warnings(steps: &[Step]) -> Vec<String> {
    let build = || {
        let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
        steps.iter().for_each(|step| step(&mut policy));
    };
    let heard = Heard::default();
    subscriber::with_default(heard.clone(), || {
        // Whether anybody listens is found out where something is said for the first time, perhaps in
        // the thread of another test, where nobody does. So that is asked again after a first time.
        build();
        tracing::callsite::rebuild_interest_cache();
        heard.0.lock().unwrap().clear();
        build();
    });
    heard.0.lock().unwrap().clone()
}

fn clone_if(
    value: u64,
    rule: fn(Action, [Condition; 1]) -> Rule,
    action: Action,
    policy: &mut Policy,
) {
    let is = Condition::new("clone", 0, Operator::Eq, Width::Bits32, value, 0).unwrap();
    policy.add_rule("clone", rule(action, [is])).unwrap();
}

fn clone_whole(rule: fn(Action, [Condition; 0]) -> Rule, action: Action, policy: &mut Policy) {
    policy.add_rule("clone", rule(action, [])).unwrap();
}

const ALL: Step = |p| p.allow("clone").unwrap();
const ALL_BY_RULE: Step = |p| clone_whole(Rule::new, ALLOW, p);
const REFUSE_ALL: Step = |p| clone_whole(Rule::new, EPERM, p);
const REFUSE_ALL_SOFTLY: Step = |p| clone_whole(Rule::soft, EPERM, p);
const SOME: Step = |p| clone_if(1, Rule::new, ALLOW, p);
const OTHERS: Step = |p| clone_if(2, Rule::new, ALLOW, p);
const SOME_SOFTLY: Step = |p| clone_if(1, Rule::soft, ALLOW, p);
const REFUSE_SOME: Step = |p| clone_if(1, Rule::new, EPERM, p);
const FORGET: Step = |p| p.remove_rules("clone").unwrap();
const BUILT_IN: Step = |p| builtin::add_to(p, Modes::default()).unwrap();
const MMAP: Step = |p| p.allow("mmap").unwrap();

/// What allows a call for some arguments is most likely there to check it, and nobody means to lift that.
#[test]
fn it_is_said_once_when_the_checks_of_a_call_are_lifted() {
    let cases: [(&str, &[Step], usize); 16] = [
        ("after they were added", &[SOME, ALL], 1),
        ("before", &[ALL, SOME], 1),
        ("by a rule", &[SOME, ALL_BY_RULE], 1),
        ("before, by a rule", &[ALL_BY_RULE, SOME], 1),
        ("again and again", &[SOME, ALL, ALL, ALL_BY_RULE, SOME, OTHERS, ALL], 1),
        ("forgotten in between", &[SOME, ALL, FORGET, SOME, ALL], 2),
        ("the built-in policy's", &[BUILT_IN, ALL], 1),
        ("the built-in policy's, before", &[ALL, BUILT_IN], 1),
        ("there are none", &[ALL, ALL_BY_RULE, ALL], 0),
        ("they stay", &[SOME, OTHERS, SOME], 0),
        ("a refusal for some arguments stays", &[REFUSE_SOME, ALL], 0),
        ("what gives way anyway", &[SOME_SOFTLY, ALL], 0),
        ("the rest is refused", &[SOME, REFUSE_ALL, ALL], 0),
        ("the rest is refused softly", &[SOME, REFUSE_ALL_SOFTLY], 0),
        ("of another call", &[SOME, MMAP], 0),
        ("the built-in policy's W^X stays", &[BUILT_IN, MMAP], 0),
    ];
    let lifted =
        "clone is allowed as a whole, so rules that allow it for some arguments have no effect";
    for (why, steps, times) in cases {
        assert_eq!(warnings(steps), vec![lifted; times], "{why}");
    }
}

#[test]
fn it_is_said_what_of_the_opt_in_list_is_left_out() {
    let said = warnings(&[|p| {
        builtin::allow_extra(p, &["openat2", "ptrace", "read", "no_such_call"], false).unwrap();
    }]);
    assert_eq!(said.len(), 2, "{said:?}");
    for (name, line) in ["ptrace", "no_such_call"].iter().zip(&said) {
        assert!(line.contains(name) && line.ends_with("(left out)"), "{line}");
    }
}
