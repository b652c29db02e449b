#!/usr/bin/python3
"""nucleus-seccomp from Python, by ctypes alone: no compiler, no header.

    nucleus_seccomp.py                        the example policy: built, asked, and printed
    nucleus_seccomp.py -- command argument... the command, confined by it

The library is found as the dynamic loader finds it: set LD_LIBRARY_PATH if it is elsewhere.
"""

import ctypes
import errno
import os
import socket
import sys
from ctypes import POINTER, byref, c_char_p, c_int32, c_size_t, c_uint32, c_uint64, c_void_p

# ---- What the header says: types, numbers, functions ----

OK, ERR_UNKNOWN_SYSCALL = 0, -2
KILL_PROCESS, ALLOW = 0x80000000, 0x7FFF0000
CMP_EQ = 4
POLICY_NETWORK = 1
EXPORT_PSEUDOCODE = 10


def ERRNO(number):
    """The action that makes a call fail; one out of range is refused by every function."""
    return 0x00050000 | (number if 0 <= number <= 4095 else 0xFFFF)


class Arg(ctypes.Structure):
    """nucleus_arg: a condition on an argument. `width` is 32 for the kernel's int, 64 for its long."""

    _fields_ = [
        ("index", c_uint32),
        ("op", c_uint32),
        ("width", c_uint32),
        ("value", c_uint64),
        ("mask", c_uint64),
    ]


class Call(ctypes.Structure):
    """nucleus_call: a call as a filter sees it."""

    _fields_ = [
        ("nr", c_int32),
        ("arch", c_uint32),
        ("instruction_pointer", c_uint64),
        ("args", c_uint64 * 6),
    ]


class ApplyResult(ctypes.Structure):
    """nucleus_apply_result: what an apply came to."""

    _fields_ = [
        ("size", c_size_t),
        ("step", c_uint32),
        ("flags", c_uint32),
        ("missing", c_uint32),
        ("no_new_privs", c_uint32),
        ("error_number", c_int32),
        ("thread", c_int32),
    ]


# Handles are pointers that nothing here looks into. ctypes takes what it is not told about for an int,
# which cuts pointers: so every function that is used stands here, with what it returns and takes.
Filter, Program = c_void_p, c_void_p
FUNCTIONS = {
    "nucleus_version": (c_char_p,),
    "nucleus_status_message": (c_char_p, c_int32),
    "nucleus_arch_native": (c_uint32,),
    "nucleus_syscall_number": (c_int32, c_uint32, c_char_p, POINTER(c_int32)),
    "nucleus_filter_new": (c_int32, c_uint32, POINTER(Filter)),
    "nucleus_filter_free": (None, Filter),
    "nucleus_filter_error": (c_char_p, Filter),
    "nucleus_filter_allow": (c_int32, Filter, c_char_p),
    "nucleus_filter_deny": (c_int32, Filter, c_char_p),
    "nucleus_filter_add_rule": (c_int32, Filter, c_uint32, c_char_p, POINTER(Arg), c_size_t),
    "nucleus_filter_use_default": (c_int32, Filter, c_uint32),
    "nucleus_filter_compile": (c_int32, Filter),
    "nucleus_filter_program": (Program, Filter),
    "nucleus_filter_evaluate": (c_int32, Filter, POINTER(Call), POINTER(c_uint32)),
    "nucleus_filter_export": (c_int32, Filter, c_uint32, c_char_p, POINTER(c_size_t)),
    "nucleus_program_apply": (c_int32, Program, c_void_p, POINTER(ApplyResult)),
    "nucleus_apply_message": (c_size_t, POINTER(ApplyResult), c_char_p, c_size_t),
}


def load():
    """The library, with its functions declared."""
    library = ctypes.CDLL("libnucleus_seccomp.so.0")
    for name, (result, *arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


C = load()

# ---- The same for Python ----


class Error(Exception):
    """What the library refused, in its own words."""

    def __init__(self, status, sentence):
        super().__init__(sentence.decode())
        self.status = status


class Policy:
    """A filter, to be used in a `with` statement, which frees it."""

    def __init__(self, default):
        self.handle = Filter()
        self.check(C.nucleus_filter_new(default, byref(self.handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        C.nucleus_filter_free(self.handle)
        self.handle = Filter()

    def check(self, status):
        """Raises the sentence that the filter keeps, or else the one about the status."""
        if status != OK:
            kept = self.handle and C.nucleus_filter_error(self.handle)
            raise Error(status, kept or C.nucleus_status_message(status))

    def use_default(self, flags=0):
        self.check(C.nucleus_filter_use_default(self.handle, flags))

    def allow(self, name):
        self.check(C.nucleus_filter_allow(self.handle, name.encode()))

    def deny(self, name):
        self.check(C.nucleus_filter_deny(self.handle, name.encode()))

    def add_rule(self, action, name, *conditions):
        conditions = (Arg * len(conditions))(*conditions)
        length = len(conditions)
        self.check(C.nucleus_filter_add_rule(self.handle, action, name.encode(), conditions, length))

    def compile(self):
        self.check(C.nucleus_filter_compile(self.handle))

    def evaluate(self, name, *arguments):
        """The action for a call of this machine."""
        call, action = Call(arch=C.nucleus_arch_native()), c_uint32()
        call.args = (c_uint64 * 6)(*arguments)
        number = c_int32()
        self.check(C.nucleus_syscall_number(call.arch, name.encode(), byref(number)))
        call.nr = number
        self.check(C.nucleus_filter_evaluate(self.handle, byref(call), byref(action)))
        return action.value

    def text(self, form=EXPORT_PSEUDOCODE):
        """The compiled filter for eyes."""
        size = c_size_t()
        self.check(C.nucleus_filter_export(self.handle, form, None, byref(size)))
        text = ctypes.create_string_buffer(size.value)
        self.check(C.nucleus_filter_export(self.handle, form, text, byref(size)))
        return text.raw.decode()

    def apply(self):
        """Confines the calling thread, for good."""
        result = ApplyResult(size=ctypes.sizeof(ApplyResult))
        program = C.nucleus_filter_program(self.handle)
        status = C.nucleus_program_apply(program, None, byref(result))
        if status != OK:
            sentence = ctypes.create_string_buffer(256)
            C.nucleus_apply_message(byref(result), sentence, len(sentence))
            raise Error(status, sentence.value or C.nucleus_status_message(status))

    def run(self, command):
        """Runs a command confined; its exit status, negative for a signal.

        Python may allocate and lock at any time, so this is for programs without threads, and so is
        preexec_fn of subprocess. In one with threads, start a helper that confines itself and then
        execs, such as this very file.
        """
        child = os.fork()
        if child == 0:
            try:
                self.apply()
                os.execvp(command[0], command)
            except (Error, OSError) as error:
                print(f"{command[0]}: {error}", file=sys.stderr, flush=True)
            finally:
                os._exit(127)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)


# ---- The example ----


def example():
    """Ordinary programs, which get no sockets, and are killed for asking the system's name."""
    policy = Policy(KILL_PROCESS)
    policy.use_default()
    policy.add_rule(
        ERRNO(errno.EAFNOSUPPORT), "socket", Arg(index=0, op=CMP_EQ, width=32, value=socket.AF_UNIX)
    )
    policy.deny("uname")
    policy.compile()
    return policy


def show(policy):
    """Asks the policy about some calls, and prints all of it."""
    questions = [("read", 0), ("socket", socket.AF_UNIX, socket.SOCK_STREAM), ("uname",), ("clone3",)]
    for name, *arguments in questions:
        words = ", ".join(map(str, arguments))
        print(f"{name}({words}): {policy.evaluate(name, *arguments):#010x}")
    print(f"\n{policy.text()}", end="")


def main(words):
    if words and words[0] != "--":
        print(__doc__, file=sys.stderr)
        return 2
    with example() as policy:
        if words[1:]:
            return policy.run(words[1:])
        show(policy)
    return 0


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
    except Error as error:
        sys.exit(f"nucleus_seccomp.py: {error}")
    # As shells have it: 128 and the number of the signal.
    sys.exit(status if status >= 0 else 128 - status)
