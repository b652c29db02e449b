/* Shared memory, semaphores and message queues, POSIX and System V, pipes, UNIX sockets that pass a
 * descriptor and credentials. Databases and old daemons stand on these. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

static void posix_ipc(void)
{
    char name[64];
    snprintf(name, sizeof name, "/nucleus-%d", getpid());

    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    CHECK(fd >= 0 && ftruncate(fd, 4096) == 0);
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(shared != MAP_FAILED);
    sem_t *sem = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    CHECK(sem != SEM_FAILED);
    if (fork() == 0) {
        *shared = 42;
        sem_post(sem);
        _exit(0);
    }
    CHECK(sem_wait(sem) == 0 && *shared == 42 && wait(NULL) > 0);
    shm_unlink(name);
    sem_unlink(name);
}

static void message_queue(void)
{
    char name[64], text[64];
    snprintf(name, sizeof name, "/nucleus-mq-%d", getpid());
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 64};
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
    CHECK(queue != (mqd_t)-1);
    CHECK(mq_send(queue, "hello", 6, 1) == 0);
    CHECK(mq_receive(queue, text, sizeof text, NULL) == 6);
    CHECK(mq_getattr(queue, &attr) == 0);
    mq_unlink(name);
}

static void system_v(void)
{
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(id >= 0);
    char *memory = shmat(id, NULL, 0);
    CHECK(memory != (char *)-1);
    strcpy(memory, "system v");
    CHECK(shmdt(memory) == 0);
    memory = shmat(id, NULL, SHM_RDONLY);
    CHECK(memory != (char *)-1 && strcmp(memory, "system v") == 0);
    CHECK(shmctl(id, IPC_RMID, NULL) == 0);

    int sem = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    struct sembuf up = {0, 1, 0}, down = {0, -1, 0};
    CHECK(sem >= 0 && semop(sem, &up, 1) == 0 && semtimedop(sem, &down, 1, NULL) == 0);
    CHECK(semctl(sem, 0, IPC_RMID) == 0);

    struct { long type; char text[8]; } message = {1, "hi"};
    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    CHECK(queue >= 0 && msgsnd(queue, &message, sizeof message.text, 0) == 0);
    CHECK(msgrcv(queue, &message, sizeof message.text, 0, 0) == sizeof message.text);
    CHECK(msgctl(queue, IPC_RMID, NULL) == 0);
}

static void descriptor_over_unix_socket(void)
{
    int pair[2], pipes[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 && pipe2(pipes, O_CLOEXEC) == 0);
    union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
    char byte = 'x';
    struct iovec iov = {&byte, 1};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &pipes[1], sizeof(int));
    CHECK(sendmsg(pair[0], &message, 0) == 1 && recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC) == 1);
    int passed;
    memcpy(&passed, CMSG_DATA(&control.header), sizeof passed);
    CHECK(write(passed, "y", 1) == 1 && read(pipes[0], &byte, 1) == 1 && byte == 'y');
    struct ucred peer;
    socklen_t size = sizeof peer;
    CHECK(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid());
}

int main(int argc, char **argv)
{
    (void)argc, (void)argv;
    posix_ipc();
    message_queue();
    system_v();
    descriptor_over_unix_socket();
    puts("ipc ok");
    return 0;
}
