/* What every program does: starts, writes through its libc's standard output, and ends. */
#include <stdio.h>

int main(void)
{
    return puts("hello") == EOF;
}
