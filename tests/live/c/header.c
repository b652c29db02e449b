/* The header alone, as C and as C++: it must stand on its own, before and after the C library's own
 * headers, and its macros must be usable where constants are. */
#include <nucleus_seccomp.h>
#include <nucleus_seccomp.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#ifdef __cplusplus
#define SAME(name, holds) static_assert(holds, #name)
#else
#define SAME(name, holds) typedef char name[(holds) ? 1 : -1]
#endif

/* The encoding is the kernel's. */
SAME(same_kill_process, NUCLEUS_KILL_PROCESS == SECCOMP_RET_KILL_PROCESS);
SAME(same_kill_thread, NUCLEUS_KILL_THREAD == SECCOMP_RET_KILL_THREAD);
SAME(same_trap, NUCLEUS_TRAP(7) == (SECCOMP_RET_TRAP | 7));
SAME(same_errno, NUCLEUS_ERRNO(EPERM) == (SECCOMP_RET_ERRNO | EPERM));
SAME(same_notify, NUCLEUS_NOTIFY == SECCOMP_RET_USER_NOTIF);
SAME(same_trace, NUCLEUS_TRACE(7) == (SECCOMP_RET_TRACE | 7));
SAME(same_log, NUCLEUS_LOG == SECCOMP_RET_LOG);
SAME(same_allow, NUCLEUS_ALLOW == SECCOMP_RET_ALLOW);
SAME(same_x86_64, NUCLEUS_ARCH_X86_64 == AUDIT_ARCH_X86_64);
SAME(same_x86, NUCLEUS_ARCH_X86 == AUDIT_ARCH_I386);
SAME(same_aarch64, NUCLEUS_ARCH_AARCH64 == AUDIT_ARCH_AARCH64);
SAME(same_arm, NUCLEUS_ARCH_ARM == AUDIT_ARCH_ARM);
SAME(same_riscv64, NUCLEUS_ARCH_RISCV64 == AUDIT_ARCH_RISCV64);
SAME(same_s390x, NUCLEUS_ARCH_S390X == AUDIT_ARCH_S390X);
SAME(same_s390, NUCLEUS_ARCH_S390 == AUDIT_ARCH_S390);
SAME(same_ppc64le, NUCLEUS_ARCH_PPC64LE == AUDIT_ARCH_PPC64LE);
SAME(same_ppc64, NUCLEUS_ARCH_PPC64 == AUDIT_ARCH_PPC64);
SAME(same_ppc, NUCLEUS_ARCH_PPC == AUDIT_ARCH_PPC);
SAME(same_mips, NUCLEUS_ARCH_MIPS == AUDIT_ARCH_MIPS);
SAME(same_mipsel, NUCLEUS_ARCH_MIPSEL == AUDIT_ARCH_MIPSEL);
SAME(same_mips64, NUCLEUS_ARCH_MIPS64 == AUDIT_ARCH_MIPS64);
SAME(same_mipsel64, NUCLEUS_ARCH_MIPSEL64 == AUDIT_ARCH_MIPSEL64);
SAME(same_mips64n32, NUCLEUS_ARCH_MIPS64N32 == AUDIT_ARCH_MIPS64N32);
SAME(same_mipsel64n32, NUCLEUS_ARCH_MIPSEL64N32 == AUDIT_ARCH_MIPSEL64N32);
SAME(same_m68k, NUCLEUS_ARCH_M68K == AUDIT_ARCH_M68K);
SAME(same_sh, NUCLEUS_ARCH_SH == AUDIT_ARCH_SHEL);
SAME(same_sheb, NUCLEUS_ARCH_SHEB == AUDIT_ARCH_SH);
SAME(same_parisc, NUCLEUS_ARCH_PARISC == AUDIT_ARCH_PARISC);
SAME(same_parisc64, NUCLEUS_ARCH_PARISC64 == AUDIT_ARCH_PARISC64);
#ifdef AUDIT_ARCH_LOONGARCH64 /* Linux 5.19 */
SAME(same_loongarch64, NUCLEUS_ARCH_LOONGARCH64 == AUDIT_ARCH_LOONGARCH64);
#endif
/* So are the structures. */
#define SAME_PLACE(ours, theirs, field) \
    (offsetof(ours, field) == offsetof(theirs, field) && \
     sizeof ((ours *)0)->field == sizeof ((theirs *)0)->field)
SAME(same_call, sizeof(nucleus_call) == sizeof(struct seccomp_data));
SAME(same_nr, SAME_PLACE(nucleus_call, struct seccomp_data, nr));
SAME(same_arch, SAME_PLACE(nucleus_call, struct seccomp_data, arch));
SAME(same_pointer, SAME_PLACE(nucleus_call, struct seccomp_data, instruction_pointer));
SAME(same_args, SAME_PLACE(nucleus_call, struct seccomp_data, args));
SAME(same_instruction, sizeof(nucleus_instruction) == sizeof(struct sock_filter));
SAME(same_code, SAME_PLACE(nucleus_instruction, struct sock_filter, code));
SAME(same_jt, SAME_PLACE(nucleus_instruction, struct sock_filter, jt));
SAME(same_jf, SAME_PLACE(nucleus_instruction, struct sock_filter, jf));
SAME(same_k, SAME_PLACE(nucleus_instruction, struct sock_filter, k));
/* A bad value makes no good action of another kind. */
SAME(errno_4096, NUCLEUS_ERRNO(4096) > NUCLEUS_ERRNO(4095));
SAME(errno_minus_1, NUCLEUS_ERRNO(-1) == NUCLEUS_ERRNO(4096));
SAME(trap_65536, NUCLEUS_TRAP(65536) > NUCLEUS_KILL_PROCESS); /* the largest action */
SAME(trace_65536, NUCLEUS_TRACE(65536) > NUCLEUS_KILL_PROCESS);
/* A version is no number of a call, and a bad one is no version. */
SAME(linux_6_1, NUCLEUS_LINUX(6, 1) == UINT32_C(0x80000601));
SAME(linux_6_10, NUCLEUS_LINUX(6, 10) > NUCLEUS_LINUX(6, 9));
SAME(linux_256, NUCLEUS_LINUX(256, 0) == NUCLEUS_LINUX(-1, -1));
SAME(linux_6_256, NUCLEUS_LINUX(6, 256) != NUCLEUS_LINUX(7, 0));

int main(void)
{
    int error = EPERM; /* an int, as errnos are: no warning of a changed sign */
    uint32_t actions[] = {NUCLEUS_ERRNO(error), NUCLEUS_TRAP(error), NUCLEUS_TRACE(error)};
    nucleus_arg arg = {0, NUCLEUS_CMP_EQ, 32, 1, 0};
    nucleus_filter *filter = NULL;
    nucleus_status status = nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter);

    switch (status) {
    case NUCLEUS_OK: break;
    case NUCLEUS_NOT_APPLIED: return 2;
    case NUCLEUS_ERR_INVALID_ARGUMENT: return 3;
    case NUCLEUS_ERR_UNKNOWN_SYSCALL: return 4;
    case NUCLEUS_ERR_UNSUPPORTED: return 5;
    case NUCLEUS_ERR_NOT_COMPILED: return 6;
    case NUCLEUS_ERR_TOO_LARGE: return 7;
    case NUCLEUS_ERR_UNPROVEN: return 8;
    case NUCLEUS_ERR_KERNEL: return 9;
    case NUCLEUS_ERR_INTERNAL: return 10;
    case NUCLEUS_ERR_BUFFER: return 11;
    case NUCLEUS_ERR_FILE: return 12;
    case NUCLEUS_ERR_PROFILE: return 13;
    default: return 14;
    }
    status = nucleus_filter_add_rule(filter, actions[0], "socket", &arg, 1);
    nucleus_filter_free(filter);
    return status == NUCLEUS_OK ? 0 : 15;
}
