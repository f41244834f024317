#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Newer than the headers of Debian 12. */
#define FEATURE_WP_UNPOPULATED (1 << 13)
#define FENCE_FEATURES (UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM | FEATURE_WP_UNPOPULATED)
/* The kernel's sigset_t, which is shorter than that of libc. */
#define KERNEL_SIGNAL_SET 8

int clinux_write_fence(int user_only)
{
	int fd = clinux_userfaultfd(user_only);
	struct uffdio_api api = { .api = UFFD_API, .features = FENCE_FEATURES };
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

int clinux_fallocate(int fd, uint64_t offset, uint64_t length)
{
	return fallocate(fd, 0, (off_t)offset, (off_t)length);
}

int clinux_madvise(uintptr_t address, uintptr_t length, int advice)
{
	return madvise((void *)address, length, advice);
}

void *clinux_map_again(uintptr_t address, uintptr_t length)
{
	void *again = mremap((void *)address, 0, length, MREMAP_MAYMOVE);
	if (again == MAP_FAILED || mprotect(again, length, PROT_READ) == 0)
		return again;
	int error = errno;
	munmap(again, length);
	errno = error;
	return MAP_FAILED;
}

size_t clinux_shared_memory_devices(uint64_t devices[2])
{
	size_t count = 0;
	struct stat information;
	int fd = memfd_create("rsm", MFD_CLOEXEC);
	if (fd >= 0) {
		if (fstat(fd, &information) == 0)
			devices[count++] = information.st_dev;
		close(fd);
	}
	struct statfs filesystem;
	if (statfs("/dev/shm", &filesystem) == 0 && filesystem.f_type == TMPFS_MAGIC && stat("/dev/shm", &information) == 0)
		devices[count++] = information.st_dev;
	return count;
}

static int overlap(uintptr_t start, uintptr_t end, uintptr_t other_start, uintptr_t other_end)
{
	return start < other_end && other_start < end;
}

int clinux_is_of_calling_thread(uintptr_t start, uintptr_t end)
{
	/* A program may have made this stack itself. clinux_relocate goes less than this deep. */
	const uintptr_t depth = 16384, frame = (uintptr_t)__builtin_frame_address(0);
	if (overlap(start, end, frame - depth, frame + depth))
		return 1;
	/* errno, the thread's descriptor and what lies beside it; on it the kernel keeps its notes of the thread (rseq(2)). */
	const uintptr_t descriptor = (uintptr_t)pthread_self(), number = (uintptr_t)&errno;
	const uintptr_t low = descriptor < number ? descriptor : number, high = descriptor < number ? number : descriptor;
	if (high - low < 1 << 20 ? overlap(start, end, low, high + 4096)
				 : overlap(start, end, low, low + 4096) || overlap(start, end, high, high + 4096))
		return 1;
	pthread_attr_t attributes;
	void *stack;
	size_t size;
	if (pthread_getattr_np(pthread_self(), &attributes) != 0)
		return 0;
	int found = pthread_attr_getstack(&attributes, &stack, &size) == 0;
	pthread_attr_destroy(&attributes);
	return found && overlap(start, end, (uintptr_t)stack, (uintptr_t)stack + size);
}

/*
 * What follows up to clinux_relocate runs while stores into the range wait: nothing in it allocates, waits for a lock, or is a
 * point of cancellation, as the functions of libc for these system calls are.
 */

/* The numbers of two lines of /proc/self/status. The file has no bounded length: it lists the groups. */
static int read_status(int fd, uint64_t *threads, uint64_t *pinned)
{
	char buffer[1024], key[8] = { 0 };
	size_t length = 0, offset = 0;
	uint64_t value = 0;
	int found = 0, in_key = 1;
	for (;;) {
		long count = syscall(SYS_pread64, fd, buffer, sizeof(buffer), offset);
		if (count < 0)
			return -1;
		if (count == 0)
			break;
		for (long i = 0; i < count; i++) {
			char c = buffer[i];
			if (c == '\n') {
				if (length == 7 && memcmp(key, "Threads", 7) == 0) {
					*threads = value;
					found |= 1;
				} else if (length == 5 && memcmp(key, "VmPin", 5) == 0) {
					*pinned = value;
					found |= 2;
				}
				in_key = 1;
				length = value = 0;
			} else if (in_key && c == ':') {
				in_key = 0;
			} else if (in_key) {
				if (length < sizeof(key))
					key[length] = c;
				length++;
			} else if (c >= '0' && c <= '9') {
				value = value * 10 + (uint64_t)(c - '0');
			}
		}
		offset += (size_t)count;
	}
	errno = ENODATA;
	return found == 3 ? 0 : -1;
}

static int arm(const struct clinux_relocation *plan)
{
	struct uffdio_register range = { .range = { plan->address, plan->length }, .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect protect = { .range = range.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	if (syscall(SYS_ioctl, plan->fence, UFFDIO_REGISTER, &range) != 0)
		return CLINUX_RELOCATION_REGISTER;
	return syscall(SYS_ioctl, plan->fence, UFFDIO_WRITEPROTECT, &protect) == 0 ? CLINUX_RELOCATION_DONE
										     : CLINUX_RELOCATION_PROTECT;
}

static int admit(const struct clinux_relocation *plan)
{
	uint64_t threads = 0, pinned = 0;
	if (read_status(plan->status, &threads, &pinned) != 0)
		return CLINUX_RELOCATION_STATUS;
	if (plan->fence < 0 && threads != 1)
		return CLINUX_RELOCATION_THREADS;
	return pinned == 0 ? CLINUX_RELOCATION_DONE : CLINUX_RELOCATION_PINNED;
}

static int copy(const struct clinux_relocation *plan)
{
	if (plan->memory < 0) {
		memcpy((void *)plan->shadow, (const void *)plan->source, plan->length);
		return 0;
	}
	/* Pages the kernel fills it need not clear first. */
	for (size_t done = 0; done < plan->length;) {
		long count = syscall(SYS_pwrite64, plan->memory, plan->source + done, plan->length - done, plan->offset + done);
		if (count <= 0) {
			if (count == 0)
				errno = ENOSPC;
			return -1;
		}
		done += (size_t)count;
	}
	return 0;
}

static int replace(const struct clinux_relocation *plan)
{
	if (plan->protection != (PROT_READ | PROT_WRITE) &&
	    syscall(SYS_mprotect, plan->shadow, plan->length, plan->protection) != 0)
		return -1;
	long moved = syscall(SYS_mremap, plan->shadow, plan->length, plan->length, MREMAP_MAYMOVE | MREMAP_FIXED, plan->address);
	return moved == (long)plan->address ? 0 : -1;
}

static enum clinux_relocation_step relocate(const struct clinux_relocation *plan)
{
	if (plan->fence >= 0) {
		enum clinux_relocation_step step = arm(plan);
		if (step != CLINUX_RELOCATION_DONE)
			return step;
	}
	if (plan->status >= 0) {
		enum clinux_relocation_step step = admit(plan);
		if (step != CLINUX_RELOCATION_DONE)
			return step;
	}
	if (copy(plan) != 0)
		return CLINUX_RELOCATION_COPY;
	return replace(plan) == 0 ? CLINUX_RELOCATION_DONE : CLINUX_RELOCATION_REPLACE;
}

enum clinux_relocation_step clinux_relocate(const struct clinux_relocation *plan, int *error)
{
	uint64_t all = UINT64_MAX, before;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &before, KERNEL_SIGNAL_SET);
	enum clinux_relocation_step step = relocate(plan);
	int number = errno;
	if (plan->fence >= 0) {
		/* Neither does the end of a registration wake who waits. */
		struct uffdio_range range = { plan->address, plan->length };
		if (step != CLINUX_RELOCATION_DONE && step != CLINUX_RELOCATION_REGISTER)
			syscall(SYS_ioctl, plan->fence, UFFDIO_UNREGISTER, &range);
		syscall(SYS_ioctl, plan->fence, UFFDIO_WAKE, &range);
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, KERNEL_SIGNAL_SET);
	*error = number;
	return step;
}
