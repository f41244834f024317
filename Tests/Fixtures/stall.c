/*
 * A reader of a directory that never gets done: its buffer is a page that nobody ever fills (userfaultfd(2)). Usage:
 * stall DIRECTORY UID. Root starts it; it becomes UID. Prints "stalled" once the kernel waits for the page in the middle of
 * getdents64(2), and stays so until it is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096UL

static int directory;
static char *page;

static void fail(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void *list(void *unused)
{
	if (syscall(SYS_getdents64, directory, page, PAGE) < 0)
		fail("getdents64");
	printf("getdents64 returned\n");
	exit(1);
	return unused;
}

int main(int count, char **arguments)
{
	pthread_t thread;
	struct uffd_msg message;
	struct uffdio_api api = { .api = UFFD_API };
	if (count != 3)
		return 64;
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = { .range = { (uintptr_t)page, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	if (faults < 0 || ioctl(faults, UFFDIO_API, &api) != 0 || ioctl(faults, UFFDIO_REGISTER, &range) != 0)
		fail("userfaultfd");
	uid_t uid = atoi(arguments[2]);
	if (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
		fail("setresuid");
	directory = open(arguments[1], O_RDONLY | O_DIRECTORY);
	if (directory < 0)
		fail(arguments[1]);
	pthread_create(&thread, NULL, list, NULL);
	if (read(faults, &message, sizeof(message)) != sizeof(message) || message.event != UFFD_EVENT_PAGEFAULT)
		fail("read from userfaultfd");
	printf("stalled\n");
	fflush(stdout);
	for (;;)
		pause();
}
