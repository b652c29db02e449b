/* Programs as files hold them. */
#ifndef BYTES_H
#define BYTES_H

#include "filters.h"

enum { INSTRUCTION = sizeof(nucleus_instruction), MOST = 4096 };

/* Instructions as a file holds them. */
struct bytes {
    size_t size;
    unsigned char at[(MOST + 1) * INSTRUCTION];
};

static inline void write_number(unsigned char *to, uint32_t number, size_t size, bool big_endian)
{
    for (size_t i = 0; i < size; i++)
        to[big_endian ? size - 1 - i : i] = (unsigned char)(number >> 8 * i);
}

static inline void append(struct bytes *bytes, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k,
                          bool big_endian)
{
    unsigned char *at = bytes->at + bytes->size;

    write_number(at, code, 2, big_endian);
    at[2] = jt;
    at[3] = jf;
    write_number(at + 4, k, 4, big_endian);
    bytes->size += INSTRUCTION;
}

/* What an export must be, by hand. */
static inline void expected_bytes(struct bytes *bytes, const nucleus_program *program,
                                  bool big_endian)
{
    const nucleus_instruction *instructions = nucleus_program_instructions(program);

    bytes->size = 0;
    for (size_t i = 0; i < nucleus_program_count(program); i++)
        append(bytes, instructions[i].code, instructions[i].jt, instructions[i].jf,
               instructions[i].k, big_endian);
}

static inline void export_bytes(const char *what, struct bytes *bytes,
                                const nucleus_program *program, uint32_t format)
{
    bytes->size = sizeof bytes->at;
    same_status(what, nucleus_program_export(program, format, bytes->at, &bytes->size), NUCLEUS_OK);
}

static inline bool same_bytes(const struct bytes *a, const struct bytes *b)
{
    return a->size == b->size && memcmp(a->at, b->at, a->size) == 0;
}

static inline nucleus_program *import_bytes(const char *what, const struct bytes *bytes)
{
    nucleus_program *program = NULL;

    if (!same_status(what, nucleus_program_from_bpf(bytes->at, bytes->size, &program), NUCLEUS_OK))
        exit(2);
    return program;
}

/* The built-in policy, which has a bit of everything, for two architectures of one byte order. */
static inline nucleus_filter *policy_filter(void)
{
    nucleus_filter *filter =
        filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_AARCH64);

    same_status("use_default", nucleus_filter_use_default(filter, 0), NUCLEUS_OK);
    compiled("the built-in policy", filter);
    return filter;
}

#endif
