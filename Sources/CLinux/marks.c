#define _GNU_SOURCE
#include "CLinux.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* More threads than these at a time share the one that is never 0. */
#define MARKS 1024

_Static_assert(sizeof(struct clinux_mark) == 64, "a cache line");
static _Alignas(64) struct clinux_mark marks[MARKS];
/* Those that have ever been taken are below it. */
static int highest;
/* Looks as if it were in use for ever. */
static struct clinux_mark nobodys = { .used = 1, .is_taken = 1 };
static struct clinux_mark missing = { .used = 1, .is_taken = 1 };

__thread struct clinux_mark *clinux_own_mark __attribute__((tls_model("initial-exec"))) = &missing;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int is_possible;

static int membarrier(int command)
{
	return (int)syscall(SYS_membarrier, command, 0, 0);
}

static void give_back(struct clinux_mark *mark)
{
	__atomic_store_n(&mark->used, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&mark->is_taken, 0, __ATOMIC_RELEASE);
}

/* Another destructor may still come and take a mark; this one is then called once more. */
static void end_of_thread(void *mark)
{
	clinux_own_mark = &missing;
	give_back(mark);
}

/* Of the threads that have taken marks, a forked child has the calling one only. */
static void forget_others(void)
{
	for (int i = 0; i < highest; i++)
		if (&marks[i] != clinux_own_mark)
			give_back(&marks[i]);
}

static void register_handlers(void)
{
	if (pthread_key_create(&key, end_of_thread) != 0)
		return;
	if (pthread_atfork(NULL, NULL, forget_others) != 0)
		return;
	__atomic_store_n(&is_possible, 1, __ATOMIC_RELEASE);
}

void clinux_prepare_marks(void)
{
	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0)
		pthread_once(&once, register_handlers);
}

static struct clinux_mark *free_mark(void)
{
	for (int i = 0; i < MARKS; i++) {
		if (__atomic_exchange_n(&marks[i].is_taken, 1, __ATOMIC_ACQUIRE) != 0)
			continue;
		int known = __atomic_load_n(&highest, __ATOMIC_RELAXED);
		while (known <= i &&
		    !__atomic_compare_exchange_n(&highest, &known, i + 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			;
		return &marks[i];
	}
	return NULL;
}

void clinux_take_mark(void)
{
	if (clinux_own_mark != &missing || !__atomic_load_n(&is_possible, __ATOMIC_ACQUIRE))
		return;
	struct clinux_mark *mark = free_mark();
	if (mark == NULL) {
		clinux_own_mark = &nobodys;
	} else if (clinux_own_mark != &missing || pthread_setspecific(key, mark) != 0) {
		/* A signal handler has been faster, or there is nobody who would give it back. */
		give_back(mark);
	} else {
		clinux_own_mark = mark;
	}
}

void clinux_fence_all_threads(void)
{
	if (!__atomic_load_n(&is_possible, __ATOMIC_ACQUIRE))
		return;
	if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0)
		return;
	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0 && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0)
		return;
	/*
	 * The kernel has no memory for it, or the process has forbidden itself the call since (seccomp(2)). No store stays in a
	 * processor for a hundredth of a second.
	 */
	struct timespec time = { .tv_nsec = 10000000 };
	nanosleep(&time, NULL);
}

int clinux_is_marked(uintptr_t used)
{
	int count = __atomic_load_n(&highest, __ATOMIC_ACQUIRE);
	for (int i = 0; i < count; i++)
		if (__atomic_load_n(&marks[i].used, __ATOMIC_ACQUIRE) == used)
			return 1;
	return 0;
}
