/* The built-in policy's checks for what is allowed as a whole, and audits. */
#include "filters.h"

static nucleus_filter *some_filter(uint32_t default_action)
{
    nucleus_filter *filter =
        filter_on(default_action, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_AARCH64);

    same_status("allow", nucleus_filter_allow(filter, "clone"), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "clone3"), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "mprotect"), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    return filter;
}

static nucleus_call with_argument(uint32_t arch, const char *name, int index, uint64_t value)
{
    nucleus_call call = call_named(arch, name);

    call.args[index] = value;
    return call;
}

static void same_text(const char *what, const char *got, const char *expected)
{
    CHECK(got != NULL && strcmp(got, expected) == 0, "%s: \"%s\"", what, got == NULL ? "NULL" : got);
}

static void check_verdicts(void)
{
    nucleus_filter *filter = some_filter(NUCLEUS_KILL_PROCESS), *before = copy_of(filter);

    same_status("harden", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), NUCLEUS_OK);
    for (int i = 0; i < 2; i++) {
        uint32_t arch = i == 0 ? NUCLEUS_ARCH_X86_64 : NUCLEUS_ARCH_AARCH64;

        same_action("a user namespace", filter, with_argument(arch, "clone", 0, 0x10000000),
                    NUCLEUS_KILL_PROCESS);
        same_action("the same, the high half set", filter,
                    with_argument(arch, "clone", 0, UINT64_C(0xffffffff10000000)),
                    NUCLEUS_KILL_PROCESS);
        same_action("a thread", filter, with_argument(arch, "clone", 0, 0x3d0f00), NUCLEUS_ALLOW);
        same_action("clone3", filter, call_named(arch, "clone3"), NUCLEUS_ERRNO(38));
        same_action("W^X", filter, with_argument(arch, "mprotect", 2, 7), NUCLEUS_ERRNO(13));
        same_action("R^X", filter, with_argument(arch, "mprotect", 2, 5), NUCLEUS_ALLOW);
        same_action("not checked", filter, call_named(arch, "read"), NUCLEUS_ALLOW);
        same_action("not allowed", filter, call_named(arch, "socket"), NUCLEUS_KILL_PROCESS);
    }
    same_order("hardened", filter, before, NUCLEUS_STRICTER);
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

static void check_report(void)
{
    static const char expected[] = "clone: runs with some arguments, else kill process\n"
                                   "mprotect: errno 13 with some arguments, else runs\n"
                                   "clone3: errno 38\n";
    nucleus_filter *filter = some_filter(NUCLEUS_KILL_PROCESS);

    CHECK(nucleus_filter_hardened(NULL) == NULL, "hardened(NULL)");
    same_text("before", nucleus_filter_hardened(filter), "");
    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("harden", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), NUCLEUS_OK);
    same_text("after", nucleus_filter_hardened(filter), expected);
    nucleus_filter *before = copy_of(filter);
    same_text("a copy", nucleus_filter_hardened(before), expected);
    same_status("twice", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), NUCLEUS_OK);
    same_text("twice", nucleus_filter_hardened(filter), expected);
    same_status("commit", nucleus_filter_commit(before), NUCLEUS_OK);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    same_text("taken back", nucleus_filter_hardened(filter), "");
    same_action("taken back", filter, call_named(NUCLEUS_ARCH_X86_64, "clone3"), NUCLEUS_ALLOW);
    same_status("harden", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), NUCLEUS_OK);
    same_filter("once more", filter, before);
    same_status("reset", nucleus_filter_reset(filter, NUCLEUS_KILL_PROCESS), NUCLEUS_OK);
    same_text("as new", nucleus_filter_hardened(filter), "");
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

/* Where the checks are not written for what the filter covers, nothing is done, and an error sticks. */
static void check_refusals(void)
{
    static const struct { const char *what; uint32_t arch; const char *says; } rows[] = {
        {"s390x", NUCLEUS_ARCH_S390X, "harden: the built-in policy's checks are not written for s390x"},
        {"MIPS", NUCLEUS_ARCH_MIPSEL64, "not written for mipsel64"},
        {"foreign calls that run", 0, "NUCLEUS_ATTR_BAD_ARCH"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = some_filter(NUCLEUS_KILL_PROCESS);

        if (rows[i].arch != 0)
            same_status("add_arch", nucleus_filter_add_arch(filter, rows[i].arch), NUCLEUS_OK);
        else
            same_status("set", nucleus_filter_set(filter, NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ALLOW),
                        NUCLEUS_OK);
        nucleus_filter *before = copy_of(filter);
        same_status(rows[i].what, nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), UNSUPPORTED);
        check_sentence(rows[i].what, nucleus_filter_error(filter), &rows[i].says, 1);
        same_status(rows[i].what, nucleus_filter_compile(filter), UNSUPPORTED);
        same_status(rows[i].what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
        same_filter(rows[i].what, filter, before);
        nucleus_filter_free(before);
        nucleus_filter_free(filter);
    }
    nucleus_filter *filter = some_filter(NUCLEUS_KILL_PROCESS);
    same_status("harden", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), NUCLEUS_OK);
    same_status("later", nucleus_filter_add_arch(filter, NUCLEUS_ARCH_RISCV64), UNSUPPORTED);
    nucleus_filter_free(filter);
}

/* The flags are those of nucleus_filter_use_default, and nothing but what is given. */
static void check_flags(void)
{
    static const struct { const char *what; uint32_t flags, socket, mmap; } rows[] = {
        {"none", 0, NUCLEUS_ERRNO(97), NUCLEUS_ERRNO(13)},
        {"network", NUCLEUS_POLICY_NETWORK, NUCLEUS_ALLOW, NUCLEUS_ERRNO(13)},
        {"just-in-time compilers", NUCLEUS_POLICY_JIT, NUCLEUS_ERRNO(97), NUCLEUS_ALLOW},
        {"strict", NUCLEUS_POLICY_STRICT, NUCLEUS_KILL_PROCESS, NUCLEUS_KILL_PROCESS},
        {"all", NUCLEUS_POLICY_NETWORK | NUCLEUS_POLICY_JIT | NUCLEUS_POLICY_STRICT, NUCLEUS_ALLOW,
         NUCLEUS_ALLOW},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter =
            filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X32);
        nucleus_call call = with_argument(NUCLEUS_ARCH_X86_64, "socket", 0, 2);

        call.args[1] = 1;
        same_status("allow", nucleus_filter_allow(filter, "socket"), NUCLEUS_OK);
        same_status("allow", nucleus_filter_allow(filter, "mmap"), NUCLEUS_OK);
        same_status(rows[i].what, nucleus_filter_harden(filter, rows[i].flags), NUCLEUS_OK);
        same_action(rows[i].what, filter, call, rows[i].socket);
        same_action(rows[i].what, filter, with_argument(NUCLEUS_ARCH_X86_64, "mmap", 2, 7),
                    rows[i].mmap);
        same_status("again", nucleus_filter_harden(filter, rows[i].flags), NUCLEUS_OK);
        nucleus_filter *before = copy_of(filter);
        for (unsigned bit = 0; bit < 32; bit++) {
            uint32_t other = rows[i].flags ^ (uint32_t)1 << bit;

            same_status("other flags", nucleus_filter_harden(filter, other), INVALID);
            CHECK(nucleus_filter_hardened(filter)[0] != '\0', "the report stays");
            same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
        }
        same_filter("other flags", filter, before);
        nucleus_filter_free(before);
        nucleus_filter_free(filter);
    }
}

/* What comes in which order: a denial wins before and after, an allow does not lift a check. */
static void check_order(void)
{
    static const struct { const char *what, *script; uint32_t expected; } rows[] = {
        {"allowed, hardened", "ah", NUCLEUS_KILL_PROCESS},
        {"hardened, allowed for the first time", "ha", NUCLEUS_ALLOW},
        {"hardened, allowed once more", "aha", NUCLEUS_KILL_PROCESS},
        {"hardened after all", "hah", NUCLEUS_KILL_PROCESS},
        {"forgotten and allowed", "ahra", NUCLEUS_ALLOW},
        {"denied before", "adh", NUCLEUS_KILL_PROCESS},
        {"denied after", "ahd", NUCLEUS_KILL_PROCESS},
        {"a level", "lh", NUCLEUS_KILL_PROCESS},
        {"a level, twice hardened", "lhh", NUCLEUS_KILL_PROCESS},
        {"the built-in policy, lifted", "ba", NUCLEUS_ALLOW},
        {"and hardened", "bah", NUCLEUS_KILL_PROCESS},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter =
            filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);

        for (const char *letter = rows[i].script; *letter != '\0'; letter++)
            switch (*letter) {
            case 'a': nucleus_filter_allow(filter, "clone"); break;
            case 'b': nucleus_filter_use_default(filter, 0); break;
            case 'd': nucleus_filter_deny(filter, "clone"); break;
            case 'h': nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK); break;
            case 'l': nucleus_filter_use_level(filter, NUCLEUS_LEVEL_MINIMAL); break;
            case 'r': nucleus_filter_remove_rules(filter, "clone"); break;
            default: break;
            }
        same_action(rows[i].what, filter,
                    with_argument(NUCLEUS_ARCH_X86_64, "clone", 0, 0x10000000), rows[i].expected);
        nucleus_filter_free(filter);
    }
}

/* ---- audits ---- */

static void check_audit(void)
{
    nucleus_filter *filter = some_filter(NUCLEUS_KILL_PROCESS), *before = copy_of(filter);

    same_status("deny", nucleus_filter_deny(filter, "ptrace"), NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_NOTIFY, "mount", NULL, 0),
                NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(1), "open_by_handle_at", NULL,
                                                0), NUCLEUS_OK);
    same_status("set", nucleus_filter_set(filter, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)),
                NUCLEUS_OK);
    same_status("audit", nucleus_filter_audit(filter), NUCLEUS_OK);
    same_status("twice", nucleus_filter_audit(filter), NUCLEUS_OK);
    same_status("denied later", nucleus_filter_deny(filter, "read"), NUCLEUS_OK);
    for (int i = 0; i < 2; i++) {
        uint32_t arch = i == 0 ? NUCLEUS_ARCH_X86_64 : NUCLEUS_ARCH_AARCH64;

        same_action("by the default", filter, call_named(arch, "socket"), NUCLEUS_LOG);
        same_action("denied", filter, call_named(arch, "ptrace"), NUCLEUS_LOG);
        same_action("denied later", filter, call_named(arch, "read"), NUCLEUS_LOG);
        same_action("a rule", filter, call_named(arch, "open_by_handle_at"), NUCLEUS_LOG);
        same_action("a listener's", filter, call_named(arch, "mount"), NUCLEUS_NOTIFY);
        same_action("newer", filter, call_of(arch, 2000), NUCLEUS_LOG);
        same_action("allowed", filter, call_named(arch, "clone"), NUCLEUS_ALLOW);
    }
    same_action("foreign", filter, call_of(NUCLEUS_ARCH_X86, 1), NUCLEUS_LOG);
    uint32_t attributes[ATTRIBUTES + 1];
    read_attributes(filter, attributes);
    same_word("the default", attributes[NUCLEUS_ATTR_DEFAULT], NUCLEUS_LOG);
    same_word("denied calls", attributes[NUCLEUS_ATTR_DENY], NUCLEUS_LOG);
    same_word("foreign calls", attributes[NUCLEUS_ATTR_BAD_ARCH], NUCLEUS_LOG);

    /* An audited filter is not mistaken for one that confines. */
    same_status("harden", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), UNSUPPORTED);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("level", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_MINIMAL), INVALID);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("default", nucleus_filter_use_default(filter, 0), INVALID);
    same_status("compile", nucleus_filter_compile(filter), INVALID);
    nucleus_filter_free(filter);

    /* Taken back. */
    filter = copy_of(before);
    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("audit", nucleus_filter_audit(filter), NUCLEUS_OK);
    same_order("audited", filter, before, NUCLEUS_LOOSER);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    same_filter("taken back", filter, before);
    nucleus_filter_free(filter);
    nucleus_filter_free(before);
}

int main(void)
{
    check_verdicts();
    check_report();
    check_refusals();
    check_flags();
    check_order();
    check_audit();
    return report("harden");
}
