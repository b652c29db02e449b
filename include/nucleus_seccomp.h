/* nucleus-seccomp: system call filters that fail closed, are proven, run at the kernel's floor, and
 * say why. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * HOW TO USE IT. A filter is a policy: which system calls, with which arguments, get which action.
 * It is made, told what to say, compiled and applied:
 *
 *     nucleus_filter *f = NULL;
 *     nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);        // what no rule speaks of
 *     nucleus_filter_use_default(f, NUCLEUS_POLICY_NETWORK);
 *     nucleus_filter_deny(f, "ptrace");
 *     if (nucleus_filter_compile(f) != NUCLEUS_OK)         // checks all of the above, too
 *         errx(1, "%s", nucleus_filter_error(f));
 *     pid_t child = fork();
 *     if (child == 0) {
 *         if (nucleus_filter_apply(f, 0) != NUCLEUS_OK)    // last thing before exec
 *             _exit(126);
 *         execlp("sh", "sh", "-c", "echo confined", (char *)NULL);
 *         _exit(127);
 *     }
 *     nucleus_filter_free(f);                              // the child stays confined
 *
 * Link with `pkg-config --cflags --libs nucleus-seccomp`.
 *
 * ORDER OF USE. The header has the same order. A default action, nucleus_filter_new. Then what the
 * filter says, by one or several of: single rules (nucleus_filter_allow, nucleus_filter_deny,
 * nucleus_filter_add_rule), the built-in policy (nucleus_filter_use_default), a level
 * (nucleus_filter_use_level), or a profile from a file (nucleus_filter_load_oci). A profile comes
 * first of all, nucleus_filter_harden last. Then nucleus_filter_compile; a change undoes it. Then
 * nucleus_filter_apply, as often as there are threads or children to confine. What the rest of the
 * header has (asking, comparing, showing, counting) can be asked of a filter at any time, and of its
 * program while it is compiled.
 *
 * ERRORS. Every call that can fail returns a nucleus_status: 0 is done, negative is an error. The
 * first error on a filter is kept, with a sentence (nucleus_filter_error), and
 * nucleus_filter_compile refuses while it is: a mistake never ends in a weaker filter than was
 * asked for, even if only compile and apply are checked.
 *
 * OWNERSHIP. What a function hands out through `T **out` is the caller's, and is freed by
 * nucleus_T_free. All else is borrowed for the call. Outputs are written on success only, but for a
 * nucleus_apply_result. Strings that are returned belong to the library or to the handle: how long
 * they live stands with the function. When there is no memory left, the process is aborted.
 *
 * THREADS. A `const T *` may be used from many threads at once, a `T *` by one at a time. Nothing is
 * kept per thread: a goroutine may change threads between two calls.
 *
 * FORK. nucleus_filter_apply, nucleus_program_apply, nucleus_apply_message and nucleus_kernel_features
 * may be called between fork, vfork or clone and exec in a process with threads, and from a signal
 * handler. No other function may.
 *
 * STRUCTS. Those that may grow begin with `size`, which the caller sets to sizeof. What this library
 * knows and the caller's struct is too short for is taken as 0; what it does not know must be 0.
 *
 * ABI. Numbers are never reused, unknown flags are refused, and a NULL where a pointer is needed is
 * an error, not a crash. Until 1.0 the SONAME is libnucleus_seccomp.so.0.
 */
/* Made from src/ffi: change the comments there, and run `make header`. */

#ifndef NUCLEUS_SECCOMP_H
#define NUCLEUS_SECCOMP_H

#include <stddef.h>
#include <stdint.h>

/* The version of this header; see nucleus_version for that of the library. */
#define NUCLEUS_VERSION_MAJOR 0
#define NUCLEUS_VERSION_MINOR 1
#define NUCLEUS_VERSION_PATCH 0
#define NUCLEUS_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The library ---- */

// The version of the library that is running, such as "0.1.0": compare with NUCLEUS_VERSION, the
// version of this header. Static; never NULL. Since 0.1.
//
//     if (strcmp(nucleus_version(), NUCLEUS_VERSION) != 0)
//         warnx("made for %s, running with %s", NUCLEUS_VERSION, nucleus_version());
const char *nucleus_version(void);

/* ---- Statuses ---- */

// What a call came to: 0 when done, negative when not, positive when done with a caveat. A
// number, once given, never means anything else.
typedef int32_t nucleus_status;

// Done.
#define NUCLEUS_OK 0

// The kernel refused the filter, and NUCLEUS_APPLY_BEST_EFFORT asked to go on without it.
// NOTHING IS CONFINED. errno says why.
#define NUCLEUS_NOT_APPLIED 1

// NULL where a pointer is needed, a value out of its range, an unknown flag, text that is not
// UTF-8, or a combination that makes no sense.
#define NUCLEUS_ERR_INVALID_ARGUMENT (-1)

// No system call of that name on any architecture.
#define NUCLEUS_ERR_UNKNOWN_SYSCALL (-2)

// Real, but not offered here: a name that is not on the opt-in list, an architecture without
// tables.
#define NUCLEUS_ERR_UNSUPPORTED (-3)

// The filter is not compiled, or was changed since.
#define NUCLEUS_ERR_NOT_COMPILED (-4)

// The program has more than the 4096 instructions that the kernel takes.
#define NUCLEUS_ERR_TOO_LARGE (-5)

// From compile: the program could not be shown to mean the policy. Please report it: it is our bug,
// unless the sentence speaks of the budget. From compare: the filters tangle the arguments too much
// to be compared. From apply: the program came from elsewhere, and nobody vouched for it.
#define NUCLEUS_ERR_UNPROVEN (-6)

// The kernel refused; errno says why, see nucleus_filter_apply.
#define NUCLEUS_ERR_KERNEL (-7)

// A bug in this library was caught. A filter that the call could change can only be freed; what it
// only looked at is as it was.
#define NUCLEUS_ERR_INTERNAL (-8)

// There is too little room in the caller's buffer.
#define NUCLEUS_ERR_BUFFER (-9)

// A profile's file can't be read, or is none that would be: a symbolic link, no regular file, too
// large, or changed while it was read.
#define NUCLEUS_ERR_FILE (-10)

// What was read is not the profile that was meant (its SHA-256 is another), or is none.
#define NUCLEUS_ERR_PROFILE (-11)

// The name of a status as it stands in this header ("NUCLEUS_ERR_KERNEL"), or
// "unknown status". Static; never NULL. Since 0.1.
const char *nucleus_status_name(nucleus_status status);

// A sentence about a status, for calls that leave none on a handle: nucleus_filter_apply, which
// writes nowhere, and calls that were given a NULL filter. Static; never NULL. Since 0.1.
const char *nucleus_status_message(nucleus_status status);

/* ---- Actions ---- */

// The whole process is killed with SIGSYS (Linux 4.14). The right default for most filters.
#define NUCLEUS_KILL_PROCESS UINT32_C(0x80000000)

// The calling thread alone is killed. In a process with several threads the others go on with
// whatever state it left: prefer NUCLEUS_KILL_PROCESS.
#define NUCLEUS_KILL_THREAD UINT32_C(0x00000000)

// The call waits for the answer of a listener. This version can't hand out the listener yet, and
// without one the kernel answers ENOSYS.
#define NUCLEUS_NOTIFY UINT32_C(0x7fc00000)

// The call is run, and a line goes to the kernel's log (Linux 4.14).
#define NUCLEUS_LOG UINT32_C(0x7ffc0000)

// The call is run.
#define NUCLEUS_ALLOW UINT32_C(0x7fff0000)

// Writes an action in words into `buffer`, of `size` bytes, as snprintf(3) would: "kill process",
// "errno 38", "allow". Cut where there is too little room, and with a 0 behind it if there is any. Returns
// the length of the whole, without the 0: at most 31. What is no action, such as a program from elsewhere
// may return, is a number in base 16. A NULL `buffer` has no room. Since 0.1.
//
//     char action[32];
//     nucleus_action_text(NUCLEUS_ERRNO(38), action, sizeof action);
//     puts(action);
size_t nucleus_action_text(uint32_t action,
                           char *buffer,
                           size_t size);

/* Actions that carry data.
 *
 * NUCLEUS_ERRNO: the call is not run and fails with errno e, 0 to 4095. With 0 it seems to succeed.
 *
 * NUCLEUS_TRAP: SIGSYS is raised, with d, 0 to 65535, in si_errno.
 *
 * NUCLEUS_TRACE: a tracer is told d, 0 to 65535; without a tracer the call fails with ENOSYS.
 *
 * A value out of range makes an action that every function refuses. The argument is evaluated
 * twice. Languages that can't call macros add e to 0x00050000, d to 0x00030000 or 0x7ff00000. */
#define NUCLEUS_ERRNO(e) \
    (UINT32_C(0x00050000) | ((uint32_t)(e) <= 4095 ? (uint32_t)(e) : UINT32_C(0xffff)))
#define NUCLEUS_TRAP(d) \
    ((uint32_t)(d) <= 65535 ? UINT32_C(0x00030000) | (uint32_t)(d) : UINT32_C(0xfffffffe))
#define NUCLEUS_TRACE(d) \
    ((uint32_t)(d) <= 65535 ? UINT32_C(0x7ff00000) | (uint32_t)(d) : UINT32_C(0xfffffffe))

/* ---- Filters ---- */

// A filter: a policy, and after nucleus_filter_compile the program made of it. Made by
// nucleus_filter_new, to be freed with nucleus_filter_free.
typedef struct nucleus_filter nucleus_filter;

// Makes a filter in which every system call of this machine's architecture gets
// `default_action`, and every other architecture's is killed (NUCLEUS_ATTR_BAD_ARCH,
// nucleus_filter_add_arch). On success *out is the filter.
//
//     nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);    // an allow-list: what it leaves out kills
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when `out` is NULL or the action is none of the kernel's
// (*out is not written). Since 0.1.
nucleus_status nucleus_filter_new(uint32_t default_action, nucleus_filter **out);

// Frees a filter. NULL is fine. A filter that was applied stays in force: the kernel has its own
// copy, and no filter can be removed. Since 0.1.
void nucleus_filter_free(nucleus_filter *filter);

// The first failure on this filter since it was made or cleared, as a sentence: what was asked
// for, what is wrong with it, what would be right. NULL when nothing has failed. The text lives
// until nucleus_filter_clear_error, nucleus_filter_reset, nucleus_filter_rollback or
// nucleus_filter_free. Functions that take a `const nucleus_filter *` leave none. For a NULL
// filter, a sentence that says so. Since 0.1.
//
//     if (nucleus_filter_allow(f, "wrtie") != NUCLEUS_OK)
//         warnx("%s", nucleus_filter_error(f));    // ... did you mean 'write'?
const char *nucleus_filter_error(const nucleus_filter *filter);

// Forgets the kept failure, so that the filter can be compiled all the same. What failed stays
// undone: be sure that the filter is what you want without it.
//
// Errors: none but for NULL. Since 0.1.
nucleus_status nucleus_filter_clear_error(nucleus_filter *filter);

/* ---- Architectures ---- */

// 64-bit x86 (AUDIT_ARCH_X86_64).
#define NUCLEUS_ARCH_X86_64 UINT32_C(0xc000003e)

// 32-bit x86 (AUDIT_ARCH_I386): also what a 64-bit process reaches by int 0x80.
#define NUCLEUS_ARCH_X86 UINT32_C(0x40000003)

// The x32 calls of 64-bit x86. In a call's data they have the token AUDIT_ARCH_X86_64 and numbers
// with bit 30 set; here that bit is moved into the token, in place of the bit for 64 bits.
#define NUCLEUS_ARCH_X32 UINT32_C(0x4000003e)

// 64-bit ARM, little-endian (AUDIT_ARCH_AARCH64).
#define NUCLEUS_ARCH_AARCH64 UINT32_C(0xc00000b7)

// 32-bit ARM, little-endian, EABI (AUDIT_ARCH_ARM).
#define NUCLEUS_ARCH_ARM UINT32_C(0x40000028)

// 64-bit RISC-V (AUDIT_ARCH_RISCV64).
#define NUCLEUS_ARCH_RISCV64 UINT32_C(0xc00000f3)

// 64-bit LoongArch (AUDIT_ARCH_LOONGARCH64).
#define NUCLEUS_ARCH_LOONGARCH64 UINT32_C(0xc0000102)

// 64-bit z/Architecture (AUDIT_ARCH_S390X).
#define NUCLEUS_ARCH_S390X UINT32_C(0x80000016)

// 31-bit ESA/390 (AUDIT_ARCH_S390).
#define NUCLEUS_ARCH_S390 UINT32_C(0x00000016)

// 64-bit PowerPC, little-endian (AUDIT_ARCH_PPC64LE).
#define NUCLEUS_ARCH_PPC64LE UINT32_C(0xc0000015)

// 64-bit PowerPC, big-endian (AUDIT_ARCH_PPC64).
#define NUCLEUS_ARCH_PPC64 UINT32_C(0x80000015)

// 32-bit PowerPC (AUDIT_ARCH_PPC).
#define NUCLEUS_ARCH_PPC UINT32_C(0x00000014)

// MIPS o32, big-endian (AUDIT_ARCH_MIPS).
#define NUCLEUS_ARCH_MIPS UINT32_C(0x00000008)

// MIPS o32, little-endian (AUDIT_ARCH_MIPSEL).
#define NUCLEUS_ARCH_MIPSEL UINT32_C(0x40000008)

// MIPS n64, big-endian (AUDIT_ARCH_MIPS64).
#define NUCLEUS_ARCH_MIPS64 UINT32_C(0x80000008)

// MIPS n64, little-endian (AUDIT_ARCH_MIPSEL64).
#define NUCLEUS_ARCH_MIPSEL64 UINT32_C(0xc0000008)

// MIPS n32, big-endian (AUDIT_ARCH_MIPS64N32).
#define NUCLEUS_ARCH_MIPS64N32 UINT32_C(0xa0000008)

// MIPS n32, little-endian (AUDIT_ARCH_MIPSEL64N32).
#define NUCLEUS_ARCH_MIPSEL64N32 UINT32_C(0xe0000008)

// Motorola 68000 (AUDIT_ARCH_M68K).
#define NUCLEUS_ARCH_M68K UINT32_C(0x00000004)

// SuperH, little-endian (AUDIT_ARCH_SHEL).
#define NUCLEUS_ARCH_SH UINT32_C(0x4000002a)

// SuperH, big-endian (AUDIT_ARCH_SH).
#define NUCLEUS_ARCH_SHEB UINT32_C(0x0000002a)

// 32-bit PA-RISC (AUDIT_ARCH_PARISC).
#define NUCLEUS_ARCH_PARISC UINT32_C(0x0000000f)

// 64-bit PA-RISC (AUDIT_ARCH_PARISC64).
#define NUCLEUS_ARCH_PARISC64 UINT32_C(0x8000000f)

// The architecture that the library was built for, as NUCLEUS_ARCH_*, or 0 if it has no tables
// for it. Since 0.1.
uint32_t nucleus_arch_native(void);

// The name of an architecture, as its constant above in lower case ("x86_64"), or NULL for what is
// none. Static. Since 0.1.
const char *nucleus_arch_name(uint32_t arch);

// The architecture of a name, as NUCLEUS_ARCH_*, or 0 if none has it. Since 0.1.
uint32_t nucleus_arch_named(const char *name);

// Covers `arch` (NUCLEUS_ARCH_*), too: the filter's rules hold there as well, with its own
// numbers. A new filter covers the architecture of this machine; calls of others get the
// bad-architecture action. Doing it twice is fine.
//
// Beware of calls that hand on to others: on architectures with socketcall and ipc, rules for
// socket or shmat say nothing of what is reached through these two. nucleus_filter_harden and
// profiles do.
//
//     nucleus_filter_add_arch(f, NUCLEUS_ARCH_X86);    // for 32-bit programs on an x86_64 machine
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no architecture; NUCLEUS_ERR_UNSUPPORTED after
// nucleus_filter_use_default, for one that the built-in policy is not written for, and after
// nucleus_filter_harden, nucleus_filter_merge, nucleus_filter_load_oci and
// nucleus_filter_load_firecracker. Since 0.1.
nucleus_status nucleus_filter_add_arch(nucleus_filter *filter, uint32_t arch);

// Covers `arch` no longer: its calls get the bad-architecture action. Fine for one that is not
// covered. A filter that covers nothing does not compile.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no architecture. Since 0.1.
nucleus_status nucleus_filter_remove_arch(nucleus_filter *filter, uint32_t arch);

// Whether the filter covers `arch`: 1 if it does, 0 if not. Not a status, but negative as one when
// the filter is NULL or `arch` no architecture. Since 0.1.
int32_t nucleus_filter_has_arch(const nucleus_filter *filter, uint32_t arch);

/* ---- Conditions on arguments ---- */

// The argument differs from the value.
#define NUCLEUS_CMP_NE 1

// It is less than the value; both are unsigned.
#define NUCLEUS_CMP_LT 2

// It is less than the value or equal to it.
#define NUCLEUS_CMP_LE 3

// It is equal to the value.
#define NUCLEUS_CMP_EQ 4

// It is greater than the value or equal to it.
#define NUCLEUS_CMP_GE 5

// It is greater than the value.
#define NUCLEUS_CMP_GT 6

// Its bits under the mask are equal to the value.
#define NUCLEUS_CMP_MASKED_EQ 7

// A condition on one argument of a call. The conditions of a rule must all hold; the same
// argument may stand in several, so a range is two of them.
//
// Choose the width by what the kernel looks at: 32 for its int, unsigned and flags of that size,
// whose upper register half is the caller's to fill with anything; 64 for long, size_t and
// pointers. On 32-bit architectures calls take the low halves, and no more is compared, whatever the
// width is: a value above 32 bits equals no argument there. (On x32 and MIPS the width counts.)
//
//     // A file mode without set-user-ID and set-group-ID, and a length from 1 to 4096.
//     nucleus_arg mode = { .index = 1, .op = NUCLEUS_CMP_MASKED_EQ, .width = 32, .mask = 06000 };
//     nucleus_arg length[] = {
//         { .index = 2, .op = NUCLEUS_CMP_GE, .value = 1 },
//         { .index = 2, .op = NUCLEUS_CMP_LE, .value = 4096 },
//     };
//     nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "fchmod", &mode, 1);
//     nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "read", length, 2);
typedef struct nucleus_arg {
    // Which argument, 0 to 5.
    uint32_t index;
    // How it is compared: NUCLEUS_CMP_*.
    uint32_t op;
    // How many bits are compared, 32 (the low half) or 64; 0 means 64.
    uint32_t width;
    // What it is compared with. Must fit the width, and the mask if there is one.
    uint64_t value;
    // The bits that NUCLEUS_CMP_MASKED_EQ looks at; 0 with every other comparison.
    uint64_t mask;
} nucleus_arg;

/* ---- Rules: which calls get which action ---- */

// Lets the call `name` run, whatever its arguments. Rules with conditions come first, and
// nucleus_filter_deny beats all. A name that only other architectures have is accepted and does
// nothing here.
//
// After nucleus_filter_use_default this lifts the argument checks that end in an allow, such as
// those of clone and socket; nucleus_filter_allow_extra does not.
//
//     nucleus_filter_allow(f, "read");
//
// Errors: NUCLEUS_ERR_UNKNOWN_SYSCALL when no architecture has the call, or the name is empty (the
// sentence suggests the nearest names); NUCLEUS_ERR_INVALID_ARGUMENT for NULL and what is not
// UTF-8. Since 0.1.
nucleus_status nucleus_filter_allow(nucleus_filter *filter, const char *name);

// Refuses the call `name`, whatever else is said of it, before or after: with the filter's
// default action if that refuses, else with EPERM, or as NUCLEUS_ATTR_DENY says.
//
// Errors: as nucleus_filter_allow. Since 0.1.
nucleus_status nucleus_filter_deny(nucleus_filter *filter, const char *name);

// Adds a rule: the call `name` gets `action` when all `n_args` conditions hold, at most 60. With
// none (`args` may be NULL then) the rule is for the whole call.
//
// Of several rules the strictest that matches decides, in the kernel's order (kill process, kill
// thread, trap, errno, notify, trace, log, allow); rules without conditions are asked only when
// no rule with conditions matches. The order in which rules are added never matters.
//
//     // socket(2): AF_UNIX only. The family is an int, so 32 bits of it are compared.
//     nucleus_arg family = { .index = 0, .op = NUCLEUS_CMP_EQ, .width = 32, .value = AF_UNIX };
//     nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "socket", &family, 1);
//
// Errors: as nucleus_filter_allow; an action, comparison, width, index or value that can't be.
// Since 0.1.
nucleus_status nucleus_filter_add_rule(nucleus_filter *filter,
                                       uint32_t action,
                                       const char *name,
                                       const nucleus_arg *args,
                                       size_t n_args);

// Adds a rule to number `nr` of one architecture (NUCLEUS_ARCH_*), whether or not a call is known
// by it; else as nucleus_filter_add_rule. Rules for a call's name and for its number stand side by
// side. The rule has an effect only while the architecture is covered.
//
// -1, which is what a tracer writes to skip a call, is a number like others, of x86_64 and not of
// x32 where the two share a token. x32 numbers have bit 30 set.
//
//     // A call that the kernel has and this library's tables have not yet.
//     nucleus_filter_add_rule_number(f, NUCLEUS_ALLOW, NUCLEUS_ARCH_X86_64, 600, NULL, 0);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no architecture, for a number of x32 with
// NUCLEUS_ARCH_X86_64 and the other way round, and as nucleus_filter_add_rule. Since 0.1.
nucleus_status nucleus_filter_add_rule_number(nucleus_filter *filter,
                                              uint32_t action,
                                              uint32_t arch,
                                              int32_t nr,
                                              const nucleus_arg *args,
                                              size_t n_args);

// Forgets all that was said of the call `name`: rules, also those for its number on some
// architecture, and denials. It gets the default action again, unless something is said of it anew;
// what the filter was intersected with stays. Fine for a call of which nothing was said.
//
// Errors: as nucleus_filter_allow. Since 0.1.
nucleus_status nucleus_filter_remove_rules(nucleus_filter *filter, const char *name);

/* ---- The built-in policy ---- */

// nucleus_filter_use_default and nucleus_filter_harden: AF_INET and AF_INET6 sockets too. Without
// it AF_UNIX alone can be opened; sockets that exist already, inherited or received, work either
// way.
#define NUCLEUS_POLICY_NETWORK 1

// The same: what would be refused with an errno gets the filter's default.
#define NUCLEUS_POLICY_STRICT 2

// The same: memory may be writable and executable at once. What just-in-time
// compilers such as node's and java's need.
#define NUCLEUS_POLICY_JIT 4

// nucleus_filter_allow_extra: a name that can't be added is an error, and none is added. For
// production; without it such names are left out and reported to the log callback.
#define NUCLEUS_EXTRA_STRICT 1

// Adds the built-in policy, which ordinary programs run under: docs/policy.md has every call and
// the reason for its place. Calls are allowed; or refused softly, with the errno that a kernel
// without the feature or the right would give, from which programs recover; or fatal, which is
// the filter's default. Calls newer than this library get ENOSYS.
//
//     nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);
//     nucleus_filter_use_default(f, NUCLEUS_POLICY_NETWORK | NUCLEUS_POLICY_JIT);
//
// `flags`: NUCLEUS_POLICY_*. Once a filter: with other flags a second call is an error.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags, for a second call with other flags, and
// for a filter whose default action lets calls run: the fatal ones would be allowed;
// NUCLEUS_ERR_UNSUPPORTED when the filter covers an architecture that the policy is not written for
// (it is for x86_64, aarch64, riscv64 and loongarch64). Since 0.1.
nucleus_status nucleus_filter_use_default(nucleus_filter *filter, uint32_t flags);

// Allows calls from the opt-in list of the built-in policy: what some programs need and most do
// not (docs/policy.md). What the built-in policy allows anyway is accepted and changes nothing;
// its argument checks stay.
//
//     const char *extra[] = { "io_uring_setup", "io_uring_enter", "io_uring_register" };
//     nucleus_filter_allow_extra(f, extra, 3, NUCLEUS_EXTRA_STRICT);
//
// `flags`: NUCLEUS_EXTRA_STRICT or 0.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT; with NUCLEUS_EXTRA_STRICT also NUCLEUS_ERR_UNSUPPORTED
// for a call that is not on the list, and NUCLEUS_ERR_UNKNOWN_SYSCALL. Since 0.1.
nucleus_status nucleus_filter_allow_extra(nucleus_filter *filter,
                                          const char *const *names,
                                          size_t n,
                                          uint32_t flags);

/* ---- Levels ---- */

// Level: one process of one thread that reads and writes files, and ends.
#define NUCLEUS_LEVEL_ESSENTIAL 1

// Level: also processes, threads, signals, pipes and timers.
#define NUCLEUS_LEVEL_MINIMAL 2

// Level: also files and folders made, copied, changed and removed.
#define NUCLEUS_LEVEL_IO_HEAVY 3

// Level: also a say on where and when threads run, and where their memory lies.
#define NUCLEUS_LEVEL_COMPUTE 4

// Level: also sockets of every kind.
#define NUCLEUS_LEVEL_NETWORK 5

// Level: also tracing, mounting and becoming other users.
#define NUCLEUS_LEVEL_UNRESTRICTED 6

// Allows the calls of a level, NUCLEUS_LEVEL_*, and of all levels before it: docs/levels.md has every
// call, what each level is for and what it does not protect from. Of several levels the widest holds.
//
// A level is a list of names, as nucleus_filter_allow takes them: no argument is checked (see
// nucleus_filter_harden), nucleus_filter_allow adds to it, nucleus_filter_deny beats it, and what an
// architecture lacks has no effect there. What the level leaves out gets the filter's default action;
// so it is nucleus_filter_new that decides whether a violation kills or fails:
//
//     nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);    // or NUCLEUS_ERRNO(EPERM)
//     nucleus_filter_use_level(f, NUCLEUS_LEVEL_MINIMAL);
//     nucleus_filter_deny(f, "execve");
//
// What libc and shells try at every start, and do without, is refused softly while no level or rule
// allows it, whatever the default: ioctl fails with ENOTTY, socket with EACCES, getpeername with EINVAL,
// mknod and mknodat with EPERM.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no level, and for a filter whose default action is
// NUCLEUS_ALLOW or NUCLEUS_LOG: the level would refuse nothing. Since 0.1.
nucleus_status nucleus_filter_use_level(nucleus_filter *filter,
                                        uint32_t level);

// The name of a level, as its constant above in lower case ("io_heavy"), or NULL for what is none.
// Static. Since 0.1.
const char *nucleus_level_name(uint32_t level);

// What programs a level is for, in a line, or NULL for what is none. Static. Since 0.1.
const char *nucleus_level_description(uint32_t level);

// The level of a name, as NUCLEUS_LEVEL_*, or 0 if none has it. Since 0.1.
//
//     // What somebody chose on a command line. 0 is no level, so that a wrong name is an error here.
//     nucleus_filter_use_level(f, nucleus_level_named("compute"));
uint32_t nucleus_level_named(const char *name);

/* ---- Profiles ---- */

// nucleus_filter_load_oci: what would be left out and reported (calls, capabilities and keys that
// nobody knows) is an error. For profiles of one's own.
#define NUCLEUS_OCI_STRICT 1

// nucleus_filter_load_oci: the outcome is that of runc on libseccomp, also where that lets through
// what the profile refuses. Without it the stricter reading holds, and the report says where.
#define NUCLEUS_OCI_AS_RUNC 2

// The most bytes of a profile, of whatever format. Published ones have up to 60,000.
#define NUCLEUS_PROFILE_LARGEST (1 << 20)

// nucleus_oci_context: `capabilities` is given.
#define NUCLEUS_OCI_CAPABILITIES 1

// nucleus_oci_context: `kernel_major` and `kernel_minor` are given.
#define NUCLEUS_OCI_KERNEL 2

// nucleus_oci_context: `arch` is given.
#define NUCLEUS_OCI_ARCH 4

// Whom a profile is read for: some of its rules hold only with certain capabilities, on certain
// architectures or from some version of Linux on. What is not given is that of this process: its
// permitted capabilities, the running kernel, the architecture of this library.
typedef struct nucleus_oci_context {
    // sizeof(nucleus_oci_context).
    size_t size;
    // Which of the fields below are given: NUCLEUS_OCI_CAPABILITIES, _KERNEL, _ARCH. The others are 0.
    uint32_t given;
    // The architecture, NUCLEUS_ARCH_*: always covered, whether or not the profile lists it.
    uint32_t arch;
    // The capabilities that the process will have at most, such as those that a container is started
    // with: bit n is the one of number n in linux/capability.h.
    uint64_t capabilities;
    // The version of Linux: 6 of 6.1.
    uint32_t kernel_major;
    // And 1 of 6.1.
    uint32_t kernel_minor;
} nucleus_oci_context;

// Says whom the profiles are for that are loaded into this filter from now on. Kept until it is said
// anew, nucleus_filter_reset, or a nucleus_filter_rollback of the transaction.
//
//     // For a container with CAP_NET_BIND_SERVICE alone.
//     nucleus_oci_context context = { .size = sizeof context, .given = NUCLEUS_OCI_CAPABILITIES,
//                                     .capabilities = UINT64_C(1) << 10 };
//     nucleus_filter_set_oci_context(f, &context);
//     nucleus_filter_load_oci(f, "profile.json", NULL, 0);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL, a size that no version of the struct has, unknown
// bits in `given`, a field that is set and not given, and what is no architecture. Since 0.1.
nucleus_status nucleus_filter_set_oci_context(nucleus_filter *filter,
                                              const nucleus_oci_context *context);

// Loads a profile of the OCI runtime specification from a file: the form that Docker, Podman and
// Kubernetes take. The filter gets its default action (in place of that of nucleus_filter_new), its
// architectures, rules and flags; allow and deny on top, or intersect with another. docs/oci.md says
// what each word comes to.
//
// `sha256_hex` is NULL, or the SHA-256 that the file must have: 64 hexadecimal digits of either case.
// It is over the very bytes that are taken: the file is opened and read once. A symbolic link at the
// end of the path is not followed, and only a regular file of at most NUCLEUS_PROFILE_LARGEST bytes is
// read; nothing ever waits for a pipe.
//
// `flags`: NUCLEUS_OCI_*. nucleus_filter_profile_report says what was left out or made stricter.
//
//     nucleus_filter_load_oci(f, "/etc/containers/seccomp.json", NULL, 0);
//     nucleus_filter_deny(f, "ptrace");
//
// Either the whole profile is taken, or the filter is as before and keeps an error that names the
// place: `load_oci: profile.json: syscalls[3].args[0].op: unknown operator "SCMP_CMP_FOO"; one of ...`.
//
// Errors: NUCLEUS_ERR_FILE when the file can't be read, or is none of the above;
// NUCLEUS_ERR_PROFILE for another SHA-256, for what is no JSON, and for what is no profile;
// NUCLEUS_ERR_INVALID_ARGUMENT for NULL, unknown flags, a SHA-256 that is none, and when the filter
// has rules, denials or other architectures already. Since 0.1.
nucleus_status nucleus_filter_load_oci(nucleus_filter *filter,
                                       const char *path,
                                       const char *sha256_hex,
                                       uint32_t flags);

// Takes a profile from memory: `length` bytes of JSON, else as nucleus_filter_load_oci.
//
//     const char json[] = "{ \"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": ["
//                         "{ \"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\" } ] }";
//     nucleus_filter_parse_oci(f, json, sizeof json - 1, NUCLEUS_OCI_STRICT);
//
// Errors: NUCLEUS_ERR_FILE for more than NUCLEUS_PROFILE_LARGEST bytes; else as nucleus_filter_load_oci.
// Since 0.1.
nucleus_status nucleus_filter_parse_oci(nucleus_filter *filter,
                                        const char *json,
                                        size_t length,
                                        uint32_t flags);

// What the profile of a filter has that was left out, made stricter, or is without effect, a line
// each; empty when there is nothing to say. NULL if no profile was loaded. It lives until another one
// is, or nucleus_filter_reset, nucleus_filter_rollback or nucleus_filter_free. Since 0.1.
const char *nucleus_filter_profile_report(const nucleus_filter *filter);

// The `listenerPath` of a filter's profile: the socket whose owner shall get the listener's descriptor.
// NULL if there is none. Lives as nucleus_filter_profile_report. Since 0.1.
const char *nucleus_filter_listener_path(const nucleus_filter *filter);

// The `listenerMetadata` of a filter's profile: what its owner shall be told with the descriptor. NULL
// if there is none. Lives as nucleus_filter_profile_report. Since 0.1.
const char *nucleus_filter_listener_metadata(const nucleus_filter *filter);

/* ---- Filters of Firecracker's ---- */

// nucleus_filter_load_firecracker: what would be left out and reported (bits beyond what is compared,
// an item for a whole call beside others with args) is an error. For files of one's own.
#define NUCLEUS_FIRECRACKER_STRICT 1

// Loads the filter of one category of threads from a file of the form that Firecracker uses and
// seccompiler reads: a default action, an action for what the filter lists, and that list. The
// default takes the place of that of nucleus_filter_new; attributes stay. docs/firecracker.md says
// what each word comes to, and where that is stricter than seccompiler.
//
// `category` is one of the file's, such as "vcpu"; all others have to be filters as well, as for
// seccompiler. The error for one that is not there lists those that are.
//
// The filter is for the one architecture that it covers: this library's, or the one that was put in
// its place. The format is for x86_64, aarch64 and riscv64.
//
// The file, its SHA-256 (or NULL) and the report are as with nucleus_filter_load_oci. `flags`:
// NUCLEUS_FIRECRACKER_STRICT, or 0.
//
//     nucleus_filter_load_firecracker(f, "x86_64-unknown-linux-musl.json", "vcpu", NULL, 0);
//     nucleus_filter_deny(f, "ptrace");
//
// Either the whole filter is taken, or nothing, with an error that names the place:
// `load_firecracker: f.json: vcpu.filter[3].args[0].op: unknown operator "is"; one of ...`.
//
// Errors: NUCLEUS_ERR_FILE when the file can't be read, is no regular file or too large;
// NUCLEUS_ERR_PROFILE for another SHA-256, for what is no JSON or no such file, and for a category
// that is not in it; NUCLEUS_ERR_UNSUPPORTED when the filter covers several architectures or another
// one; NUCLEUS_ERR_INVALID_ARGUMENT for NULL, unknown flags, a SHA-256 that is none, and when the
// filter has rules or denials already. Since 0.1.
nucleus_status nucleus_filter_load_firecracker(nucleus_filter *filter,
                                               const char *path,
                                               const char *category,
                                               const char *sha256_hex,
                                               uint32_t flags);

// Takes the filter of one category from memory: `length` bytes of JSON, else as
// nucleus_filter_load_firecracker.
//
// Errors: NUCLEUS_ERR_FILE for more than NUCLEUS_PROFILE_LARGEST bytes; else as
// nucleus_filter_load_firecracker. Since 0.1.
nucleus_status nucleus_filter_parse_firecracker(nucleus_filter *filter,
                                                const char *json,
                                                size_t length,
                                                const char *category,
                                                uint32_t flags);

/* ---- Checks for what runs ---- */

// Adds the argument checks of the built-in policy (docs/policy.md) to whatever the filter lets run,
// wherever it has that from: a level, a profile, single rules, the default action. Allows of whole
// calls get them in their place; rules with conditions let run only what the checks let run as well.
//
// Checked are clone, mmap, mprotect, pkey_mprotect, shmat, personality, execveat, socket, socketpair,
// ioctl, prctl, prlimit64, mknod, mknodat, sched_setscheduler, setpriority, ioprio_set and keyctl; and
// clone3, io_uring_setup, io_uring_enter, io_uring_register and uselib, which go past such checks,
// fail with ENOSYS. nucleus_filter_hardened says what became of which.
//
// `flags`: NUCLEUS_POLICY_*, as nucleus_filter_use_default has them, whatever that was given: with 0,
// sockets are AF_UNIX alone, and memory is never writable and executable at once, so that just-in-time
// compilers don't run. Once a filter: with other flags a second call is an error. With the same it is
// fine, and checks what was allowed since.
//
// What is refused, or handed to a listener or a tracer, stays as it is. The filter only becomes stricter.
// Calls that are allowed for the first time after it are not checked, so let it be the last. To allow
// one of the calls as a whole all the same, nucleus_filter_remove_rules and then nucleus_filter_allow.
//
// On x86 and arm mmap2 is checked as mmap is. On x86 mmap itself, and socket and socketpair made
// through socketcall, fail with ENOSYS, as their arguments are in memory; shmat through ipc is checked.
// glibc makes sockets by socketcall alone there, so that 32-bit programs of its make none
// (docs/levels.md).
//
//     nucleus_filter_use_level(f, NUCLEUS_LEVEL_NETWORK);
//     nucleus_filter_harden(f, NUCLEUS_POLICY_NETWORK);
//     fputs(nucleus_filter_hardened(f), stderr);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags, for a second call with other flags, and for a
// rule of so many conditions that those of a check don't fit in (60 in all);
// NUCLEUS_ERR_UNSUPPORTED when the filter covers an architecture that the checks are not written for
// (they are for x86_64, x86, x32, aarch64, arm, riscv64 and loongarch64), or lets the calls of
// architectures run that it does not cover: they would stay unchecked. What the filter says is as
// before then. Architectures can't be added after it. Since 0.1.
nucleus_status nucleus_filter_harden(nucleus_filter *filter,
                                     uint32_t flags);

// What nucleus_filter_harden changed, a line for each call: "clone: runs with some arguments, else kill
// process", "clone3: errno 38", "mmap: errno 13 with some arguments, else runs". Of calls for which it
// is not the same on all architectures that are covered, a line for each of these: "clone on x86_64:
// ...". Empty if nothing was changed. The text lives until nucleus_filter_harden is called again, or
// nucleus_filter_reset, nucleus_filter_rollback or nucleus_filter_free. NULL for a filter that can't be
// asked. Since 0.1.
const char *nucleus_filter_hardened(const nucleus_filter *filter);

/* ---- Trying a policy out ---- */

// MAKES THE FILTER REFUSE NOTHING, on purpose: to try a policy out. WHAT IT REFUSED RUNS, and goes to
// the kernel's log instead (dmesg or the audit daemon: type=1326, with the call's number). NOTHING IS
// CONFINED BY SUCH A FILTER. It is the one function that makes a filter weaker.
//
// Every action that kills, traps or fails with an errno turns into NUCLEUS_LOG: the default action,
// those of rules, of denied calls (also of what is denied later), of calls that are newer than the
// filter's author knew (NUCLEUS_ATTR_UNKNOWN), and of architectures that are not covered
// (NUCLEUS_ATTR_BAD_ARCH); also in what the filter was intersected with. There is no way back but
// nucleus_filter_rollback.
//
// NUCLEUS_NOTIFY and NUCLEUS_TRACE stay, as it is for a listener or a tracer to answer: without one
// these calls fail with ENOSYS. Where such a rule and one that refuses speak of the same call, it is
// handed over then.
//
// A program may behave otherwise than under the policy: it does not fall back, where it would have
// been told ENOSYS. The kernel logs a few calls a second and drops the others. Rules that are added
// later are as they say, so call it last, after nucleus_filter_harden, which refuses such a filter.
//
//     nucleus_filter_use_level(f, NUCLEUS_LEVEL_MINIMAL);
//     if (getenv("TRY_OUT") != NULL)
//         nucleus_filter_audit(f);
//
// Errors: none but for NULL. Since 0.1.
nucleus_status nucleus_filter_audit(nucleus_filter *filter);

/* ---- Attributes ---- */

// Attribute: the default action, as given to nucleus_filter_new. Can only be read.
#define NUCLEUS_ATTR_DEFAULT 1

// Attribute: the action for calls of architectures that are not covered. At first
// NUCLEUS_KILL_PROCESS.
#define NUCLEUS_ATTR_BAD_ARCH 2

// Attribute: the action for denied calls, one that refuses, or NUCLEUS_UNSET (at first): the default
// action if that refuses, else NUCLEUS_ERRNO(EPERM).
#define NUCLEUS_ATTR_DENY 3

// Attribute: the action for calls that are newer than the filter's author knew, if no rule is for
// them, or NUCLEUS_UNSET (at first): then they get the default. NUCLEUS_ERRNO(ENOSYS) is the usual
// one, from which libc falls back; nucleus_filter_use_default sets it unless it is set already.
#define NUCLEUS_ATTR_UNKNOWN 4

// Attribute: what the author knew. The highest number, at least 1, counted from the architecture's
// first one (4000 on MIPS o32, bit 30 on x32), or NUCLEUS_LINUX(major, minor), or NUCLEUS_NEWEST (at
// first). The private calls of 32-bit ARM count as known.
#define NUCLEUS_ATTR_NEWEST 5

// Attribute: how the program is laid out, NUCLEUS_LAYOUT_*. At first NUCLEUS_LAYOUT_AUTO.
#define NUCLEUS_ATTR_LAYOUT 6

// Attribute: 1 (at first) if no_new_privs is set before the filter is loaded, 0 if not: then loading
// needs CAP_SYS_ADMIN, or somebody who has set it before.
#define NUCLEUS_ATTR_NO_NEW_PRIVS 7

// Attribute: 1 if the filter is always loaded as with NUCLEUS_APPLY_TSYNC, 0 (at first) if not.
#define NUCLEUS_ATTR_TSYNC 8

// Attribute: 1 if the filter is always loaded as with NUCLEUS_APPLY_LOG, 0 (at first) if not.
#define NUCLEUS_ATTR_LOG 9

// Attribute: 1 if the filter is always loaded as with NUCLEUS_APPLY_SPEC_ALLOW, 0 (at first) if
// not.
#define NUCLEUS_ATTR_SPEC_ALLOW 10

// Attribute: 1 if only a fatal signal interrupts a call that a listener has received (Linux 5.19), 0
// (at first) if any does. Kept for listeners, which this version can't hand out yet.
#define NUCLEUS_ATTR_WAIT_KILLABLE 11

// What NUCLEUS_ATTR_DENY and NUCLEUS_ATTR_UNKNOWN are while nobody has set them.
#define NUCLEUS_UNSET UINT32_C(0xffffffff)

// NUCLEUS_ATTR_NEWEST: the author knew what this library's tables have.
#define NUCLEUS_NEWEST 0

// NUCLEUS_ATTR_NEWEST: another number on each architecture, from a profile. Can only be read.
#define NUCLEUS_NEWEST_BY_ARCH UINT32_C(0xfffffffd)

// NUCLEUS_ATTR_LAYOUT: the library's choice, the same on every machine.
#define NUCLEUS_LAYOUT_AUTO 0

// NUCLEUS_ATTR_LAYOUT: a decision tree over ranges of numbers.
#define NUCLEUS_LAYOUT_TREE 1

// NUCLEUS_ATTR_LAYOUT: a bitmap of the allowed numbers in the program, in front of such a tree over the
// others. For Linux before 5.11: later ones have a bitmap of their own, which they fill only for
// programs that do no more than compare, so that with this layout every call runs the program.
#define NUCLEUS_LAYOUT_BITMAP 2

// Sets an attribute.
//
//     // What was added to Linux after 6.1 gets ENOSYS, whatever the default is.
//     nucleus_filter_set(f, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38));
//     nucleus_filter_set(f, NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 1));
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no attribute, for NUCLEUS_ATTR_DEFAULT, and for
// a value that the attribute can't have, such as a version of Linux that the tables do not reach.
// Since 0.1.
nucleus_status nucleus_filter_set(nucleus_filter *filter, uint32_t attribute, uint32_t value);

// Reads an attribute. On success *value is what nucleus_filter_set would set it to.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no attribute, and NULL. Since 0.1.
nucleus_status nucleus_filter_get(const nucleus_filter *filter,
                                  uint32_t attribute,
                                  uint32_t *value);

// Says how often the call `name` is expected, against others: `priority` is 0 (as at first) to
// 255. Programs come to what is expected sooner; the action that a call gets never changes.
//
//     nucleus_filter_set_priority(f, "ioctl", 255);    // has its arguments checked, and is called a lot
//
// Errors: as nucleus_filter_allow; NUCLEUS_ERR_INVALID_ARGUMENT above 255. Since 0.1.
nucleus_status nucleus_filter_set_priority(nucleus_filter *filter,
                                           const char *name,
                                           uint32_t priority);

// Reads the priority of the call `name`. On success *priority is 0 to 255.
//
// Errors: as nucleus_filter_allow. Since 0.1.
nucleus_status nucleus_filter_get_priority(const nucleus_filter *filter,
                                           const char *name,
                                           uint32_t *priority);

/* NUCLEUS_ATTR_NEWEST: the author knew what was in this version of Linux, such as NUCLEUS_LINUX(6, 1).
 * From 5.1 on, up to what this library has tables for. Both are 0 to 255; the arguments are evaluated
 * twice. */
#define NUCLEUS_LINUX(major, minor) \
    ((uint32_t)(major) <= 255 && (uint32_t)(minor) <= 255 \
         ? UINT32_C(0x80000000) | (uint32_t)(major) << 8 | (uint32_t)(minor) \
         : UINT32_C(0xfffffffe))

/* ---- Trying changes ---- */

// Opens a transaction: what is changed from here on can be taken back as a whole. Transactions
// nest. While one is open the filter does not compile.
//
//     nucleus_filter_begin(f);
//     nucleus_filter_allow(f, "landlock_create_ruleset");
//     if (nucleus_filter_allow(f, "landlock_restrict_self") == NUCLEUS_OK)
//         nucleus_filter_commit(f);
//     else
//         nucleus_filter_rollback(f);    // neither of the two, and no error
//
// Errors: none but for NULL. Since 0.1.
nucleus_status nucleus_filter_begin(nucleus_filter *filter);

// Ends the innermost transaction and keeps what was done in it, an error included.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when none is open. Since 0.1.
nucleus_status nucleus_filter_commit(nucleus_filter *filter);

// Ends the innermost transaction and takes back what was done in it: rules, attributes,
// architectures and the context for profiles are as they were, and so is the kept error.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when none is open. Since 0.1.
nucleus_status nucleus_filter_rollback(nucleus_filter *filter);

// Makes the filter as new, with another default action: no rules, no profile, no error, no
// transaction.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when the action is none of the kernel's; nothing is changed
// then, and the error is kept. Since 0.1.
nucleus_status nucleus_filter_reset(nucleus_filter *filter, uint32_t default_action);

// Copies a filter, with its kept error and its open transactions, but not compiled. On success *out
// is the copy, to be freed with nucleus_filter_free.
//
//     nucleus_filter *child = NULL;
//     nucleus_filter_clone(baseline, &child);
//     nucleus_filter_deny(child, "execve");
//     nucleus_filter_free(child);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL. Since 0.1.
nucleus_status nucleus_filter_clone(const nucleus_filter *filter, nucleus_filter **out);

/* ---- Programs ---- */

// nucleus_program_export: instructions in the byte order of the architectures that the program is
// for (of this machine's, if it is for both kinds).
#define NUCLEUS_EXPORT_BPF 0

// nucleus_program_export: instructions in little-endian order.
#define NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN 1

// nucleus_program_export: instructions in big-endian order.
#define NUCLEUS_EXPORT_BPF_BIG_ENDIAN 2

// nucleus_program_export: what the program costs, as an object of JSON on one line. It has
// "instructions", "margin" and "architectures": a list of objects for those that the program tells
// apart, with their name as "arch" and the counts of nucleus_stats from "calls" on, named as there,
// the means in instructions.
#define NUCLEUS_EXPORT_JSON 8

// nucleus_program_export: a listing, for eyes and for the kernel's bpf_asm: every instruction, with
// labels, and in comments the names of calls, architectures and arguments, verdicts in words, and
// which calls come to each return. Of a filter (nucleus_filter_export) also by which of its rules.
#define NUCLEUS_EXPORT_LISTING 9

// nucleus_program_export: what becomes of every call on each architecture, as text for whoever
// reviews it. It is read out of the program, so that it says what will run.
#define NUCLEUS_EXPORT_PSEUDOCODE 10

// nucleus_program_export: the same as a picture, in the language of Graphviz (`dot -Tsvg`).
#define NUCLEUS_EXPORT_DOT 11

// nucleus_program_export: C source with the instructions, `static const struct sock_filter
// nucleus_program[]`. It includes linux/filter.h and needs neither a compiler of filters nor this
// library; a comment says how it is loaded. Such a program is no longer checked by anybody.
#define NUCLEUS_EXPORT_C 12

// nucleus_program_export: the same in Rust, `pub const NUCLEUS_PROGRAM`, without any dependency.
#define NUCLEUS_EXPORT_RUST 13

// nucleus_program_export: the same in Go, `var NucleusProgram`, a file of a package `filter` without any
// dependency; an element is laid out as SockFilter of the packages syscall and unix.
#define NUCLEUS_EXPORT_GO 14

// nucleus_program_export: the same in Zig, `pub const nucleus_program`, without any dependency.
#define NUCLEUS_EXPORT_ZIG 15

// A program: the classic BPF that a filter was compiled to, or that came from elsewhere. It never
// changes, so any number of threads may use it at once.
typedef struct nucleus_program nucleus_program;

// An instruction, as the kernel's struct sock_filter (linux/filter.h).
typedef struct nucleus_instruction {
    // The operation.
    uint16_t code;
    // How many instructions a conditional jump skips when its test holds.
    uint8_t jt;
    // How many it skips when not.
    uint8_t jf;
    // The operand.
    uint32_t k;
} nucleus_instruction;

// Takes a program that was made elsewhere: `length` bytes of instructions as nucleus_program_export
// writes them, of either byte order, in which NUCLEUS_EXPORT_BPF then writes them again. On success
// *out is the program, to be freed with nucleus_program_free. It can be evaluated, compared and
// exported like ours, and applied by whoever vouches for it (NUCLEUS_APPLY_TRUSTED).
//
//     const nucleus_instruction allow_all = { .code = 0x06, .k = NUCLEUS_ALLOW };
//     nucleus_program *other = NULL;
//     if (nucleus_program_from_bpf(&allow_all, sizeof allow_all, &other) == NUCLEUS_OK)
//         printf("%zu instruction\n", nucleus_program_count(other));
//     nucleus_program_free(other);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL, for a length that is no multiple of 8, and for
// what the kernel would not load; NUCLEUS_ERR_TOO_LARGE for more than 4096 instructions. The
// sentence goes to the log callback (nucleus_set_log). Since 0.1.
nucleus_status nucleus_program_from_bpf(const void *bytes, size_t length, nucleus_program **out);

// Frees a program that nucleus_program_from_bpf made. NULL is fine. The program of a filter is
// freed with it, not here. Since 0.1.
void nucleus_program_free(nucleus_program *program);

// The number of instructions, 1 to 4096; 0 for NULL. Since 0.1.
size_t nucleus_program_count(const nucleus_program *program);

// The instructions, nucleus_program_count of them, in the byte order of this machine: what struct
// sock_fprog points to. They live as long as the program. NULL for NULL. Since 0.1.
const nucleus_instruction *nucleus_program_instructions(const nucleus_program *program);

// Writes the program into `buffer`, which has room for *size bytes. On success *size is how many it
// takes. With a NULL buffer nothing but *size is written: that is how to ask.
//
//     size_t size = 0;
//     nucleus_program_export(p, NUCLEUS_EXPORT_BPF, NULL, &size);
//     void *bytes = malloc(size);
//     nucleus_program_export(p, NUCLEUS_EXPORT_BPF, bytes, &size);
//
// `format`: NUCLEUS_EXPORT_*. Text is whole lines, without a 0 behind it.
//
// Errors: NUCLEUS_ERR_BUFFER when there is too little room (nothing is written);
// NUCLEUS_ERR_INVALID_ARGUMENT for NULL or an unknown format. Since 0.1.
nucleus_status nucleus_program_export(const nucleus_program *program,
                                      uint32_t format,
                                      void *buffer,
                                      size_t *size);

// Writes the program to a descriptor, all of it, from where it stands.
//
// `format`: NUCLEUS_EXPORT_*.
//
//     nucleus_program_export_fd(p, NUCLEUS_EXPORT_DOT, STDOUT_FILENO);
//
// Errors: NUCLEUS_ERR_KERNEL with errno as from write(2), when some bytes may have been written (a
// closed pipe raises SIGPIPE, as there); NUCLEUS_ERR_INVALID_ARGUMENT for NULL or an unknown format.
// Since 0.1.
nucleus_status nucleus_program_export_fd(const nucleus_program *program,
                                         uint32_t format,
                                         int32_t fd);

/* ---- Compiling ---- */

// Compiles the policy, and proves that the program means it: for every architecture, number and
// arguments. Changing the filter afterwards undoes this.
//
// While a failure of an earlier call is kept, compile refuses and returns its status: whoever
// checks only compile can't load a weaker filter than was asked for.
//
//     if (nucleus_filter_compile(f) != NUCLEUS_OK)
//         errx(1, "%s", nucleus_filter_error(f));
//     fputs(nucleus_filter_report(f), stderr);    // rules that no call can match
//
// Errors: the kept one; NUCLEUS_ERR_TOO_LARGE (the sentence says how large, and which calls cost
// most); NUCLEUS_ERR_UNPROVEN; NUCLEUS_ERR_UNSUPPORTED when no architecture is covered;
// NUCLEUS_ERR_INVALID_ARGUMENT while a transaction is open. Since 0.1.
nucleus_status nucleus_filter_compile(nucleus_filter *filter);

// The program that the filter was compiled to, borrowed: it lives until a function that changes the
// filter is called, also if that fails, or the filter is compiled again or freed. NULL while the
// filter is not compiled. Since 0.1.
const nucleus_program *nucleus_filter_program(const nucleus_filter *filter);

// What the last compile found that is legal but hardly meant, a line each: rules that no call can
// match, such as one that wants an argument to be 1 and 2 at once. Empty when there is nothing to
// say. It lives as long as the filter's program. NULL while the filter is not compiled. Since 0.1.
const char *nucleus_filter_report(const nucleus_filter *filter);

/* ---- How applying went ---- */

// nucleus_apply_result: nothing was tried, as the program was not to be loaded.
#define NUCLEUS_STEP_NONE 0

// nucleus_apply_result: prctl(2) would not set no_new_privs. Nothing has changed.
#define NUCLEUS_STEP_NO_NEW_PRIVS 1

// nucleus_apply_result: seccomp(2) would not take the program. no_new_privs may be set by now.
#define NUCLEUS_STEP_FILTER 2

// nucleus_apply_result: all is done.
#define NUCLEUS_STEP_DONE 3

// What became of a program that was to be applied.
typedef struct nucleus_apply_result {
    // Set by the caller: sizeof(nucleus_apply_result).
    size_t size;
    // NUCLEUS_STEP_*: how far it came.
    uint32_t step;
    // NUCLEUS_APPLY_TSYNC, NUCLEUS_APPLY_LOG and NUCLEUS_APPLY_SPEC_ALLOW as they are in force; 0 if nothing is.
    uint32_t flags;
    // Those that were asked for and that the kernel lacks.
    uint32_t missing;
    // 1 if this call has set no_new_privs, which may have been set before.
    uint32_t no_new_privs;
    // The errno of what was refused; 0 if nothing was.
    int32_t error_number;
    // With NUCLEUS_APPLY_TSYNC the id (gettid(2)) of a thread that could not follow; else 0.
    int32_t thread;
} nucleus_apply_result;

// Writes a sentence about a result into `buffer`, of `size` bytes, as snprintf(3) would: cut where there
// is too little room, and with a 0 behind it if there is any. Returns the length of the whole, without
// the 0; 256 bytes are enough for every sentence. Allocates nothing: it may be called between fork and
// exec, too. See nucleus_program_apply for an example.
//
// For a NULL `result`, and one whose size is none, it says that nothing was tried. A NULL `buffer` has no
// room. Since 0.1.
size_t nucleus_apply_message(const nucleus_apply_result *result,
                             char *buffer,
                             size_t size);

/* ---- Applying a compiled filter ---- */

// nucleus_filter_apply, nucleus_apply_options: all threads of the process, or none. Without it only the
// calling thread and what it starts from then on.
#define NUCLEUS_APPLY_TSYNC 1

// nucleus_filter_apply, nucleus_apply_options: what the filter refuses also goes to the kernel's log. A
// kernel before 4.14 loads the filter without.
#define NUCLEUS_APPLY_LOG 2

// nucleus_filter_apply, nucleus_apply_options: no mitigation of speculative store bypass for the confined
// (Linux 4.17). Faster on some processors, and less safe.
#define NUCLEUS_APPLY_SPEC_ALLOW 4

// nucleus_filter_apply, nucleus_apply_options: if the kernel refuses, return NUCLEUS_NOT_APPLIED and
// leave it to the caller to go on unconfined.
#define NUCLEUS_APPLY_BEST_EFFORT 8

// nucleus_apply_options: the program came from elsewhere, nobody here has proven anything of it, and the
// caller vouches for it.
#define NUCLEUS_APPLY_TRUSTED 16

// nucleus_apply_options: no_new_privs as NUCLEUS_ATTR_NO_NEW_PRIVS says, on unless that is 0.
#define NUCLEUS_NO_NEW_PRIVS_AS_FILTER 0

// nucleus_apply_options: no_new_privs is set.
#define NUCLEUS_NO_NEW_PRIVS_ON 1

// nucleus_apply_options: no_new_privs is left as it is. The kernel then wants CAP_SYS_ADMIN, unless it is
// set already.
#define NUCLEUS_NO_NEW_PRIVS_OFF 2

// How a program is applied. All but the size may be 0; later versions may add fields at the end.
typedef struct nucleus_apply_options {
    // Set by the caller: sizeof(nucleus_apply_options).
    size_t size;
    // NUCLEUS_APPLY_*, added to what the filter's attributes say. If the kernel lacks one of
    // NUCLEUS_APPLY_TSYNC and NUCLEUS_APPLY_SPEC_ALLOW, nothing is applied.
    uint32_t flags;
    // NUCLEUS_APPLY_LOG and NUCLEUS_APPLY_SPEC_ALLOW that are done without where the kernel lacks
    // them. What is in `flags` or in the filter's attributes, too, is needed.
    uint32_t preferred;
    // NUCLEUS_NO_NEW_PRIVS_*.
    uint32_t no_new_privs;
    // 0.
    uint32_t reserved;
} nucleus_apply_options;

// Loads the compiled filter into the kernel: when it returns NUCLEUS_OK, the calling thread is
// confined, for good, and so is whatever it starts. Sets no_new_privs first (prctl(2)), unless
// NUCLEUS_ATTR_NO_NEW_PRIVS is 0.
//
// Does two system calls, prctl and seccomp, and nothing else: no allocation, no lock, no log. (seccomp
// is called again where it answers EINVAL to a flag: to find out which, and to do without.) It is safe
// between fork, vfork or clone and exec, also in a process with threads. Any number of threads may apply
// one filter, and each that does is confined.
//
// A filter that was loaded before must allow prctl and seccomp; the built-in policy does not. If it answers
// seccomp in the kernel's place, and with success (NUCLEUS_ERRNO(0)), that can't be told from the
// kernel's: this returns NUCLEUS_OK then, and nothing is confined.
//
// `flags`: NUCLEUS_APPLY_*, added to what the filter's attributes say.
//
// Errors: NUCLEUS_ERR_NOT_COMPILED; NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags or NULL;
// NUCLEUS_ERR_KERNEL with errno as from seccomp(2): ENOSYS or EPERM when an earlier filter
// refuses it, EACCES without no_new_privs and CAP_SYS_ADMIN, EINVAL when the kernel has no filters or
// lacks NUCLEUS_APPLY_SPEC_ALLOW, ENOMEM when all filters together are too long, ESRCH when with
// NUCLEUS_APPLY_TSYNC another thread has filters of its own and can't follow. errno is left alone by the
// other errors. Nothing is confined after an error, but no_new_privs may be set. Leaves no sentence on the
// filter: nucleus_program_apply says more. Since 0.1.
nucleus_status nucleus_filter_apply(const nucleus_filter *filter,
                                    uint32_t flags);

// Loads a program into the kernel, as nucleus_filter_apply does, and says how that went: for a runtime
// that has to report it. Between fork and exec, too.
//
//     nucleus_apply_options options = { .size = sizeof options, .preferred = NUCLEUS_APPLY_LOG };
//     nucleus_apply_result result = { .size = sizeof result };
//     if (nucleus_program_apply(nucleus_filter_program(f), &options, &result) != NUCLEUS_OK) {
//         char why[256];
//         nucleus_apply_message(&result, why, sizeof why);
//         dprintf(report_fd, "%s\n", why);
//         _exit(127);
//     }
//
// `program`: a filter's (nucleus_filter_program), or one from elsewhere (nucleus_program_from_bpf), which
// is loaded only with NUCLEUS_APPLY_TRUSTED, and has no attributes. `options`: NULL stands for zeros.
// `result`: NULL, or filled whatever comes of it, but for NUCLEUS_ERR_INVALID_ARGUMENT.
//
// Errors: as nucleus_filter_apply, with NUCLEUS_ERR_KERNEL and EINVAL also when the kernel lacks a flag that
// is needed: result->missing names it. NUCLEUS_ERR_UNPROVEN for a program from elsewhere without
// NUCLEUS_APPLY_TRUSTED. NUCLEUS_ERR_INVALID_ARGUMENT also for flags in `preferred` that it does not take, for
// a `no_new_privs` that is none, a `reserved` that is not 0, and a size that is smaller than the struct was
// in 0.1, above 4096, or larger than this library's with bytes beyond it that are not 0. Since 0.1.
nucleus_status nucleus_program_apply(const nucleus_program *program,
                                     const nucleus_apply_options *options,
                                     nucleus_apply_result *result);

// Whether the filter was applied as it is compiled now, by any thread of this process: 1 or 0, 0 for
// NULL and for a filter that is not compiled. A child that fork(2) makes afterwards has it from its
// parent, as it has the confinement. Since 0.1.
//
// It says nothing of other threads, and is never a reason not to apply the filter: each thread that
// applies it is confined, and so is no other without NUCLEUS_APPLY_TSYNC. After vfork(2) or
// clone(2) with CLONE_VM a child has its memory in common with its parent, which can't tell that it
// was the child that applied the filter: there it says 1 to both.
int32_t nucleus_filter_is_applied(const nucleus_filter *filter);

/* ---- What the kernel can do ---- */

// nucleus_features: the kernel carries out NUCLEUS_KILL_PROCESS (Linux 4.14).
#define NUCLEUS_FEATURE_KILL_PROCESS 1

// nucleus_features: NUCLEUS_KILL_THREAD.
#define NUCLEUS_FEATURE_KILL_THREAD 2

// nucleus_features: NUCLEUS_TRAP.
#define NUCLEUS_FEATURE_TRAP 4

// nucleus_features: NUCLEUS_ERRNO.
#define NUCLEUS_FEATURE_ERRNO 8

// nucleus_features: NUCLEUS_NOTIFY (Linux 5.0).
#define NUCLEUS_FEATURE_NOTIFY 16

// nucleus_features: NUCLEUS_TRACE.
#define NUCLEUS_FEATURE_TRACE 32

// nucleus_features: NUCLEUS_LOG (Linux 4.14).
#define NUCLEUS_FEATURE_LOG 64

// nucleus_features: NUCLEUS_ALLOW.
#define NUCLEUS_FEATURE_ALLOW 128

// What the kernel that runs this can do with filters. Later versions may add fields at the end.
typedef struct nucleus_features {
    // Set by the caller: sizeof(nucleus_features).
    size_t size;
    // NUCLEUS_FEATURE_*: the actions that it carries out. What it does not know it takes for
    // NUCLEUS_KILL_PROCESS (before 4.14 for NUCLEUS_KILL_THREAD).
    uint32_t actions;
    // The flags that seccomp(2) takes, in the kernel's encoding (SECCOMP_FILTER_FLAG_* of
    // linux/seccomp.h): NUCLEUS_APPLY_TSYNC, NUCLEUS_APPLY_LOG and NUCLEUS_APPLY_SPEC_ALLOW are the
    // same bits, and there may be others, for listeners.
    uint32_t flags;
    // 1 if it answers calls that are allowed whatever their arguments are from a bitmap, without the
    // program (Linux 5.11; see nucleus_stats), else 0. The kernel says so nowhere: this is by its version
    // and its architecture.
    uint32_t constant_allow;
    // The bytes of its struct seccomp_notif; 0 if it has no notification (before 5.0).
    uint32_t notification_size;
    // The same of struct seccomp_notif_resp.
    uint32_t response_size;
    // The same of struct seccomp_data.
    uint32_t data_size;
} nucleus_features;

// Asks the kernel what it can do with filters. On success *features is filled. It makes system calls of
// seccomp(2) and one of uname(2), loads nothing, and may be called between fork and exec.
//
//     nucleus_features features = { .size = sizeof features };
//     if (nucleus_kernel_features(&features) == NUCLEUS_OK && !(features.flags & NUCLEUS_APPLY_LOG))
//         puts("refusals will not be logged");
//
// Errors: NUCLEUS_ERR_KERNEL with errno when seccomp(2) can't be asked: ENOSYS or EPERM when a filter
// refuses it or the kernel is older than 3.17, EINVAL when it has no filters.
// NUCLEUS_ERR_INVALID_ARGUMENT for NULL and a wrong size, as nucleus_program_stats. Since 0.1.
nucleus_status nucleus_kernel_features(nucleus_features *features);

/* ---- Asking about a call ---- */

// A system call as a filter sees it: the kernel's struct seccomp_data (linux/seccomp.h), in the
// byte order of this machine whatever the architecture is that it speaks of.
typedef struct nucleus_call {
    // The number; on x32 with bit 30 set. -1 is what a tracer writes to skip a call.
    int32_t nr;
    // The AUDIT_ARCH_* token, which is NUCLEUS_ARCH_*; for x32 it is NUCLEUS_ARCH_X86_64.
    uint32_t arch;
    // Where the call was made from. No rule looks at it.
    uint64_t instruction_pointer;
    // The six argument registers, whole.
    uint64_t args[6];
} nucleus_call;

// Finds what the filter's policy says of a call, compiled or not. On success *action is it.
//
//     nucleus_call call = { .nr = SYS_socket, .arch = NUCLEUS_ARCH_X86_64, .args = { AF_INET } };
//     uint32_t action;
//     nucleus_filter_evaluate(f, &call, &action);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL. Since 0.1.
nucleus_status nucleus_filter_evaluate(const nucleus_filter *filter,
                                       const nucleus_call *call,
                                       uint32_t *action);

// Runs a program on a call, as the kernel would. On success *action is what it returns: for a
// program from elsewhere, perhaps no action at all.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL. Since 0.1.
nucleus_status nucleus_program_evaluate(const nucleus_program *program,
                                        const nucleus_call *call,
                                        uint32_t *action);

/* ---- Filters made of filters ---- */

// nucleus_filter_compare: every call gets the same action from both.
#define NUCLEUS_EQUAL 0

// nucleus_filter_compare: the first is stricter for some calls and looser for none.
#define NUCLEUS_STRICTER 1

// nucleus_filter_compare: the first is looser for some calls and stricter for none.
#define NUCLEUS_LOOSER 2

// nucleus_filter_compare: the first is stricter for some calls and looser for others.
#define NUCLEUS_INCOMPARABLE 3

// Adds all that `other` says to `filter`: architectures, rules, denials, priorities. Merging the
// other way round gives an equal filter.
//
// The rules of each stay with the architectures that it covers: they turn into rules for numbers, and
// what one allows on x86_64 is not allowed on what only the other covers. No architecture can be added
// later: nothing would hold there.
//
//     nucleus_filter_merge(f, baseline);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when an attribute or the default action is not the same (the
// sentence names it with both values), when the built-in policy is in both with different flags,
// or when `other` has an error or an open transaction; NUCLEUS_ERR_UNSUPPORTED when one of them was
// intersected. What the filter says is as before then. Since 0.1.
nucleus_status nucleus_filter_merge(nucleus_filter *filter,
                                    const nucleus_filter *other);

// Makes `filter` allow only what both allow: every call gets the stricter of both actions, as if
// both filters were loaded, but with one program. (Of two errnos it is the smaller, where the kernel
// takes that of the filter loaded last.) Rules that are added or removed later are `filter`'s own,
// and all stays within what `other` said.
//
//     // Whatever a user's profile says, never more than what this service allows anybody.
//     nucleus_filter_load_oci(f, "users.json", NULL, 0);
//     nucleus_filter_intersect(f, baseline);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when an attribute that decides no action (layout,
// no_new_privs, tsync, log, spec_allow, wait_killable) is not the same, which the sentence names, or
// when `other` has an error or an open transaction. What the filter says is as before then. Since
// 0.1.
nucleus_status nucleus_filter_intersect(nucleus_filter *filter,
                                        const nucleus_filter *other);

// Compares what two filters, compiled or not, say of every call there is. On success *order is
// NUCLEUS_EQUAL, NUCLEUS_STRICTER, NUCLEUS_LOOSER or NUCLEUS_INCOMPARABLE, of `a` against `b`;
// *stricter becomes a call for which `a` is stricter if there is one, *looser a call for which it
// is looser. Both may be NULL. Strict is the kernel's order of actions (see
// nucleus_filter_add_rule), and on equal ones the smaller data.
//
// Decided exactly, as the proof does it, not by trying calls.
//
//     uint32_t order;
//     nucleus_call looser;
//     if (nucleus_filter_compare(f, baseline, &order, NULL, &looser) != NUCLEUS_OK)
//         errx(1, "cannot compare");
//     if (order == NUCLEUS_LOOSER || order == NUCLEUS_INCOMPARABLE)
//         errx(1, "call %d gets through", (int)looser.nr);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL; the status of the error that is kept on `a`, or else
// on `b`; NUCLEUS_ERR_UNPROVEN when the arguments tangle too much to be compared. Since 0.1.
nucleus_status nucleus_filter_compare(const nucleus_filter *a,
                                      const nucleus_filter *b,
                                      uint32_t *order,
                                      nucleus_call *stricter,
                                      nucleus_call *looser);

// Compares what two programs return for every call there is, ours or from elsewhere. As
// nucleus_filter_compare.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL; NUCLEUS_ERR_UNPROVEN when what a program computes
// tangles the arguments too much to be compared, such as their product. Since 0.1.
nucleus_status nucleus_program_compare(const nucleus_program *a,
                                       const nucleus_program *b,
                                       uint32_t *order,
                                       nucleus_call *stricter,
                                       nucleus_call *looser);

/* ---- Lists of what runs ---- */

// nucleus_filter_list: the calls that run whatever their arguments are.
#define NUCLEUS_LIST_ALWAYS 1

// nucleus_filter_list: the calls that run with some arguments and not with others.
#define NUCLEUS_LIST_SOMETIMES 2

// Lists the calls that a filter, compiled or not, lets run on `arch` (NUCLEUS_ARCH_*): with
// NUCLEUS_ALLOW or NUCLEUS_LOG, after all that is said of them, denials and what the filter was
// intersected with included. Decided exactly, as the proof does it. On an architecture that the filter
// does not cover these are none, or all.
//
// `which`: NUCLEUS_LIST_ALWAYS, NUCLEUS_LIST_SOMETIMES, or both.
//
// `names` has room for *count names. On success *count is how many there are, and `names` has them in
// the order of the alphabet; they are static. With NULL for `names` nothing but *count is written: that
// is how to count. Numbers that are no known call's are not listed.
//
//     size_t count = 0;
//     nucleus_filter_list(f, nucleus_arch_native(), NUCLEUS_LIST_ALWAYS, NULL, &count);
//     const char **names = malloc(count * sizeof *names);
//     nucleus_filter_list(f, nucleus_arch_native(), NUCLEUS_LIST_ALWAYS, names, &count);
//
// Errors: NUCLEUS_ERR_BUFFER when there is too little room (nothing is written);
// NUCLEUS_ERR_INVALID_ARGUMENT for NULL, for what is no architecture, for unknown flags and for none;
// the status of the error that is kept on the filter; NUCLEUS_ERR_UNPROVEN when rules tangle arguments
// too much to be decided. Since 0.1.
nucleus_status nucleus_filter_list(const nucleus_filter *filter,
                                   uint32_t arch,
                                   uint32_t which,
                                   const char **names,
                                   size_t *count);

/* ---- Showing filters ---- */

// Writes the program of a filter into `buffer`, as nucleus_program_export does. What the program alone
// does not know is added to forms for eyes: to a listing the rule that each return comes from, and to
// that and to source code the fingerprint and the architectures.
//
//     size_t size = 0;
//     nucleus_filter_export(f, NUCLEUS_EXPORT_LISTING, NULL, &size);
//     char *text = malloc(size);
//     if (nucleus_filter_export(f, NUCLEUS_EXPORT_LISTING, text, &size) == NUCLEUS_OK)
//         fwrite(text, 1, size, stdout);
//
// Errors: as nucleus_program_export; NUCLEUS_ERR_NOT_COMPILED. Leaves no sentence on the filter. Since
// 0.1.
nucleus_status nucleus_filter_export(const nucleus_filter *filter,
                                     uint32_t format,
                                     void *buffer,
                                     size_t *size);

// Writes the program of a filter to a descriptor, as nucleus_program_export_fd does, with what
// nucleus_filter_export adds.
//
// Errors: as nucleus_program_export_fd; NUCLEUS_ERR_NOT_COMPILED. Leaves no sentence on the filter.
// Since 0.1.
nucleus_status nucleus_filter_export_fd(const nucleus_filter *filter, uint32_t format, int32_t fd);

/* ---- Fingerprints ---- */

// The room for a fingerprint: 64 hexadecimal digits and a 0.
#define NUCLEUS_FINGERPRINT_SIZE 65

// Writes what the program of a filter depends on, as one SHA-256: the policy with its architectures
// and attributes, and the version of the compiler. Two filters with one fingerprint have the same
// program, byte by byte, on every machine: a caller who keeps programs (nucleus_program_export) can
// look for them under it, and need not compile again. In which order rules were added makes no
// difference. The filter need not be compiled.
//
//     char fingerprint[NUCLEUS_FINGERPRINT_SIZE];
//     if (nucleus_filter_fingerprint(f, fingerprint) == NUCLEUS_OK)
//         printf("%s.bpf\n", fingerprint);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL and while a transaction is open. While a failure of
// an earlier call is kept, that one: such a filter can't be compiled, either. Since 0.1.
nucleus_status nucleus_filter_fingerprint(const nucleus_filter *filter, char *fingerprint);

/* ---- What a program costs ---- */

// What a program costs on one architecture: exact counts of instructions, the same on every
// machine. They are counted over the architecture's system calls, those that this library knows, of
// which each stands for all its arguments: number and architecture are followed exactly, and every
// test of an argument is taken both ways. (What a program from elsewhere computes of numbers is
// followed, too, up to where two ways meet with different results: tests of those go both ways.)
//
// The kernel answers some calls without the program, from a bitmap that it makes when the program is
// attached (Linux 5.11 and later; never calls of MIPS or x32): those that the program allows, with
// exactly NUCLEUS_ALLOW, before it does more than compare and mask number and architecture. They
// cost the same under every program, as long as all filters of the thread allow them so.
//
// Later versions may add fields at the end.
typedef struct nucleus_stats {
    // Set by the caller: sizeof(nucleus_stats).
    size_t size;
    // The program's length, 1 to 4096.
    uint32_t instructions;
    // How many more the kernel would take.
    uint32_t margin;
    // 1 if the program makes something else of some call here than of one with its number from a
    // machine that nobody knows, 0 if not: then it does not cover the architecture, or does not look
    // at architectures. Results that depend on arguments in both cases count as the same.
    uint32_t told_apart;
    // How many system calls there are.
    uint32_t calls;
    // How many of them the kernel answers without the program.
    uint32_t cached;
    // How many instructions the program executes, its return included, for the call and the
    // arguments for which that is least.
    uint32_t shortest;
    // The same where it is most.
    uint32_t longest;
    // The longest way of each call, in the mean over all calls; in thousandths of an instruction.
    uint32_t mean;
    // The same over the calls that the kernel does not answer without the program; 0 if there are
    // none.
    uint32_t mean_uncached;
    // How many instructions the kernel looks at to make the bitmap, with the locks of the attaching
    // thread held, if this is the thread's first filter and the kernel has the calls that this
    // library knows. Other filters in place make it less. A kernel does this for its own
    // architecture, and for the 32-bit one beside it.
    uint32_t attach_steps;
} nucleus_stats;

// Counts what a program costs on `arch` (NUCLEUS_ARCH_*), whether it was made for it or not. On
// success *stats is filled.
//
//     nucleus_stats stats = { .size = sizeof stats };
//     nucleus_program_stats(p, NUCLEUS_ARCH_X86_64, &stats);
//     printf("%u of %u calls never run it\n", stats.cached, stats.calls);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL, for what is no architecture, and for a size that is
// smaller than the struct was in 0.1 or above 4096, or that is larger than this library's with bytes
// beyond it that are not 0. The sentence goes to the log callback (nucleus_set_log). Since 0.1.
nucleus_status nucleus_program_stats(const nucleus_program *program,
                                     uint32_t arch,
                                     nucleus_stats *stats);

/* ---- Filters as profiles ---- */

// Writes what a filter says to a descriptor, from where it stands, as a profile of the OCI runtime
// specification: the form that Docker, Podman and Kubernetes take, and nucleus_filter_load_oci. The
// filter need not be compiled. Equal filters give the same text, a name a line.
//
//     const int standard_output = 1;
//     if (nucleus_filter_export_oci(f, standard_output) == NUCLEUS_ERR_UNSUPPORTED)
//         errx(1, "%s", nucleus_filter_error(f));
//
// Before anything is written, the text was read again, in both ways in which nucleus_filter_load_oci
// reads, and both times was proven to mean what the filter means. What a profile can't say is an error,
// whose sentence names a call and both actions. The one difference left is with calls of architectures
// that the filter does not cover: it kills the process or the thread, and container engines the thread.
// no_new_privs belongs to the container's configuration, not to a profile; the layout and priorities
// belong to programs. docs/oci.md says more.
//
// Most filters with a default action that refuses have to say what newer calls get, since container
// engines answer these with ENOSYS: set NUCLEUS_ATTR_UNKNOWN to NUCLEUS_ERRNO(ENOSYS), as
// nucleus_filter_use_default does.
//
// Errors: NUCLEUS_ERR_UNSUPPORTED for what a profile can't say; NUCLEUS_ERR_UNPROVEN when its arguments
// tangle too much to be compared; NUCLEUS_ERR_INVALID_ARGUMENT for NULL and while a transaction is open;
// while an earlier failure is kept, the status of that one. NUCLEUS_ERR_KERNEL with errno as from
// write(2), when a part may have been written; no sentence is kept of that. Since 0.1.
nucleus_status nucleus_filter_export_oci(nucleus_filter *filter,
                                         int32_t fd);

// The same into `buffer`, which has room for *size bytes. On success *size is how many it takes, without
// a 0 behind them. With a NULL buffer nothing but *size is written: that is how to ask.
//
// Errors: NUCLEUS_ERR_BUFFER when there is too little room (nothing is written);
// NUCLEUS_ERR_INVALID_ARGUMENT for NULL; else as nucleus_filter_export_oci. Since 0.1.
nucleus_status nucleus_filter_export_oci_buffer(nucleus_filter *filter,
                                                void *buffer,
                                                size_t *size);

/* ---- Names and numbers of system calls ---- */

// Finds the number of the call `name` on `arch` (NUCLEUS_ARCH_*). On success *number is set.
//
//     int32_t number;
//     if (nucleus_syscall_number(NUCLEUS_ARCH_AARCH64, "openat", &number) == NUCLEUS_OK)
//         printf("%d is %s\n", number, nucleus_syscall_name(NUCLEUS_ARCH_AARCH64, number));
//
// Errors: NUCLEUS_ERR_UNKNOWN_SYSCALL when no architecture has the call, NUCLEUS_ERR_UNSUPPORTED
// when only this one has not, NUCLEUS_ERR_INVALID_ARGUMENT. Since 0.1.
nucleus_status nucleus_syscall_number(uint32_t arch, const char *name, int32_t *number);

// The name of call `number` on `arch`, or NULL if there is none. Static. Since 0.1.
const char *nucleus_syscall_name(uint32_t arch, int32_t number);

/* ---- The log: what the library reports besides errors ---- */

// Nothing is reported.
#define NUCLEUS_LOG_OFF 0

// Only what went wrong.
#define NUCLEUS_LOG_ERROR 1

// Also what was left out or is probably not meant so.
#define NUCLEUS_LOG_WARN 2

// Also what was done.
#define NUCLEUS_LOG_INFO 3

// Also how.
#define NUCLEUS_LOG_DEBUG 4

// Everything.
#define NUCLEUS_LOG_TRACE 5

// Gets a level (NUCLEUS_LOG_ERROR to NUCLEUS_LOG_TRACE) and a line without a line feed, valid
// for the call. Runs in whatever thread calls the library, in one at a time, and never in
// nucleus_filter_apply. It must return (no longjmp, no exception), and must not use the filter
// that the thread is changing. What the library reports while it runs is dropped.
typedef void (*nucleus_log_callback)(void *payload, uint32_t level, const char *message);

// Sends what the library reports, up to `level`, to `callback`; for the whole process, in place
// of the callback before. A NULL callback or NUCLEUS_LOG_OFF ends it: once this has returned, the
// old callback is not running and will not be called again.
//
//     // void to_stderr(void *payload, uint32_t level, const char *message)
//     // {
//     //     fprintf(stderr, "%s: %s\n", (const char *)payload, message);
//     // }
//     nucleus_set_log(to_stderr, "seccomp", NUCLEUS_LOG_WARN);
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for a level that does not exist, and when the callback
// itself calls; NUCLEUS_ERR_UNSUPPORTED in a process where other Rust code set a tracing subscriber
// before. Since 0.1.
nucleus_status nucleus_set_log(nucleus_log_callback callback, void *payload, uint32_t level);

#ifdef __cplusplus
}
#endif

#endif /* NUCLEUS_SECCOMP_H */
