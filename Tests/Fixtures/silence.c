/*
 * Puts and gets in a thread that may make no system call any more (seccomp(2), strict mode: the kernel ends the thread at the
 * first one) and counts what the library allocates. A thread of its own, so that its first transfers are among them. Prints what has
 * been done: "TRANSFERS ALLOCATIONS".
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <rsmapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/seccomp.h>
#include <unistd.h>

#define ROUNDS 100000
#define PAGE 4096UL
/* That of this machine. */
#define NODE 0

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static int is_counting;
static unsigned long transfers, allocations;
static rsm_memseg_import_handle_t segment;
static rsmapi_barrier_t barrier;
static uint64_t local[PAGE / 8];

/* In place of those of libc, also for the library. */
void *malloc(size_t size)
{
	allocations += is_counting;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations += is_counting;
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	allocations += is_counting;
	return __libc_realloc(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	allocations += is_counting;
	*memory = __libc_memalign(alignment, size);
	return *memory == NULL;
}

static void expect(int error, const char *what)
{
	if (error == RSM_SUCCESS)
		return;
	printf("%s: RSM error %d\n", what, error);
	exit(1);
}

static void count(int error)
{
	transfers += error == RSM_SUCCESS;
}

static void transfer(void)
{
	rsm_iovec_t entries[] = {
		{ RSM_VA_TYPE, { .vaddr = (caddr_t)local }, 0, 8, 8 },
		{ RSM_VA_TYPE, { .vaddr = (caddr_t)local }, 64, PAGE, 1000 },
	};
	rsm_scat_gath_t request = { 0, 2, 0, 0, segment, entries };
	count(rsm_memseg_import_put(segment, 0, local, 8));
	count(rsm_memseg_import_put(segment, PAGE, local, PAGE));
	count(rsm_memseg_import_put8(segment, 1, (uint8_t *)local, 3));
	count(rsm_memseg_import_put64(segment, 8, local, 2));
	count(rsm_memseg_import_get(segment, 0, local, 8));
	count(rsm_memseg_import_get(segment, PAGE, local, PAGE));
	count(rsm_memseg_import_get32(segment, 4, (uint32_t *)local, 5));
	count(rsm_memseg_import_putv(&request));
	count(rsm_memseg_import_getv(&request));
	count(rsm_memseg_import_open_barrier(&barrier));
	count(rsm_memseg_import_order_barrier(&barrier));
	count(rsm_memseg_import_close_barrier(&barrier));
}

static void *be_silent(void *unused)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
		perror("prctl");
		exit(1);
	}
	transfers = 0;
	is_counting = 1;
	for (int i = 0; i < ROUNDS; i++)
		transfer();
	is_counting = 0;
	/* Strict mode admits exit(2), and not what libc does at the end of a thread. */
	syscall(SYS_exit, 0);
	return unused;
}

int main(void)
{
	pthread_t thread;
	rsmapi_controller_handle_t controller;
	rsm_memseg_export_handle_t export;
	rsm_memseg_id_t id = 0;
	rsmapi_access_entry_t everybody = { NODE, RSM_PERM_RDWR };
	void *memory = aligned_alloc(PAGE, 2 * PAGE);

	expect(rsm_get_controller("loopback", &controller), "rsm_get_controller");
	expect(rsm_memseg_export_create(controller, &export, memory, 2 * PAGE, 0), "rsm_memseg_export_create");
	expect(rsm_memseg_export_publish(export, &id, &everybody, 1), "rsm_memseg_export_publish");
	expect(rsm_memseg_import_connect(controller, NODE, id, RSM_PERM_RDWR, &segment), "rsm_memseg_import_connect");
	expect(rsm_memseg_import_init_barrier(segment, RSM_BARRIER_SEGMENT, &barrier), "rsm_memseg_import_init_barrier");
	/* The first transfer maps the segment, and in a debug build the Swift runtime looks up types at the first call of a function. */
	transfer();

	pthread_create(&thread, NULL, be_silent, NULL);
	pthread_join(thread, NULL);
	printf("%lu %lu\n", transfers, allocations);
	fflush(stdout);

	expect(rsm_memseg_import_destroy_barrier(&barrier), "rsm_memseg_import_destroy_barrier");
	expect(rsm_memseg_import_disconnect(segment), "rsm_memseg_import_disconnect");
	expect(rsm_memseg_export_destroy(export), "rsm_memseg_export_destroy");
	return 0;
}
