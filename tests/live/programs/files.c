/* Files past open and read: locks, links, truncation, xattrs, times, splice and its family,
 * memory-mapped writes, growth by mremap, directory streams, statfs, nftw. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

static int seen;
static int visit(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)path, (void)st, (void)flag, (void)at;
    seen++;
    return 0;
}

static void names(void)
{
    CHECK(mkdir("d", 0755) == 0 && chdir("d") == 0);
    int fd = open("a", O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && write(fd, "0123456789", 10) == 10 && fsync(fd) == 0 && fdatasync(fd) == 0);
    CHECK(link("a", "b") == 0 && symlink("a", "c") == 0 && rename("b", "e") == 0);
    char target[8];
    CHECK(readlink("c", target, sizeof target) == 1);
    CHECK(chmod("a", 0600) == 0 && fchmod(fd, 0640) == 0 && truncate("a", 8) == 0 && ftruncate(fd, 6) == 0);
    CHECK(lchown("a", geteuid(), getegid()) == 0);
    struct timespec times[2] = {{1, 0}, {2, 0}};
    CHECK(utimensat(AT_FDCWD, "a", times, 0) == 0 && futimens(fd, times) == 0);
    CHECK(renameat2(AT_FDCWD, "e", AT_FDCWD, "a", RENAME_EXCHANGE) == 0 || errno == EINVAL);
    CHECK(setxattr("a", "user.k", "v", 1, 0) == 0 || errno == ENOTSUP);
    listxattr("a", target, sizeof target);
    struct statx sx;
    struct statvfs vfs;
    CHECK(statx(AT_FDCWD, "a", 0, STATX_ALL, &sx) == 0 && statvfs(".", &vfs) == 0);
    CHECK(access("a", R_OK) == 0 && faccessat(AT_FDCWD, "a", W_OK, AT_EACCESS) == 0);
    CHECK(mkfifo("p", 0600) == 0);
    DIR *dir = opendir(".");
    CHECK(dir && readdir(dir) && closedir(dir) == 0);
    CHECK(nftw(".", visit, 8, FTW_PHYS) == 0 && seen == 5);
    CHECK(unlink("p") == 0 && unlink("e") == 0 && umask(022) >= 0);
    close(fd);
}

static void moving_data(void)
{
    int in = open("a", O_RDWR), out = open("out", O_CREAT | O_RDWR, 0600), pipes[2];
    CHECK(in >= 0 && out >= 0 && pipe(pipes) == 0);
    off_t zero = 0;
    CHECK(sendfile(out, in, &zero, 6) == 6);
    CHECK(copy_file_range(in, NULL, out, NULL, 6, 0) == 6 || errno == EXDEV || errno == EINVAL);
    CHECK(lseek(in, 0, SEEK_SET) == 0 && splice(in, NULL, pipes[1], NULL, 6, 0) == 6);
    CHECK(splice(pipes[0], NULL, out, NULL, 6, 0) == 6);
    struct iovec iov[2] = {{"ab", 2}, {"cd", 2}};
    CHECK(writev(out, iov, 2) == 4 && pwritev(out, iov, 2, 0) == 4);
    CHECK(vmsplice(pipes[1], iov, 1, 0) == 2);
    CHECK(pwrite(out, "z", 1, 100) == 1);
    char byte;
    CHECK(pread(out, &byte, 1, 100) == 1 && byte == 'z');
    CHECK(posix_fallocate(out, 0, 8192) == 0 && posix_fadvise(out, 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
    CHECK(sync_file_range(out, 0, 0, SYNC_FILE_RANGE_WRITE) == 0 && readahead(out, 0, 4096) == 0);

    CHECK(flock(out, LOCK_EX) == 0);
    struct flock lock = {.l_type = F_WRLCK};
    CHECK(fcntl(out, F_SETLK, &lock) == 0 && fcntl(out, F_GETLK, &lock) == 0);
    CHECK(fcntl(out, F_OFD_SETLK, &(struct flock){.l_type = F_UNLCK}) == 0);
    CHECK(fcntl(pipes[0], F_SETPIPE_SZ, 65536) >= 65536 && fcntl(out, F_DUPFD_CLOEXEC, 50) >= 50);

    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);
    CHECK(map != MAP_FAILED);
    map[1] = 'm';
    CHECK(msync(map, 4096, MS_SYNC) == 0);
    map = mremap(map, 4096, 8192, MREMAP_MAYMOVE);
    CHECK(map != MAP_FAILED && madvise(map, 8192, MADV_WILLNEED) == 0);
    CHECK(mprotect(map, 4096, PROT_READ) == 0 && mlock(map, 4096) == 0 && munlock(map, 4096) == 0);
    CHECK(munmap(map, 8192) == 0);
}

int main(void)
{
    struct utsname system;
    unsigned char random[16];
    names();
    moving_data();
    CHECK(uname(&system) == 0 && getrandom(random, sizeof random, 0) == sizeof random);
    CHECK(getentropy(random, sizeof random) == 0);
    char *heap = malloc(64 << 20);
    CHECK(heap);
    memset(heap, 1, 1 << 20);
    heap = realloc(heap, 128 << 20);
    CHECK(heap);
    free(heap);
    puts("files ok");
    return 0;
}
