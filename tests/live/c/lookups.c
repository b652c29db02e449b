/* Names and numbers: of statuses, system calls and architectures. The cases are in
 * lookup_tables.h. */
#include "lookup_tables.h"

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_statuses(void)
{
    for (size_t i = 0; i < COUNT(STATUSES); i++) {
        const char *name = nucleus_status_name(STATUSES[i].status);
        const char *message = nucleus_status_message(STATUSES[i].status);

        CHECK(same_text(name, STATUSES[i].name), "status %d is named %s",
              (int)STATUSES[i].status, name);
        CHECK(message != NULL && *message != '\0', "%s has no message", STATUSES[i].name);
    }
}

static void check_numbers(char *long_name)
{
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        const int32_t before = 12345;
        int32_t number = before;
        const char *name = NUMBERS[i].name == LONG_NAME ? long_name : NUMBERS[i].name;
        nucleus_status status = nucleus_syscall_number(NUMBERS[i].arch, name, &number);

        same_status(NUMBERS[i].what, status, NUMBERS[i].expected);
        CHECK(number == (status == NUCLEUS_OK ? NUMBERS[i].number : before), "%s: number %d",
              NUMBERS[i].what, (int)number);
    }
    same_status("number NULL", nucleus_syscall_number(NUCLEUS_ARCH_X86_64, "read", NULL), INVALID);
}

static void check_names(void)
{
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        const char *name = nucleus_syscall_name(NAMES[i].arch, NAMES[i].number);

        CHECK(same_text(name, NAMES[i].name), "%#x %d is named %s", (unsigned)NAMES[i].arch,
              (int)NAMES[i].number, name == NULL ? "NULL" : name);
    }
}

/* Every architecture has its name, its number of a call that all have, and that call's name. */
static void check_arches(void)
{
    for (size_t i = 0; i < COUNT(ARCHES); i++) {
        const struct arch *arch = &ARCHES[i];
        int32_t number = -1;

        CHECK(same_text(nucleus_arch_name(arch->constant), arch->name), "%s is named %s",
              arch->name, nucleus_arch_name(arch->constant));
        same_word(arch->name, nucleus_arch_named(arch->name), arch->constant);
        same_status(arch->name, nucleus_syscall_number(arch->constant, "openat", &number),
                    NUCLEUS_OK);
        CHECK(same_text(nucleus_syscall_name(arch->constant, number), "openat"),
              "%s: call %d is named %s", arch->name, (int)number,
              nucleus_syscall_name(arch->constant, number));
    }
    for (size_t i = 0; i < COUNT(NO_ARCHES); i++)
        CHECK(nucleus_arch_name(NO_ARCHES[i]) == NULL, "%#x is named %s", (unsigned)NO_ARCHES[i],
              nucleus_arch_name(NO_ARCHES[i]));
    for (size_t i = 0; i < COUNT(NO_ARCH_NAMES); i++)
        same_word("no name of an architecture", nucleus_arch_named(NO_ARCH_NAMES[i]), 0);
}

/* In every room up to what it takes and one more, as snprintf writes it. */
static void check_action_texts(void)
{
    for (size_t i = 0; i < COUNT(ACTION_TEXTS); i++) {
        const char *text = ACTION_TEXTS[i].text;
        for (size_t room = 0; room <= strlen(text) + 2; room++) {
            char ours[32], expected[32];
            memset(ours, '~', sizeof ours);
            memset(expected, '~', sizeof expected);
            int length = snprintf(expected, room, "%s", text);
            size_t said = nucleus_action_text(ACTION_TEXTS[i].action, ours, room);
            CHECK(said == (size_t)length && memcmp(ours, expected, sizeof ours) == 0,
                  "%s in %zu bytes: %zu, %.31s", text, room, said, ours);
        }
        CHECK(nucleus_action_text(ACTION_TEXTS[i].action, NULL, 9) == strlen(text), "%s in none",
              text);
    }
}

int main(void)
{
    enum { MIB = 1 << 20 };
    char *long_name = malloc(MIB + 1);

    if (long_name == NULL)
        return 2;
    memset(long_name, 'a', MIB);
    long_name[MIB] = '\0';
    check_statuses();
    check_numbers(long_name);
    check_names();
    check_arches();
    check_action_texts();
    CHECK(same_text(nucleus_version(), NUCLEUS_VERSION), "library %s, header %s",
          nucleus_version(), NUCLEUS_VERSION);
#if defined __x86_64__ && !defined __ILP32__
    same_word("native", nucleus_arch_native(), NUCLEUS_ARCH_X86_64);
#elif defined __aarch64__
    same_word("native", nucleus_arch_native(), NUCLEUS_ARCH_AARCH64);
#endif
    free(long_name);
    return report("lookups");
}
