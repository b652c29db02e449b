/* Programs into the library, from elsewhere or its own, and asked about calls. How they do on the
 * kernel is in in_force.c.
 *
 *     program_import [quick]      "quick" leaves out what takes minutes under valgrind
 */
#include <pthread.h>

#include "bpf_cases.h"
#include "bytes.h"

static struct { unsigned calls; uint32_t level; char last[400]; } heard;

static void hear(void *payload, uint32_t level, const char *message)
{
    (void)payload;
    heard.calls++;
    heard.level = level;
    snprintf(heard.last, sizeof heard.last, "%s", message);
}

/* Hands bytes over that must be refused with a sentence in the log, which there is nowhere else. */
static void check_refused(const char *what, const void *bytes, size_t size,
                          nucleus_status expected, const char *says)
{
    char place;
    nucleus_program *const before = (nucleus_program *)(void *)&place;
    nucleus_program *program = before;

    heard.calls = 0;
    same_status(what, nucleus_program_from_bpf(bytes, size, &program), expected);
    CHECK(program == before, "%s: *out was written", what);
    CHECK(heard.calls == 1 && heard.level == NUCLEUS_LOG_ERROR, "%s: %u reports", what,
          heard.calls);
    check_sentence(what, heard.last, &says, 1);
}

static void check_import_of(const struct bpf_case *row, bool big_endian)
{
    static struct bytes bytes, again;

    bytes.size = 0;
    for (size_t i = 0; i < row->n; i++)
        append(&bytes, row->code[i].code, row->code[i].jt, row->code[i].jf, row->code[i].k,
               big_endian);
    if (row->refused != NULL) {
        /* The byte order is told from the last instruction, if that is a return. */
        uint16_t last = row->code[row->n - 1].code;
        bool told = last == (BPF_RET | BPF_K) || !big_endian;
        check_refused(row->what, bytes.at, bytes.size, INVALID, told ? row->refused : "program");
        return;
    }
    nucleus_program *program = import_bytes(row->what, &bytes);
    CHECK(nucleus_program_count(program) == row->n, "%s: %zu instructions", row->what,
          nucleus_program_count(program));
    CHECK(memcmp(nucleus_program_instructions(program), row->code,
                 row->n * sizeof *row->code) == 0, "%s: other instructions", row->what);
    export_bytes(row->what, &again, program, NUCLEUS_EXPORT_BPF);
    CHECK(same_bytes(&again, &bytes), "%s: not as it came in", row->what);
    nucleus_program_free(program);
}

static void check_imports(void)
{
    static struct bytes longest;
    static const char mixed[] = "\x20\0\0\0\0\0\0\0" "\0\x06\0\0\x7f\xff\0";
    const struct { const char *what; size_t size; nucleus_status expected; const char *says; }
    lengths[] = {
        {"nothing", 0, INVALID, "empty"},
        {"one byte", 1, INVALID, "1 bytes"},
        {"a byte too little", INSTRUCTION - 1, INVALID, "7 bytes"},
        {"a byte too many", INSTRUCTION + 1, INVALID, "9 bytes"},
        {"one instruction too many", sizeof longest.at, NUCLEUS_ERR_TOO_LARGE, "4097"},
        {"more than memory holds", SIZE_MAX, INVALID, "bytes"},
        {"the same, a multiple of 8", SIZE_MAX - INSTRUCTION + 1, INVALID, "bytes"},
    };

    same_status("set_log", nucleus_set_log(hear, NULL, NUCLEUS_LOG_ERROR), NUCLEUS_OK);
    for (size_t i = 0; i < COUNT(BPF_CASES) * 2; i++)
        check_import_of(&BPF_CASES[i / 2], i % 2);
    while (longest.size < sizeof longest.at)
        append(&longest, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW, false);
    for (size_t i = 0; i < COUNT(lengths); i++)
        check_refused(lengths[i].what, longest.at, lengths[i].size, lengths[i].expected,
                      lengths[i].says);
    check_refused("NULL", NULL, INSTRUCTION, INVALID, "NULL");
    check_refused("two byte orders", mixed, sizeof mixed, INVALID, "instruction 1");
    same_status("set_log off", nucleus_set_log(NULL, NULL, NUCLEUS_LOG_OFF), NUCLEUS_OK);

    longest.size -= INSTRUCTION;
    nucleus_program *program = import_bytes("the longest", &longest);
    CHECK(nucleus_program_count(program) == MOST, "the longest: %zu",
          nucleus_program_count(program));
    nucleus_program_free(program);
    printf("program_import: %zu programs from elsewhere\n", COUNT(BPF_CASES));
}

/* Bytes have no alignment. */
static void check_bytes_out_of_line(const nucleus_program *ours)
{
    static struct bytes bytes;

    for (size_t shift = 0; shift < 8; shift++) {
        nucleus_program *program = NULL;
        uint32_t order = 7;

        expected_bytes(&bytes, ours, false);
        memmove(bytes.at + shift, bytes.at, bytes.size);
        same_status("out of line", nucleus_program_from_bpf(bytes.at + shift, bytes.size, &program),
                    NUCLEUS_OK);
        memset(bytes.at, 0, sizeof bytes.at); /* nothing of it is borrowed */
        same_status("compare", nucleus_program_compare(program, ours, &order, NULL, NULL),
                    NUCLEUS_OK);
        same_word("as it was", order, NUCLEUS_EQUAL);
        nucleus_program_free(program);
    }
}

/* ---- asking, comparing ---- */

static const uint64_t VALUES[] = {0, 1, 2, 3, 16, 21, 0x10000000, UINT64_C(0xdeadbeef00000001),
                                  UINT64_MAX};
static const uint32_t ASKED_ARCHES[] = {NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_AARCH64,
                                        NUCLEUS_ARCH_S390X, NUCLEUS_ARCH_X32};
static const char *const ASKED[] = {"read", "socket", "clone", "mmap", "ioctl", "prctl", "ptrace",
                                    "openat2", "personality"};

enum { CALLS = COUNT(VALUES) * COUNT(ASKED_ARCHES) * COUNT(ASKED) };

static struct asked { nucleus_call call; uint32_t action; } asked[CALLS];

static void ask_filter(const nucleus_filter *filter)
{
    for (size_t i = 0; i < CALLS; i++) {
        size_t rest = i / COUNT(VALUES);

        asked[i].call = call_named(ASKED_ARCHES[rest / COUNT(ASKED)], ASKED[rest % COUNT(ASKED)]);
        for (size_t n = 0; n < COUNT(asked[i].call.args); n++)
            asked[i].call.args[n] = VALUES[(i + n * (i % 5)) % COUNT(VALUES)];
        asked[i].call.instruction_pointer = i; /* which nobody looks at */
        asked[i].action = action_of("filter", filter, &asked[i].call);
    }
}

/* How many calls get another action from the program than from its filter. */
static size_t differences(const nucleus_program *program)
{
    size_t count = 0;

    for (size_t i = 0; i < CALLS; i++) {
        uint32_t action = 0;
        if (nucleus_program_evaluate(program, &asked[i].call, &action) != NUCLEUS_OK ||
            action != asked[i].action)
            count++;
    }
    return count;
}

static void *ask_often(void *argument)
{
    size_t count = 0;

    for (int i = 0; i < 20; i++)
        count += differences(argument);
    return count == 0 ? NULL : argument;
}

static void check_shared_program(nucleus_program *program)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, ask_often, program) != 0)
            exit(2);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL, "thread %zu got other answers", i);
    }
}

/* A program goes out and comes in again in either byte order, and outlives its filter. */
static void check_round_trip(void)
{
    nucleus_filter *filter = policy_filter();
    const nucleus_program *ours = nucleus_filter_program(filter);
    static struct bytes bytes;
    nucleus_program *imported[2];

    ask_filter(filter);
    CHECK(differences(ours) == 0, "the filter's program");
    for (int big_endian = 0; big_endian <= 1; big_endian++) {
        uint32_t order = 7;

        export_bytes("out", &bytes, ours, big_endian ? NUCLEUS_EXPORT_BPF_BIG_ENDIAN
                                               : NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN);
        imported[big_endian] = import_bytes("in", &bytes);
        same_status("compare", nucleus_program_compare(imported[big_endian], ours, &order, NULL,
                                                       NULL), NUCLEUS_OK);
        same_word("the same", order, NUCLEUS_EQUAL);
    }
    check_bytes_out_of_line(ours);
    nucleus_filter_free(filter);
    for (int i = 0; i <= 1; i++) {
        CHECK(differences(imported[i]) == 0, "an imported program");
        check_shared_program(imported[i]);
        nucleus_program_free(imported[i]);
    }
    printf("program_import: %d calls asked, of 8 threads at once\n", CALLS);
}

/* Whatever is returned has a place in the order, action or not. */
static void check_compared_programs(void)
{
    static const struct { const char *what; uint32_t a, b, order; } rows[] = {
        {"the same", NUCLEUS_ALLOW, NUCLEUS_ALLOW, NUCLEUS_EQUAL},
        {"actions", NUCLEUS_KILL_PROCESS, NUCLEUS_KILL_THREAD, NUCLEUS_STRICTER},
        {"data alone", NUCLEUS_ERRNO(2), NUCLEUS_ERRNO(1), NUCLEUS_LOOSER},
        {"allow with data", NUCLEUS_ALLOW | 1, NUCLEUS_ALLOW, NUCLEUS_LOOSER},
        {"no action, below errno", 0x00040000, NUCLEUS_ERRNO(0), NUCLEUS_STRICTER},
        {"no action, negative", 0xffff0000, NUCLEUS_KILL_THREAD, NUCLEUS_STRICTER},
    };
    const nucleus_call call = call_of(NUCLEUS_ARCH_X86_64, 1);
    static struct bytes bytes;

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_program *programs[2];
        uint32_t order = 7;

        for (int n = 0; n <= 1; n++) {
            bytes.size = 0;
            append(&bytes, BPF_RET | BPF_K, 0, 0, n == 0 ? rows[i].a : rows[i].b, false);
            programs[n] = import_bytes(rows[i].what, &bytes);
        }
        same_word(rows[i].what, result_of(rows[i].what, programs[0], &call), rows[i].a);
        same_status(rows[i].what, nucleus_program_compare(programs[0], programs[1], &order, NULL,
                                                          NULL), NUCLEUS_OK);
        same_word(rows[i].what, order, rows[i].order);
        nucleus_program_free(programs[0]);
        nucleus_program_free(programs[1]);
    }
}

/* The product of two arguments has no short description. */
static void check_what_cannot_be_compared(void)
{
    enum { FIRST = 16, SECOND = 24, RET = BPF_RET | BPF_K };
    const nucleus_instruction product[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, FIRST}, {BPF_MISC | BPF_TAX, 0, 0, 0},
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, SECOND}, {BPF_ALU | BPF_MUL | BPF_X, 0, 0, 0},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0x12345671}, {RET, 0, 0, 0}, {RET, 0, 0, NUCLEUS_ALLOW},
    };
    static struct bytes bytes;
    uint32_t order = 7;

    bytes.size = 0;
    for (size_t i = 0; i < COUNT(product); i++)
        append(&bytes, product[i].code, product[i].jt, product[i].jf, product[i].k, false);
    nucleus_program *program = import_bytes("product", &bytes);
    append(&bytes, RET, 0, 0, 0, false);
    nucleus_program *other = import_bytes("product, and what is never reached", &bytes);
    same_status("compare", nucleus_program_compare(program, other, &order, NULL, NULL),
                NUCLEUS_ERR_UNPROVEN);
    same_word("order", order, 7);
    nucleus_program_free(program);
    nucleus_program_free(other);
}

int main(int argc, char **argv)
{
    check_imports();
    check_round_trip();
    check_compared_programs();
    if (argc < 2 || strcmp(argv[1], "quick") != 0)
        check_what_cannot_be_compared();
    return report("program_import");
}
