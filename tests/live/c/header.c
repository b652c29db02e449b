/* The header alone, as C and as C++: it must stand on its own, before and after the C library's own
 * headers, and its macros must be usable where constants are. */
#include <nucleus_seccomp.h>
#include <nucleus_seccomp.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

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
SAME(same_aarch64, NUCLEUS_ARCH_AARCH64 == AUDIT_ARCH_AARCH64);
SAME(same_riscv64, NUCLEUS_ARCH_RISCV64 == AUDIT_ARCH_RISCV64);
/* A bad value makes no good action of another kind. */
SAME(errno_4096, NUCLEUS_ERRNO(4096) > NUCLEUS_ERRNO(4095));
SAME(errno_minus_1, NUCLEUS_ERRNO(-1) == NUCLEUS_ERRNO(4096));
SAME(trap_65536, NUCLEUS_TRAP(65536) == UINT32_C(0xffffffff));

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
    default: return 11;
    }
    status = nucleus_filter_add_rule(filter, actions[0], "socket", &arg, 1);
    nucleus_filter_free(filter);
    return status == NUCLEUS_OK ? 0 : 12;
}
