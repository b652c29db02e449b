/* The least that a program can do with the library: allow one call and be confined. */
#include <nucleus_seccomp.h>

int main(void)
{
    nucleus_filter *filter;

    if (nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter) != NUCLEUS_OK)
        return 1;
    nucleus_filter_allow(filter, "exit_group");
    if (nucleus_filter_compile(filter) != NUCLEUS_OK)
        return 1;
    return nucleus_filter_apply(filter, 0) != NUCLEUS_OK;
}
