/* The commands of rsmclient about memory and about what the kernel says of it. */
#define _GNU_SOURCE
#include "rsmclient.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/io_uring.h>

static void answer_address(void *address)
{
	if (address == MAP_FAILED)
		answer("errno %d", errno);
	else
		answer("%p", address);
}

static void answer_status(int status)
{
	if (status == 0)
		answer("0");
	else
		answer("errno %d", errno);
}

/* Pages of [start, start + length) in VMAs that smaps calls locked. */
static unsigned long locked_pages(unsigned long start, unsigned long length)
{
	unsigned long from = 0, to = 0, pages = 0, end = start + length;
	char line[512];
	FILE *smaps = fopen("/proc/self/smaps", "r");
	while (smaps != NULL && fgets(line, sizeof(line), smaps) != NULL) {
		unsigned long a, b;
		if (sscanf(line, "%lx-%lx ", &a, &b) == 2) {
			from = a > start ? a : start;
			to = b < end ? b : end;
		} else if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " lo") != NULL && from < to) {
			pages += (to - from) / PAGE;
		}
	}
	if (smaps != NULL)
		fclose(smaps);
	return pages;
}

/* A number from a line "Key: value" of /proc/self/status. */
static unsigned long status_number(const char *key)
{
	char line[256];
	unsigned long value = 0;
	FILE *status = fopen("/proc/self/status", "r");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtoul(line + strlen(key) + 1, NULL, 10);
	if (status != NULL)
		fclose(status);
	return value;
}

static unsigned long special_area(const char *name)
{
	char line[512];
	unsigned long start = 0, from;
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, name) != NULL && sscanf(line, "%lx-", &from) == 1)
			start = from;
	if (maps != NULL)
		fclose(maps);
	return start;
}

static unsigned long count_areas(void)
{
	unsigned long count = 0;
	int character;
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps != NULL && (character = fgetc(maps)) != EOF)
		count += character == '\n';
	if (maps != NULL)
		fclose(maps);
	return count;
}

/* The submission ring of an io_uring: memory of the kernel in our address space. */
static void *ring(void)
{
	struct io_uring_params parameters = { 0 };
	int fd = syscall(SYS_io_uring_setup, 1, &parameters);
	return fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
}

static void answer_descriptor(int fd, unsigned long size)
{
	if (fd >= 0 && (size == 0 || ftruncate(fd, size) == 0))
		answer("%d", fd);
	else
		answer("errno %d", errno);
}

/* The number in the last line "Key: number kB" of the VMAs in [start, start + length), added up. */
static unsigned long smaps_sum(const char *key, unsigned long start, unsigned long length)
{
	unsigned long sum = 0, from = 0, to, number;
	char line[512], found[64];
	FILE *smaps = fopen("/proc/self/smaps", "r");
	while (smaps != NULL && fgets(line, sizeof(line), smaps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			continue;
		if (sscanf(line, "%63s %lu kB", found, &number) == 2 && strcmp(found, key) == 0 && from >= start &&
		    from < start + length)
			sum += number;
	}
	if (smaps != NULL)
		fclose(smaps);
	return sum;
}

int run_memory(const char *word)
{
	unsigned long *a = argument;
	if (strcmp(word, "mmap") == 0) {
		answer_address(mmap(NULL, a[0], a[1], a[2] != 0 ? a[2] : MAP_PRIVATE | MAP_ANONYMOUS, a[2] != 0 ? (int)a[3] : -1, 0));
	} else if (strcmp(word, "mmap-at") == 0) {
		answer_address(mmap((void *)a[0], a[1], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	} else if (strcmp(word, "mremap") == 0) {
		answer_address(mremap((void *)a[0], a[1], a[1], MREMAP_MAYMOVE | MREMAP_FIXED, (void *)a[2]));
	} else if (strcmp(word, "munmap") == 0) {
		answer_status(munmap((void *)a[0], a[1]));
	} else if (strcmp(word, "mprotect") == 0) {
		answer_status(mprotect((void *)a[0], a[1], a[2]));
	} else if (strcmp(word, "madvise") == 0) {
		answer_status(madvise((void *)a[0], a[1], a[2]));
	} else if (strcmp(word, "mlock") == 0) {
		answer_status(mlock((void *)a[0], a[1]));
	} else if (strcmp(word, "munlock") == 0) {
		answer_status(munlock((void *)a[0], a[1]));
	} else if (strcmp(word, "touch") == 0) {
		memset((void *)a[0], 0x5a, a[1]);
		answer("0");
	} else if (strcmp(word, "memfd") == 0) {
		answer_descriptor(memfd_create("fixture", a[1]), a[0]);
	} else if (strcmp(word, "secret") == 0) {
		answer_descriptor(syscall(447, 0), a[0]);
	} else if (strcmp(word, "open") == 0) {
		answer_descriptor(open(text, O_RDWR | O_CREAT, 0600), 0);
	} else if (strcmp(word, "truncate") == 0) {
		answer_status(ftruncate(a[0], a[1]));
	} else if (strcmp(word, "shm") == 0) {
		int id = shmget(IPC_PRIVATE, a[0], IPC_CREAT | 0600);
		void *address = id >= 0 ? shmat(id, NULL, 0) : MAP_FAILED;
		shmctl(id, IPC_RMID, NULL);
		answer_address(address);
	} else if (strcmp(word, "area") == 0) {
		answer("0x%lx", special_area(text));
	} else if (strcmp(word, "locked") == 0) {
		answer("%lu", locked_pages(a[0], a[1]));
	} else if (strcmp(word, "vmlck") == 0) {
		answer("%lu", status_number("VmLck:"));
	} else if (strcmp(word, "huge") == 0) {
		answer("%lu", smaps_sum("AnonHugePages:", a[0], a[1]));
	} else if (strcmp(word, "ring") == 0) {
		answer_address(ring());
	} else if (strcmp(word, "areas") == 0) {
		answer("%lu", count_areas());
	} else {
		return 0;
	}
	return 1;
}
