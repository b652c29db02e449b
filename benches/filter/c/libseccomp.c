/* The same with libseccomp. */
#include <stddef.h>

#include <seccomp.h>

int main(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

    if (filter == NULL)
        return 1;
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(exit_group), 0) != 0)
        return 1;
    return seccomp_load(filter) != 0;
}
