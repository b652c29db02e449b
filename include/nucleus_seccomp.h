/* nucleus-seccomp: system call filters that fail closed, are proven, run at the kernel's floor, and
 * say why. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * HOW TO USE IT
 *
 *     nucleus_filter *f = NULL;
 *     nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);        // what no rule speaks of
 *     nucleus_filter_use_default(f, NUCLEUS_POLICY_NETWORK);
 *     nucleus_filter_deny(f, "ptrace");
 *     if (nucleus_filter_compile(f) != NUCLEUS_OK)         // checks all of the above, too
 *         errx(1, "%s", nucleus_filter_error(f));
 *     ...                                                  // fork, set up the child
 *     if (nucleus_filter_apply(f, 0) != NUCLEUS_OK)        // last thing before exec
 *         _exit(127);
 *
 * Link with `pkg-config --cflags --libs nucleus-seccomp`.
 *
 * ERRORS. Every call that can fail returns a nucleus_status: 0 is done, negative is an error. The
 * first error on a filter is kept, with a sentence (nucleus_filter_error), and
 * nucleus_filter_compile refuses while it is: a mistake never ends in a weaker filter than was
 * asked for, even if only compile and apply are checked.
 *
 * OWNERSHIP. What a function hands out through `T **out` is the caller's, and is freed by
 * nucleus_T_free. All else is borrowed for the call. Outputs are written on success only.
 *
 * THREADS. A `const T *` may be used from many threads at once, a `T *` by one at a time. Nothing is
 * kept per thread: a goroutine may change threads between two calls.
 *
 * FORK. nucleus_filter_apply may be called between fork, vfork or clone and exec in a process with
 * threads. No other function may.
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

// The program could not be shown to mean the policy. Please report it: it is our bug, unless
// the message speaks of the budget.
#define NUCLEUS_ERR_UNPROVEN (-6)

// The kernel refused; errno says why, see nucleus_filter_apply.
#define NUCLEUS_ERR_KERNEL (-7)

// A bug in this library was caught. The handle can only be freed.
#define NUCLEUS_ERR_INTERNAL (-8)

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
#define NUCLEUS_KILL_THREAD 0

// The call waits for the answer of a listener. This version can't hand out the listener yet, and
// without one the kernel answers ENOSYS.
#define NUCLEUS_NOTIFY UINT32_C(0x7fc00000)

// The call is run, and a line goes to the kernel's log (Linux 4.14).
#define NUCLEUS_LOG UINT32_C(0x7ffc0000)

// The call is run.
#define NUCLEUS_ALLOW UINT32_C(0x7fff0000)

/* Actions that carry data.
 *
 * NUCLEUS_ERRNO: the call is not run and fails with errno e, 0 to 4095. With 0 it seems to succeed.
 * NUCLEUS_TRAP: SIGSYS is raised, with d, 0 to 65535, in si_errno.
 * NUCLEUS_TRACE: a tracer is told d, 0 to 65535; without a tracer the call fails with ENOSYS.
 *
 * A value out of range makes an action that every function refuses. The argument is evaluated
 * twice. */
#define NUCLEUS_ERRNO(e) \
    (UINT32_C(0x00050000) | ((uint32_t)(e) <= 4095 ? (uint32_t)(e) : UINT32_C(0xffff)))
#define NUCLEUS_TRAP(d) \
    ((uint32_t)(d) <= 65535 ? UINT32_C(0x00030000) | (uint32_t)(d) : UINT32_C(0xffffffff))
#define NUCLEUS_TRACE(d) \
    ((uint32_t)(d) <= 65535 ? UINT32_C(0x7ff00000) | (uint32_t)(d) : UINT32_C(0xffffffff))

/* ---- Filters ---- */

// A filter: a policy, and after nucleus_filter_compile the program made of it. Made by
// nucleus_filter_new, to be freed with nucleus_filter_free.
typedef struct nucleus_filter nucleus_filter;

// Makes a filter in which every system call of this machine's architecture gets
// `default_action`, and every other architecture's is killed. On success *out is the filter.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when `out` is NULL or the action is none of the kernel's
// (*out is not written). Since 0.1.
nucleus_status nucleus_filter_new(uint32_t default_action, nucleus_filter **out);

// Frees a filter. NULL is fine. A filter that was applied stays in force: the kernel has its own
// copy, and no filter can be removed. Since 0.1.
void nucleus_filter_free(nucleus_filter *filter);

// The first failure on this filter since it was made or cleared, as a sentence: what was asked
// for, what is wrong with it, what would be right. NULL when nothing has failed. The text lives
// until nucleus_filter_clear_error or nucleus_filter_free. For a NULL filter, a sentence that
// says so. Since 0.1.
const char *nucleus_filter_error(const nucleus_filter *filter);

// Forgets the kept failure, so that the filter can be compiled all the same. What failed stays
// undone: be sure that the filter is what you want without it. Since 0.1.
nucleus_status nucleus_filter_clear_error(nucleus_filter *filter);

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
// pointers.
typedef struct {
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
// default action if that refuses, else with EPERM.
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

/* ---- The built-in policy ---- */

// nucleus_filter_use_default: AF_INET and AF_INET6 sockets too. Without it AF_UNIX alone can be
// opened; sockets that exist already, inherited or received, work either way.
#define NUCLEUS_POLICY_NETWORK 1

// nucleus_filter_use_default: what would be refused with an errno gets the filter's default.
#define NUCLEUS_POLICY_STRICT 2

// nucleus_filter_use_default: memory may be writable and executable at once. What just-in-time
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
// `flags`: NUCLEUS_POLICY_*. Once a filter: with other flags a second call is an error.
//
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags, for a second call with other flags, and
// for a filter whose default action lets calls run: the fatal ones would be allowed. Since 0.1.
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

/* ---- Compiling ---- */

// Compiles the policy, and proves that the program means it: for every architecture, number and
// arguments. Changing the filter afterwards undoes this.
//
// While a failure of an earlier call is kept, compile refuses and returns its status: whoever
// checks only compile can't load a weaker filter than was asked for.
//
// Errors: the kept one; NUCLEUS_ERR_TOO_LARGE; NUCLEUS_ERR_UNPROVEN; NUCLEUS_ERR_UNSUPPORTED on
// an architecture without tables. Since 0.1.
nucleus_status nucleus_filter_compile(nucleus_filter *filter);

/* ---- Applying a compiled filter ---- */

// nucleus_filter_apply: all threads of the process, or none. Without it only the calling thread
// and what it starts from then on.
#define NUCLEUS_APPLY_TSYNC 1

// nucleus_filter_apply: what the filter refuses also goes to the kernel's log. A kernel before
// 4.14 loads the filter without.
#define NUCLEUS_APPLY_LOG 2

// nucleus_filter_apply: no mitigation of speculative store bypass for the confined (Linux 4.17).
// Faster on some processors, and less safe.
#define NUCLEUS_APPLY_SPEC_ALLOW 4

// nucleus_filter_apply: if the kernel refuses, return NUCLEUS_NOT_APPLIED and leave it to the
// caller to go on unconfined.
#define NUCLEUS_APPLY_BEST_EFFORT 8

// Loads the compiled filter into the kernel: when it returns NUCLEUS_OK, the calling thread is
// confined, for good, and so is whatever it starts. Sets no_new_privs first (prctl(2)).
//
// Does two system calls, prctl and seccomp (the latter again where the kernel has no
// NUCLEUS_APPLY_LOG), and nothing else: no allocation, no lock, no log. It is safe between fork,
// vfork or clone and exec, also in a process with threads. Any number of threads may apply one
// filter, and each that does is confined.
//
// A filter that was loaded before must allow prctl and seccomp; the built-in policy does not.
//
// `flags`: NUCLEUS_APPLY_*.
//
// Errors: NUCLEUS_ERR_NOT_COMPILED; NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags or NULL;
// NUCLEUS_ERR_KERNEL with errno as from seccomp(2): ENOSYS or EPERM when an earlier filter
// refuses it, EINVAL when the kernel has no filters or no NUCLEUS_APPLY_SPEC_ALLOW, ENOMEM when
// all filters together are too long, ESRCH when with NUCLEUS_APPLY_TSYNC another thread has
// filters of its own and can't follow. errno is left alone by the other errors. Nothing is confined
// after an error, but no_new_privs may be set. Leaves no sentence on the filter: see
// nucleus_status_message. Since 0.1.
nucleus_status nucleus_filter_apply(const nucleus_filter *filter, uint32_t flags);

/* ---- Names and numbers of system calls ---- */

// 64-bit x86 (AUDIT_ARCH_X86_64 of linux/audit.h).
#define NUCLEUS_ARCH_X86_64 UINT32_C(0xc000003e)

// 64-bit ARM, little-endian (AUDIT_ARCH_AARCH64).
#define NUCLEUS_ARCH_AARCH64 UINT32_C(0xc00000b7)

// 64-bit RISC-V (AUDIT_ARCH_RISCV64).
#define NUCLEUS_ARCH_RISCV64 UINT32_C(0xc00000f3)

// The architecture that the library was built for, as NUCLEUS_ARCH_*, or 0 if it has no tables
// for it. Since 0.1.
uint32_t nucleus_arch_native(void);

// Finds the number of the call `name` on `arch` (NUCLEUS_ARCH_*). On success *number is set.
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
// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for a level that does not exist, and when the callback
// itself calls; NUCLEUS_ERR_UNSUPPORTED
// in a process where other Rust code set a tracing subscriber before. Since 0.1.
nucleus_status nucleus_set_log(nucleus_log_callback callback, void *payload, uint32_t level);

#ifdef __cplusplus
}
#endif

#endif /* NUCLEUS_SECCOMP_H */
