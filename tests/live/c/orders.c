/* What can be done to a filter, each after each: it comes to what the header says of that order, and what is
 * refused leaves the filter as it was, with an error that keeps it from being compiled. */
#include "filters.h"

static const char PROFILE[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":"
                              "[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
static const char THREADS[] = "{\"vmm\":{\"default_action\":\"trap\",\"filter_action\":\"allow\","
                              "\"filter\":[{\"syscall\":\"read\"}]}}";

static nucleus_filter *other;

static nucleus_status allow(nucleus_filter *f) { return nucleus_filter_allow(f, "read"); }
static nucleus_status use_default(nucleus_filter *f) { return nucleus_filter_use_default(f, 0); }
static nucleus_status use_default_jit(nucleus_filter *f)
{
    return nucleus_filter_use_default(f, NUCLEUS_POLICY_JIT);
}
static nucleus_status use_level(nucleus_filter *f) { return nucleus_filter_use_level(f, 2); }
static nucleus_status parse_oci(nucleus_filter *f)
{
    return nucleus_filter_parse_oci(f, PROFILE, sizeof PROFILE - 1, 0);
}
static nucleus_status parse_firecracker(nucleus_filter *f)
{
    return nucleus_filter_parse_firecracker(f, THREADS, sizeof THREADS - 1, "vmm", 0);
}
static nucleus_status harden(nucleus_filter *f) { return nucleus_filter_harden(f, 0); }
static nucleus_status harden_jit(nucleus_filter *f)
{
    return nucleus_filter_harden(f, NUCLEUS_POLICY_JIT);
}
static nucleus_status audit(nucleus_filter *f) { return nucleus_filter_audit(f); }
static nucleus_status add_arch(nucleus_filter *f)
{
    return nucleus_filter_add_arch(f, NUCLEUS_ARCH_S390X);
}
static nucleus_status remove_arch(nucleus_filter *f)
{
    return nucleus_filter_remove_arch(f, NUCLEUS_ARCH_X86_64);
}
static nucleus_status merge(nucleus_filter *f) { return nucleus_filter_merge(f, other); }
static nucleus_status intersect(nucleus_filter *f) { return nucleus_filter_intersect(f, other); }
static nucleus_status set(nucleus_filter *f) { return nucleus_filter_set(f, NUCLEUS_ATTR_LOG, 1); }
static nucleus_status begin(nucleus_filter *f) { return nucleus_filter_begin(f); }
static nucleus_status commit(nucleus_filter *f) { return nucleus_filter_commit(f); }
static nucleus_status rollback(nucleus_filter *f) { return nucleus_filter_rollback(f); }
static nucleus_status reset(nucleus_filter *f)
{
    return nucleus_filter_reset(f, NUCLEUS_KILL_PROCESS);
}
static nucleus_status compile(nucleus_filter *f) { return nucleus_filter_compile(f); }

static const struct step {
    const char *name;
    nucleus_status (*take)(nucleus_filter *f);
} STEPS[] = {
    {"allow", allow},
    {"use_default", use_default},
    {"use_default_jit", use_default_jit},
    {"use_level", use_level},
    {"parse_oci", parse_oci},
    {"parse_firecracker", parse_firecracker},
    {"harden", harden},
    {"harden_jit", harden_jit},
    {"audit", audit},
    {"add_arch", add_arch},
    {"remove_arch", remove_arch},
    {"merge", merge},
    {"intersect", intersect},
    {"set", set},
    {"begin", begin},
    {"commit", commit},
    {"rollback", rollback},
    {"reset", reset},
    {"compile", compile},
};

/* One of `first` and then one of `then`; the first row that fits holds, and all else is done. */
static const struct order {
    const char *first, *then; /* names, or "*" for all */
    nucleus_status expected;
    const char *says;
} ORDERS[] = {
    {"begin", "commit rollback", NUCLEUS_OK, NULL},
    {"*", "commit rollback", INVALID, "no transaction is open"},
    {"begin", "compile", INVALID, "a transaction is open"},
    {"remove_arch", "compile", UNSUPPORTED, "no architecture"},
    {"allow use_default use_default_jit use_level parse_oci parse_firecracker merge intersect",
     "parse_oci parse_firecracker", INVALID, "a profile brings its own"},
    {"add_arch remove_arch", "parse_oci", INVALID, "a profile brings its own"},
    {"add_arch remove_arch", "parse_firecracker", UNSUPPORTED, "x86_64, aarch64 and riscv64"},
    {"use_default", "use_default_jit", INVALID, "with other flags before"},
    {"use_default_jit", "use_default", INVALID, "with other flags before"},
    {"harden", "harden_jit", INVALID, "with other flags before"},
    {"harden_jit", "harden", INVALID, "with other flags before"},
    {"use_default use_default_jit parse_oci parse_firecracker merge harden harden_jit", "add_arch",
     UNSUPPORTED, "s390x"},
    {"add_arch", "use_default use_default_jit harden harden_jit", UNSUPPORTED, "s390x"},
    {"use_default use_default_jit", "merge", INVALID, "unknown-call action"},
    {"parse_oci parse_firecracker audit", "merge", INVALID, "default action"},
    {"set", "merge intersect", INVALID, "the log is on"},
    {"intersect", "merge", UNSUPPORTED, "intersected"},
    {"audit", "use_default use_default_jit use_level", INVALID, "default action is log"},
    {"audit", "harden harden_jit", UNSUPPORTED, "NUCLEUS_ATTR_BAD_ARCH"},
};

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    if (strcmp(words, "*") == 0)
        return true;
    for (const char *at = words; (at = strstr(at, word)) != NULL; at++)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static const struct order *order_of(const struct step *first, const struct step *then)
{
    static const struct order fine = {"*", "*", NUCLEUS_OK, NULL};

    for (size_t i = 0; i < COUNT(ORDERS); i++)
        if (has_word(ORDERS[i].first, first->name) && has_word(ORDERS[i].then, then->name))
            return &ORDERS[i];
    return &fine;
}

static nucleus_filter *new_on_x86_64(void)
{
    return filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
}

static void check_refused(const char *what, nucleus_filter *filter, const nucleus_filter *before,
                          const struct order *order)
{
    check_sentence(what, nucleus_filter_error(filter), &order->says, 1);
    if (!same_status(what, nucleus_filter_compile(filter), order->expected))
        return; /* apply would confine the test itself */
    same_status(what, nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
    same_status(what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_filter(what, filter, before);
}

static void check_order(const struct step *first, const struct step *then)
{
    const struct order *order = order_of(first, then);
    nucleus_filter *filter = new_on_x86_64();
    char what[80];

    snprintf(what, sizeof what, "%s, then %s", first->name, then->name);
    if (first->take(filter) != NUCLEUS_OK) /* what is nothing to begin with */
        same_status(what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
    nucleus_filter *before = copy_of(filter);
    same_status(what, then->take(filter), order->expected);
    if (order->expected != NUCLEUS_OK)
        check_refused(what, filter, before, order);
    else
        CHECK(nucleus_filter_error(filter) == NULL, "%s: %s", what, nucleus_filter_error(filter));
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

int main(void)
{
    other = new_on_x86_64();
    for (size_t i = 0; i < COUNT(STEPS) * COUNT(STEPS); i++)
        check_order(&STEPS[i / COUNT(STEPS)], &STEPS[i % COUNT(STEPS)]);
    printf("orders: each of %zu steps after each\n", COUNT(STEPS));
    nucleus_filter_free(other);
    return report("orders");
}
