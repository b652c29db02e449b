/* hello: confines itself, says so, and shows that it is. Built by examples/cmake and examples/meson. */
#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include <nucleus_seccomp.h>

int main(void)
{
    nucleus_filter *f = NULL;
    struct utsname name;

    nucleus_filter_new(NUCLEUS_ERRNO(EPERM), &f);
    nucleus_filter_use_level(f, NUCLEUS_LEVEL_ESSENTIAL);
    nucleus_filter_deny(f, "uname");
    if (nucleus_filter_compile(f) != NUCLEUS_OK) {
        fprintf(stderr, "hello: %s\n", nucleus_filter_error(f));
        return 1;
    }
    if (nucleus_filter_apply(f, 0) != NUCLEUS_OK) {
        perror("hello");
        return 1;
    }
    nucleus_filter_free(f);
    if (uname(&name) == 0 || errno != EPERM)
        return 1;
    printf("hello from nucleus-seccomp %s, confined\n", nucleus_version());
    return 0;
}
