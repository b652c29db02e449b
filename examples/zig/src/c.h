#include <nucleus_seccomp.h>
