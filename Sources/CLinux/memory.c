#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define MFD_NOEXEC_SEAL_FLAG 8U

int clinux_memfd(const char *name)
{
	return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL_FLAG);
}

int clinux_seal(int fd, int against_writing)
{
	int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | (against_writing ? F_SEAL_FUTURE_WRITE : 0);
	return fcntl(fd, F_ADD_SEALS, seals);
}

uint64_t clinux_load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

void clinux_count_up(uint64_t *word)
{
	__atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
}

void clinux_store(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

int clinux_device(int fd, uint64_t *device)
{
	struct statx information;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &information) != 0)
		return -1;
	*device = makedev(information.stx_dev_major, information.stx_dev_minor);
	return 0;
}

int clinux_read_memory(void *target, uintptr_t source, size_t length)
{
	struct iovec local = { target, length }, remote = { (void *)source, length };
	ssize_t count = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
	if (count == (ssize_t)length)
		return 0;
	if (count >= 0 || errno == EFAULT) {
		errno = EFAULT;
		return -1;
	}
	memcpy(target, (void *)source, length);
	return 0;
}
