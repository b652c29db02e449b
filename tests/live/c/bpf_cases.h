/* Programs from elsewhere, good and malformed, as C programmers write them. What is fine allows
 * every call, so that it can be loaded. */
#ifndef BPF_CASES_H
#define BPF_CASES_H

#include <stdbool.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define STORE(word) BPF_STMT(BPF_ST, (word))
#define ALU(operation, operand) BPF_STMT(BPF_ALU | (operation), (operand))
#define RETURN BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define IS_0(if_true, if_false) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, (if_true), (if_false))

static const struct bpf_case {
    const char *what;
    struct sock_filter code[5];
    unsigned short n;
    const char *refused; /* what the sentence has, NULL where the program is fine */
} BPF_CASES[] = {
    {"the shortest", {RETURN}, 1, NULL},
    {"a computed action", {BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW),
                           BPF_STMT(BPF_RET | BPF_A, 0)}, 2, NULL},
    {"fields that nobody looks at", {{BPF_RET | BPF_K, 200, 100, SECCOMP_RET_ALLOW}}, 1, NULL},
    {"the last word of a call", {LOAD(60), RETURN}, 2, NULL},
    {"the length of a call", {BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RETURN}, 2, NULL},
    {"the same in X", {BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), RETURN}, 2, NULL},
    {"the widest shift", {ALU(BPF_LSH, 31), RETURN}, 2, NULL},
    {"exclusive or", {ALU(BPF_XOR, 1), RETURN}, 2, NULL},
    {"a sign", {ALU(BPF_NEG, 0), RETURN}, 2, NULL},
    {"a division by X", {BPF_STMT(BPF_LDX | BPF_IMM, 1), ALU(BPF_DIV | BPF_X, 0), RETURN}, 3, NULL},
    {"to X and back", {BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), RETURN}, 3,
     NULL},
    {"the last scratch word", {STORE(15), BPF_STMT(BPF_LD | BPF_MEM, 15), RETURN}, 3, NULL},
    {"a scratch word that was set before a branch",
     {STORE(0), IS_0(0, 1), ALU(BPF_NEG, 0), BPF_STMT(BPF_LDX | BPF_MEM, 0), RETURN}, 5, NULL},
    {"a jump to the last", {BPF_STMT(BPF_JMP | BPF_JA, 1), RETURN, RETURN}, 3, NULL},
    {"branches to the last two", {IS_0(0, 1), RETURN, RETURN}, 3, NULL},

    {"no return", {LOAD(0)}, 1, "not a return"},
    {"a return, but not at the end", {RETURN, LOAD(0)}, 2, "not a return"},
    {"a return of X", {RETURN, BPF_STMT(BPF_RET | BPF_X, 0)}, 2, "instruction 1"},
    {"past the last word", {LOAD(64), RETURN}, 2, "instruction 0"},
    {"an offset of 2^32-4", {LOAD(0xfffffffc), RETURN}, 2, "instruction 0"},
    {"between words", {LOAD(2), RETURN}, 2, "instruction 0"},
    {"a half-word", {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), RETURN}, 2, "instruction 0"},
    {"a byte", {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RETURN}, 2, "instruction 0"},
    {"an indirect load", {BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RETURN}, 2, "instruction 0"},
    {"the length of an IP header", {BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), RETURN}, 2,
     "instruction 0"},
    {"a remainder", {ALU(BPF_MOD, 3), RETURN}, 2, "instruction 0"},
    {"a division by zero", {ALU(BPF_DIV, 0), RETURN}, 2, "by zero"},
    {"a shift by 32", {RETURN, ALU(BPF_LSH, 32), RETURN}, 3, "instruction 1"},
    {"a shift to the right by 32", {ALU(BPF_RSH, 32), RETURN}, 2, "instruction 0"},
    {"a call of eBPF", {{0x85, 0, 0, 1}, RETURN}, 2, "instruction 0"},
    {"all bits of the operation", {{0xffff, 0, 0, 0}, RETURN}, 2, "instruction 0"},
    {"a jump behind the end", {BPF_STMT(BPF_JMP | BPF_JA, 1), RETURN}, 2, "behind the end"},
    {"a jump by 2^32-1, which is back in 32 bits",
     {LOAD(0), BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), RETURN}, 3, "behind the end"},
    {"true leads behind the end", {IS_0(1, 0), RETURN}, 2, "behind the end"},
    {"false leads behind the end", {IS_0(0, 255), RETURN}, 2, "behind the end"},
    {"a scratch word too far", {STORE(16), RETURN}, 2, "scratch"},
    {"a scratch word that nobody set", {BPF_STMT(BPF_LD | BPF_MEM, 0), RETURN}, 2, "scratch"},
    {"one that is set on one way alone",
     {IS_0(0, 1), STORE(0), BPF_STMT(BPF_LD | BPF_MEM, 0), RETURN}, 4, "scratch"},
};

#undef LOAD
#undef STORE
#undef ALU
#undef RETURN
#undef IS_0

#endif
