#define _GNU_SOURCE
#include "CStores.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
/* Linux 6.13 */
#define GUARD_INSTALL 102

static _Alignas(PAGE) char data[16 * PAGE] = { 1 };
static _Alignas(PAGE) char zeroed[16 * PAGE];
static _Thread_local int local;

uintptr_t stores_data(void)
{
	return (uintptr_t)data;
}

uintptr_t stores_zeroed(void)
{
	return (uintptr_t)zeroed;
}

uintptr_t stores_thread_local(void)
{
	return (uintptr_t)&local;
}

int stores_memfd(size_t length)
{
	int fd = memfd_create("stores", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 || ftruncate(fd, (off_t)length) == 0 ? fd : -1;
}

int stores_seal(int fd, int seals)
{
	return fcntl(fd, F_ADD_SEALS, seals);
}

int stores_guard(uintptr_t address, size_t length)
{
	return madvise((void *)address, length, GUARD_INSTALL);
}

static int monitor = -1;

int stores_register(uintptr_t address, size_t length)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register range = { .range = { address, length }, .mode = UFFDIO_REGISTER_MODE_WP };
	if (monitor < 0) {
		monitor = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
		if (monitor < 0 || ioctl(monitor, UFFDIO_API, &api) != 0)
			return -1;
	}
	return ioctl(monitor, UFFDIO_REGISTER, &range);
}

int stores_unregister(uintptr_t address, size_t length)
{
	struct uffdio_range range = { address, length };
	return ioctl(monitor, UFFDIO_UNREGISTER, &range);
}

int stores_pin(uintptr_t address, size_t length)
{
	struct io_uring_params parameters = { 0 };
	struct iovec buffer = { (void *)address, length };
	int ring = (int)syscall(SYS_io_uring_setup, 2, &parameters);
	if (ring < 0)
		return -1;
	return (int)syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1);
}
