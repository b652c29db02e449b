//! From the tree of a file to a profile as it is written.

use super::context::Context;
use super::model::{Arg, Entry, Written};
use super::names::{self, ACTIONS, FLAGS, OPERATORS};
use super::select::Selection;
use crate::action::{Action, Kind};
use crate::arch::{Arch, Arches};
use crate::error::Printable;
use crate::policy::Operator;
use crate::profile::json::{Place, Problem, Read, Value, list, number, text, words};
use crate::profile::tables::known;

/// The largest errno that libseccomp takes (src/system.c, sys_chk_seccomp_action).
pub(super) const MOST_ERRNO: u64 = 4094;

const KEYS: [&str; 9] = [
    "defaultAction",
    "defaultErrnoRet",
    "defaultErrno",
    "architectures",
    "archMap",
    "flags",
    "listenerPath",
    "listenerMetadata",
    "syscalls",
];

pub(super) fn profile<'v>(
    value: &'v Value<'_>,
    context: &Context,
    read: &mut Read<'_>,
) -> Result<Written<'v>, Problem> {
    let top = Place::ROOT;
    let [action, errno_ret, errno, arches, map, flags, path, metadata, entries] =
        read.fields(value, &top, &KEYS)?;
    let mut reader = Reader { read, context };
    let default = reader.action(
        &top,
        ["defaultAction", "defaultErrnoRet", "defaultErrno"],
        [action, errno_ret, errno],
    )?;
    if default == Action::NOTIFY {
        let what = "SCMP_ACT_NOTIFY is no default action: whoever answers would wait for itself";
        return Err(Problem::at(&top.key("defaultAction"), what));
    }
    let mut loading = flags.map(|_| Vec::new());
    words(flags, &top.key("flags"), &mut |word, place| {
        let flag = known(&FLAGS, word, "flag", place)?;
        loading.get_or_insert_default().push(flag);
        Ok(())
    })?;
    Ok(Written {
        default,
        arches: reader.arches(&top, arches, map)?,
        flags: loading,
        listener_path: without_nul(path, &top.key("listenerPath"))?,
        listener_metadata: without_nul(metadata, &top.key("listenerMetadata"))?,
        entries: reader.entries(entries, &top.key("syscalls"))?,
    })
}

struct Reader<'r, 'n> {
    read: &'r mut Read<'n>,
    context: &'r Context,
}

impl Reader<'_, '_> {
    /// The architectures listed; of a map, those listed under the one that the profile is read for.
    fn arches(
        &mut self,
        top: &Place<'_>,
        listed: Option<&Value<'_>>,
        map: Option<&Value<'_>>,
    ) -> Result<Arches, Problem> {
        let map_place = top.key("archMap");
        let map = list(map, &map_place)?;
        let mut arches = Arches::default();
        words(listed, &top.key("architectures"), &mut |word, place| {
            arches.insert(arch(word, place)?);
            Ok(())
        })?;
        if !map.is_empty() && arches != Arches::default() {
            let what = "beside 'architectures' it can't be; use either";
            return Err(Problem::at(&map_place, what));
        }
        let mut is_found = false;
        for (index, item) in map.iter().enumerate() {
            let place = map_place.item(index);
            let [main, sub] =
                self.read.fields(item, &place, &["architecture", "subArchitectures"])?;
            let main_place = place.key("architecture");
            let main = arch(text(main, &main_place)?.unwrap_or_default(), &main_place)?;
            let mut all = Arches::default();
            all.insert(main);
            words(sub, &place.key("subArchitectures"), &mut |word, place| {
                all.insert(arch(word, place)?);
                Ok(())
            })?;
            // As in Docker, the first one counts.
            if !is_found && self.context.arch == Some(main) {
                is_found = true;
                arches = all;
            }
        }
        Ok(arches)
    }

    fn entries<'v>(
        &mut self,
        value: Option<&'v Value<'_>>,
        place: &Place<'_>,
    ) -> Result<Vec<Entry<'v>>, Problem> {
        let items = list(value, place)?;
        let mut entries = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            entries.push(self.entry(item, index, &place.item(index))?);
        }
        Ok(entries)
    }

    fn entry<'v>(
        &mut self,
        value: &'v Value<'_>,
        index: usize,
        place: &Place<'_>,
    ) -> Result<Entry<'v>, Problem> {
        const KEYS: [&str; 8] =
            ["names", "name", "action", "errnoRet", "errno", "args", "includes", "excludes"];
        let [names, name, action, errno_ret, errno, args, includes, excludes] =
            self.read.fields(value, place, &KEYS)?;
        let action =
            self.action(place, ["action", "errnoRet", "errno"], [action, errno_ret, errno])?;
        let selection = Selection::of(includes, excludes, place, self.read)?;
        let names = self.names(names, name, place)?;
        let args = self.args(args, &place.key("args"))?;
        Ok(Entry { index, names, action, args, selection })
    }

    fn names<'v>(
        &mut self,
        names: Option<&'v Value<'_>>,
        name: Option<&'v Value<'_>>,
        place: &Place<'_>,
    ) -> Result<Vec<&'v str>, Problem> {
        let (many_place, one_place) = (place.key("names"), place.key("name"));
        let mut all = Vec::with_capacity(list(names, &many_place)?.len());
        words(names, &many_place, &mut |word, place| {
            if word.is_empty() {
                return Err(Problem::at(place, "the name of the system call is empty"));
            }
            all.push(word);
            Ok(())
        })?;
        match text(name, &one_place)? {
            None | Some("") => {}
            Some(one) if all.is_empty() => all.push(one),
            Some(_) => {
                return Err(Problem::at(&one_place, "beside 'names' it can't be; use either"));
            }
        }
        if all.is_empty() {
            self.read.notes.skipped(place, "it names no system call, and does nothing")?;
        }
        Ok(all)
    }

    fn args(&mut self, value: Option<&Value<'_>>, place: &Place<'_>) -> Result<Vec<Arg>, Problem> {
        let mut args = Vec::new();
        for (index, item) in list(value, place)?.iter().enumerate() {
            args.push(self.arg(item, &place.item(index))?);
        }
        Ok(args)
    }

    fn arg(&mut self, value: &Value<'_>, place: &Place<'_>) -> Result<Arg, Problem> {
        const LAST: u64 = 5;
        let [index, first, second, operator] =
            self.read.fields(value, place, &["index", "value", "valueTwo", "op"])?;
        let index = number(index, &place.key("index"), LAST)?.unwrap_or(0);
        let first = number(first, &place.key("value"), u64::MAX)?.unwrap_or(0);
        let second = number(second, &place.key("valueTwo"), u64::MAX)?.unwrap_or(0);
        let place = place.key("op");
        let word = text(operator, &place)?.unwrap_or_default();
        let operator = known(&OPERATORS, word, "operator", &place)?;
        let (datum, mask) = match operator {
            Operator::MaskedEq => (second & first, first),
            _ => (first, 0),
        };
        Ok(Arg { index: u32::try_from(index).unwrap_or_default(), operator, datum, mask })
    }

    /// An action, with the errno or message that goes with it: what a name or a number in quotes
    /// says comes before what a number says (containers/common, pkg/seccomp).
    fn action(
        &mut self,
        place: &Place<'_>,
        keys: [&'static str; 3],
        [action, errno_ret, errno]: [Option<&Value<'_>>; 3],
    ) -> Result<Action, Problem> {
        let [action_place, ret_place, errno_place] = [0, 1, 2].map(|at| place.key(keys[at]));
        let Some(word) = text(action, &action_place)? else {
            return Err(Problem::at(&action_place, "there is none; SCMP_ACT_ERRNO is a usual one"));
        };
        let action = known(&ACTIONS, word, "action", &action_place)?;
        let most = match action.kind() {
            Kind::Errno => MOST_ERRNO,
            Kind::Trace => u16::MAX.into(),
            _ => {
                for (value, place) in [(errno_ret, ret_place), (errno, errno_place)] {
                    let says_something = !matches!(value, None | Some(Value::Number(0)))
                        && text(value, &place).ok().flatten() != Some("");
                    if says_something {
                        let what = format!("{word} has no errno; it is ignored");
                        self.read.notes.skipped(&place, &what)?;
                    }
                }
                return Ok(action);
            }
        };
        let given = number(errno_ret, &ret_place, most)?;
        let named = match text(errno, &errno_place)? {
            None | Some("") => None,
            Some(word) => Some(self.errno(word, most, &errno_place)?),
        };
        if let (Some(given), Some(named)) = (given, named)
            && given != named
        {
            let what = format!("it says {named}, where {} says {given}; this counts", keys[1]);
            self.read.notes.say(&errno_place, &what);
        }
        let data = named.or(given).map(|data| u16::try_from(data).unwrap_or(u16::MAX));
        Ok(match (action.kind(), data) {
            (Kind::Errno, Some(data)) => Action::errno(data),
            (_, Some(data)) => Action::trace(data),
            (_, None) => action,
        })
    }

    fn errno(&mut self, word: &str, most: u64, place: &Place<'_>) -> Result<u64, Problem> {
        if let Ok(number) = word.parse() {
            return match number <= most {
                true => Ok(number),
                false => Err(Problem::at(place, &format!("{number} is above {most}"))),
            };
        }
        let Some(number) = names::error(word) else {
            let what =
                format!("no error is named \"{}\"; give one like \"EPERM\"", Printable(word));
            return Err(Problem::at(place, &what));
        };
        match self.context.arch.filter(|arch| !names::has_usual_errors(*arch)) {
            None => Ok(number.into()),
            Some(arch) => {
                let what = format!("on {arch} errors have other numbers; give the number");
                Err(Problem::at(place, &what))
            }
        }
    }
}

fn arch(word: &str, place: &Place<'_>) -> Result<Arch, Problem> {
    names::arch(word).ok_or_else(|| {
        let what = format!(
            "unknown architecture \"{}\"; they are like SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64",
            Printable(word)
        );
        Problem::at(place, &what)
    })
}

/// A text that C can read.
fn without_nul<'v>(
    value: Option<&'v Value<'_>>,
    place: &Place<'_>,
) -> Result<Option<&'v str>, Problem> {
    match text(value, place)? {
        Some("") => Ok(None),
        Some(text) if text.contains('\0') => Err(Problem::at(place, "it has a NUL in it")),
        other => Ok(other),
    }
}
