/*
 * A client that keeps its own mmap_lock busy: locks and unlocks BYTES of memory in a loop from two threads, beside one pinned
 * page with a handle. Usage: hammer MOUNT BYTES UID. Root starts it; it becomes UID and keeps the right to lock. Prints the
 * handle's id and goes on until the end of standard input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <rsm_ctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096UL

static char *memory;
static unsigned long length;

static void *lock_and_unlock(void *unused)
{
	for (;;) {
		mlock(memory, length);
		munlock(memory, length);
	}
	return unused;
}

/* Becomes an ordinary user with CAP_IPC_LOCK. */
static int become(uid_t uid)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1 << CAP_IPC_LOCK, .permitted = 1 << CAP_IPC_LOCK } };
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
		return -1;
	return syscall(SYS_capset, &header, data);
}

int main(int count, char **arguments)
{
	char path[512];
	pthread_t thread[2];
	struct rsm_ctl_hello hello = { .abi_version = RSM_CTL_ABI_VERSION };
	if (count != 4 || become(atoi(arguments[3])) != 0)
		return 64;
	length = strtoul(arguments[2], NULL, 0);
	memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(memory, length, MADV_NOHUGEPAGE);
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct rsm_ctl_create_handle create = { .slot = { .sequence = 1 }, .address = (uintptr_t)page, .length = PAGE };
	snprintf(path, sizeof(path), "%s/ctl", arguments[1]);
	int ctl = open(path, O_RDWR | O_CLOEXEC);
	if (memory == MAP_FAILED || mlock(page, PAGE) != 0 || ctl < 0 || ioctl(ctl, RSM_CTL_HELLO, &hello) != 0 ||
	    ioctl(ctl, RSM_CTL_CREATE_HANDLE, &create) != 0)
		return 1;
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, lock_and_unlock, NULL);
	printf("%lu\n", (unsigned long)create.id);
	fflush(stdout);
	while (getchar() != EOF)
		continue;
	_exit(0);
}
