/*
 * Linux interfaces that Swift cannot reach through Glibc: system calls libc does not wrap, variadic functions, function-like
 * macros, and structures and constants newer than the headers of Debian 12. Every function returns what the system call
 * returns and leaves errno alone.
 */
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "CLinuxMarks.h"

/* PROCMAP_QUERY on /proc/PID/maps, Linux 6.11 */
struct clinux_procmap_query {
	uint64_t size, query_flags, query_addr;
	uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};
static const uint64_t CLINUX_VMA_COVERING_OR_NEXT = 0x10;
static const uint64_t CLINUX_VMA_READABLE = 1;
static const uint64_t CLINUX_VMA_WRITABLE = 2;
static const uint64_t CLINUX_VMA_EXECUTABLE = 4;

/* PAGEMAP_SCAN on /proc/PID/pagemap, Linux 6.7 */
struct clinux_page_region {
	uint64_t start, end, categories;
};
struct clinux_pagemap_scan {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
static const uint64_t CLINUX_PAGE_IS_PRESENT = 8;
static const uint64_t CLINUX_PAGE_IS_SWAPPED = 16;
/* Fails with EPERM where a VMA is not registered for asynchronous write protection. */
static const uint64_t CLINUX_SCAN_CHECK_ASYNC = 2;

/* PIDFD_GET_INFO, Linux 6.13, in its first published size */
struct clinux_pidfd_info {
	uint64_t mask, cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
};

/* ioctl is variadic. */
int clinux_procmap_query(int fd, struct clinux_procmap_query *query);
long clinux_pagemap_scan(int fd, struct clinux_pagemap_scan *scan);
int clinux_pidfd_get_info(int pidfd, struct clinux_pidfd_info *info);

/*
 * userfaultfd(2), or where that is not permitted the ioctl of /dev/userfaultfd (Linux 6.1). With user_only it is blind to faults
 * that the kernel itself runs into.
 */
int clinux_userfaultfd(int user_only);
/* UFFDIO_API, UFFDIO_REGISTER for write protection, UFFDIO_UNREGISTER; ioctl is variadic. */
int clinux_userfaultfd_enable(int fd, uint64_t features);
int clinux_userfaultfd_register(int fd, uintptr_t address, uintptr_t length);
int clinux_userfaultfd_unregister(int fd, uintptr_t address, uintptr_t length);
/* Newer than the headers, Linux 6.4 and 6.7. */
static const uint64_t CLINUX_UFFD_WP_HUGETLBFS_SHMEM = 1 << 12;
static const uint64_t CLINUX_UFFD_WP_UNPOPULATED = 1 << 13;
static const uint64_t CLINUX_UFFD_WP_ASYNC = 1 << 15;

/*
 * A userfaultfd (as above) whose write protection makes a store wait, in anonymous and in shared memory, populated or not
 * (Linux 6.4).
 */
int clinux_write_fence(int user_only);

/*
 * Puts the memory at shadow in place of the memory at address, with its contents. With a fence (else -1) no store that a thread of
 * this process makes in the meantime is lost: it waits and then reaches the new memory. Signals are blocked meanwhile, since a
 * handler on the calling thread would wait for itself. The range holds nothing of the calling thread (clinux_is_of_calling_thread).
 * Where a step fails, the old memory is as it was.
 */
struct clinux_relocation {
	uintptr_t address, length;
	/* Where the old memory is read: address, or another mapping of it. */
	uintptr_t source;
	uintptr_t shadow;
	/* Written through this descriptor, at offset; -1: through shadow. */
	int memory;
	int protection;
	uint64_t offset;
	int fence;
	/* /proc/self/status: refuses memory pinned by the kernel and, without a fence, more than one thread; -1: goes on. */
	int status;
};
enum clinux_relocation_step {
	CLINUX_RELOCATION_DONE,
	CLINUX_RELOCATION_REGISTER,
	CLINUX_RELOCATION_PROTECT,
	CLINUX_RELOCATION_STATUS,
	CLINUX_RELOCATION_THREADS,
	CLINUX_RELOCATION_PINNED,
	CLINUX_RELOCATION_COPY,
	CLINUX_RELOCATION_REPLACE,
};
/* The step that failed, with its errno in error. */
enum clinux_relocation_step clinux_relocate(const struct clinux_relocation *plan, int *error);

/* Whether a range holds part of the stack or of the thread-local storage of the calling thread. */
int clinux_is_of_calling_thread(uintptr_t start, uintptr_t end);

/* A second, readable mapping of shared memory (mremap(2) with an old size of 0, which is variadic), or MAP_FAILED. */
void *clinux_map_again(uintptr_t address, uintptr_t length);

/*
 * st_dev of the filesystem of memfds, System V and anonymous shared memory, and of that of shm_open(3). statfs is out of Swift's
 * reach, as a function with the name of a structure.
 */
size_t clinux_shared_memory_devices(uint64_t devices[2]);

/* glibc 2.36 hides these behind _GNU_SOURCE or has no wrapper. */
int clinux_fallocate(int fd, uint64_t offset, uint64_t length);
int clinux_mlock2(uintptr_t address, uintptr_t length, unsigned flags);
int clinux_munlock(uintptr_t address, uintptr_t length);
int clinux_msync_invalidate(uintptr_t address, uintptr_t length);
int clinux_madvise_populate_read(uintptr_t address, uintptr_t length);
int clinux_madvise(uintptr_t address, uintptr_t length, int advice);
long clinux_process_madvise_cold(int pidfd, uintptr_t address, uintptr_t length);
void *clinux_map_wipe_on_fork(size_t length);
/* Copies from memory that may not be there: -1 and EFAULT then, where process_vm_readv(2) is permitted. */
int clinux_read_memory(void *target, uintptr_t source, size_t length);
int clinux_memfd_create(const char *name);
int clinux_open_path(const char *path);
int clinux_pidfd_open(pid_t pid);
int clinux_pidfd_open_thread(pid_t tid);
int clinux_pidfd_send_signal(int pidfd, int signal);
int clinux_memlock_limit(pid_t pid, const struct rlimit *new_limit, struct rlimit *old_limit);
int clinux_tgkill(pid_t tgid, pid_t tid, int signal);
int clinux_die_with_parent(void);
int clinux_set_process_name(const char *name);
char *clinux_secure_getenv(const char *name);
void clinux_block_signals(const int *signals, size_t count);
int clinux_interrupt_calls_with(int signal);
int clinux_signalfd(const int *signals, size_t count);

/* cpu_set_t and its macros are out of Swift's reach. The last core is that with the highest number this process may use. */
int clinux_bind_to_core(pid_t pid, int core);
int clinux_last_core(void);

/*
 * Descriptors that a forked child must not keep: pthread_atfork, which Swift cannot call, closes them in it. Returns 0, or -1
 * where no place is left.
 */
int clinux_close_in_forked_child(int fd);
void clinux_keep_in_forked_child(int fd);

/* futex(2) among the threads of this process. Waits while the word has the expected value, or returns for no reason. */
void clinux_futex_wait(const uint32_t *word, uint32_t expected);
void clinux_futex_wake_all(const uint32_t *word);

/* Semaphores: sem_timedwait takes a moment of the clock, not a span of time. */
void clinux_sem_wait_for(sem_t *semaphore, int64_t nanoseconds);
void clinux_sem_drain(sem_t *semaphore);

/* CMSG_* are function-like macros. fd -1 sends or receives no descriptor. */
ssize_t clinux_send(int socket, const void *bytes, size_t count, int fd);
ssize_t clinux_receive(int socket, void *bytes, size_t count, int *fd);

/*
 * A file in memory that can be sealed and not be executed; its size is sealed, and no more seals. MFD_NOEXEC_SEAL (Linux 6.3) is
 * newer than the headers.
 */
int clinux_memfd(const char *name);
int clinux_seal(int fd, int against_writing);

/* st_dev, as the kernel remembers it: nobody who serves the filesystem is asked (statx(2)). */
int clinux_device(int fd, uint64_t *device);

/* Words in memory that other processes read at the same time. */
uint64_t clinux_load(const uint64_t *word);
void clinux_count_up(uint64_t *word);
void clinux_store(uint64_t *word, uint64_t value);

/* Who has connected: struct ucred is hidden behind _GNU_SOURCE, SO_PEERPIDFD (Linux 6.5) is newer than the headers. */
int clinux_accept(int socket);
int clinux_peer_pidfd(int socket);
int clinux_peer_uid(int socket, uint32_t *uid);

enum clinux_bond { CLINUX_CHILD, CLINUX_COMPANION, CLINUX_DETACHED };

/*
 * Starts argv[0] with fds[i] as descriptor i (for all i < count) and everything else closed; returns the pid or -errno. A
 * companion is out of reach of the terminal's signals and gets SIGTERM when its parent dies. A detached process has a session of
 * its own and / as its working directory.
 */
pid_t clinux_spawn(char *const argv[], char *const envp[], const int *fds, int count, enum clinux_bond bond);

#endif
