#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#define PROCMAP_QUERY_NUMBER _IOWR('f', 17, struct clinux_procmap_query)
#define PAGEMAP_SCAN_NUMBER _IOWR('f', 16, struct clinux_pagemap_scan)
#define PIDFD_GET_INFO_NUMBER _IOWR(0xff, 11, struct clinux_pidfd_info)
#define USERFAULTFD_NEW_NUMBER _IO(0xaa, 0)
#define PIDFD_THREAD_FLAG O_EXCL

_Static_assert(sizeof(struct clinux_procmap_query) == 104 && PROCMAP_QUERY_NUMBER == 0xc0686611, "procmap_query");
_Static_assert(sizeof(struct clinux_pagemap_scan) == 96 && PAGEMAP_SCAN_NUMBER == 0xc0606610, "pm_scan_arg");
_Static_assert(sizeof(struct clinux_page_region) == 24, "page_region");
_Static_assert(sizeof(struct clinux_pidfd_info) == 64 && PIDFD_GET_INFO_NUMBER == 0xc040ff0b, "pidfd_info");

int clinux_procmap_query(int fd, struct clinux_procmap_query *query)
{
	return ioctl(fd, PROCMAP_QUERY_NUMBER, query);
}

long clinux_pagemap_scan(int fd, struct clinux_pagemap_scan *scan)
{
	return ioctl(fd, PAGEMAP_SCAN_NUMBER, scan);
}

int clinux_pidfd_get_info(int pidfd, struct clinux_pidfd_info *info)
{
	return ioctl(pidfd, PIDFD_GET_INFO_NUMBER, info);
}

int clinux_mlock2(uintptr_t address, uintptr_t length, unsigned flags)
{
	return mlock2((void *)address, length, flags);
}

int clinux_munlock(uintptr_t address, uintptr_t length)
{
	return munlock((void *)address, length);
}

int clinux_msync_invalidate(uintptr_t address, uintptr_t length)
{
	return msync((void *)address, length, MS_INVALIDATE);
}

int clinux_madvise_populate_read(uintptr_t address, uintptr_t length)
{
	return madvise((void *)address, length, MADV_POPULATE_READ);
}

long clinux_process_madvise_cold(int pidfd, uintptr_t address, uintptr_t length)
{
	struct iovec range = { (void *)address, length };
	return syscall(SYS_process_madvise, pidfd, &range, 1, MADV_COLD, 0);
}

void *clinux_map_wipe_on_fork(size_t length)
{
	void *page = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return NULL;
	if (madvise(page, length, MADV_WIPEONFORK) != 0) {
		munmap(page, length);
		return NULL;
	}
	return page;
}

int clinux_memfd_create(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int clinux_userfaultfd(int user_only)
{
	int flags = O_CLOEXEC | O_NONBLOCK | (user_only ? 1 : 0);
	int fd = (int)syscall(SYS_userfaultfd, flags);
	if (fd >= 0 || user_only)
		return fd;
	int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -1;
	fd = ioctl(device, USERFAULTFD_NEW_NUMBER, flags);
	int error = errno;
	close(device);
	errno = error;
	return fd;
}

int clinux_userfaultfd_enable(int fd, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	return ioctl(fd, UFFDIO_API, &api);
}

int clinux_userfaultfd_register(int fd, uintptr_t address, uintptr_t length)
{
	struct uffdio_register registration = { .range = { address, length }, .mode = UFFDIO_REGISTER_MODE_WP };
	return ioctl(fd, UFFDIO_REGISTER, &registration);
}

int clinux_userfaultfd_unregister(int fd, uintptr_t address, uintptr_t length)
{
	struct uffdio_range range = { address, length };
	return ioctl(fd, UFFDIO_UNREGISTER, &range);
}

int clinux_open_path(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int clinux_pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int clinux_pidfd_open_thread(pid_t tid)
{
	return (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD_FLAG);
}

int clinux_pidfd_send_signal(int pidfd, int signal)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int clinux_memlock_limit(pid_t pid, const struct rlimit *new_limit, struct rlimit *old_limit)
{
	return prlimit(pid, RLIMIT_MEMLOCK, new_limit, old_limit);
}

int clinux_tgkill(pid_t tgid, pid_t tid, int signal)
{
	return (int)syscall(SYS_tgkill, tgid, tid, signal);
}

int clinux_die_with_parent(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

int clinux_set_process_name(const char *name)
{
	return prctl(PR_SET_NAME, name, 0, 0, 0);
}

char *clinux_secure_getenv(const char *name)
{
	return secure_getenv(name);
}

int clinux_bind_to_core(pid_t pid, int core)
{
	cpu_set_t set;
	if (core < 0 || core >= CPU_SETSIZE) {
		errno = EINVAL;
		return -1;
	}
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	return sched_setaffinity(pid, sizeof(set), &set);
}

int clinux_last_core(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return -1;
	int core = CPU_SETSIZE - 1;
	while (core >= 0 && !CPU_ISSET(core, &set))
		core--;
	return core;
}

static sigset_t signal_set(const int *signals, size_t count)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < count; i++)
		sigaddset(&set, signals[i]);
	return set;
}

void clinux_block_signals(const int *signals, size_t count)
{
	sigset_t set = signal_set(signals, count);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void nothing(int signal)
{
	(void)signal;
}

int clinux_interrupt_calls_with(int signal)
{
	struct sigaction action = { .sa_handler = nothing };
	return sigaction(signal, &action, NULL);
}

int clinux_signalfd(const int *signals, size_t count)
{
	sigset_t set = signal_set(signals, count);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void clinux_futex_wait(const uint32_t *word, uint32_t expected)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL);
}

void clinux_futex_wake_all(const uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void clinux_sem_wait_for(sem_t *semaphore, int64_t nanoseconds)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += nanoseconds;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (sem_clockwait(semaphore, CLOCK_MONOTONIC, &until) != 0 && errno == EINTR)
		;
}

void clinux_sem_drain(sem_t *semaphore)
{
	while (sem_trywait(semaphore) == 0)
		;
}

ssize_t clinux_send(int socket, const void *bytes, size_t count, int fd)
{
	struct iovec part = { (void *)bytes, count };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(int));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t clinux_receive(int socket, void *bytes, size_t count, int *fd)
{
	struct iovec part = { bytes, count };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes) };
	ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	*fd = -1;
	if (received < 0)
		return received;
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(header), sizeof(int));
	return received;
}
