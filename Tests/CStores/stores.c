#define _GNU_SOURCE
#include "CStores.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define WRITERS 2
/* Words of each page: one counter for all writers, one for the handlers, one for read(2), a constant, one for children, then
 * one for each writer. */
#define SHARED 0
#define HANDLED 1
#define READ 2
#define CONSTANT 3
#define CHILDREN 4
#define MARK 0x5eed
#define OWN 8

static uintptr_t base;
static size_t page_count;
static atomic_int stopped;
static pthread_t writers[WRITERS], reader, kicker, parent, adopter;
static int has_reader;
static atomic_ullong made[WRITERS], mismatches, handled, reads, failed_reads, children, bad_children;
static int source;

static _Atomic uint64_t *word(size_t page, size_t index)
{
	return (_Atomic uint64_t *)(base + page * PAGE) + index;
}

static void pause_for(long nanoseconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = nanoseconds }, NULL);
}

/* The thread that moves the memory gets a processor before those that keep one busy. */
static void give_way(void)
{
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
}

static void *write_words(void *argument)
{
	size_t me = (size_t)argument;
	uint64_t count = 0;
	uint64_t last[256] = { 0 };
	give_way();
	while (!atomic_load_explicit(&stopped, memory_order_relaxed)) {
		size_t page = count % page_count;
		atomic_fetch_add(word(page, SHARED), 1);
		/* Not one instruction: the value is carried over whatever happens to the page in between. */
		if (atomic_load_explicit(word(page, OWN + me), memory_order_relaxed) != last[page % 256] && page_count <= 256)
			atomic_fetch_add(&mismatches, 1);
		last[page % 256] = ++count;
		atomic_store_explicit(word(page, OWN + me), count, memory_order_relaxed);
	}
	atomic_store(&made[me], count);
	return NULL;
}

static void *read_words(void *argument)
{
	(void)argument;
	for (uint64_t value = 1; !atomic_load(&stopped); value++) {
		size_t page = value % page_count;
		if (pwrite(source, &value, sizeof(value), 0) != sizeof(value) ||
		    pread(source, (void *)word(page, READ), sizeof(value), 0) != sizeof(value))
			atomic_fetch_add(&failed_reads, 1);
		else if (atomic_load(word(page, READ)) != value)
			atomic_fetch_add(&mismatches, 1);
		atomic_fetch_add(&reads, 1);
		if (value % 16 == 0)
			pause_for(10000);
	}
	return NULL;
}

static void handle(int signal)
{
	(void)signal;
	uint64_t number = atomic_fetch_add(&handled, 1);
	atomic_fetch_add(word(number % page_count, HANDLED), 1);
}

static void *kick(void *argument)
{
	(void)argument;
	while (!atomic_load(&stopped)) {
		pthread_kill(adopter, SIGUSR1);
		pthread_kill(writers[0], SIGUSR1);
		pause_for(50000);
	}
	return NULL;
}

static void *fork_children(void *argument)
{
	(void)argument;
	while (!atomic_load(&stopped)) {
		pid_t child = fork();
		if (child == 0) {
			int is_bad = 0;
			for (size_t page = 0; page < page_count; page++) {
				is_bad |= atomic_load(word(page, CONSTANT)) != MARK;
				atomic_store(word(page, CHILDREN), page);
			}
			_exit(is_bad);
		}
		int status = 1;
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			atomic_fetch_add(&bad_children, 1);
		atomic_fetch_add(&children, 1);
		pause_for(5000000);
	}
	return NULL;
}

int stores_start(uintptr_t address, size_t pages, int with_reads)
{
	base = address;
	page_count = pages;
	has_reader = with_reads;
	adopter = pthread_self();
	source = memfd_create("source", MFD_CLOEXEC);
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	if (source < 0 || sigaction(SIGUSR1, &action, NULL) != 0)
		return -1;
	for (size_t page = 0; page < pages; page++)
		atomic_store(word(page, CONSTANT), MARK);
	for (size_t i = 0; i < WRITERS; i++)
		if ((errno = pthread_create(&writers[i], NULL, write_words, (void *)i)) != 0)
			return -1;
	if (with_reads && (errno = pthread_create(&reader, NULL, read_words, NULL)) != 0)
		return -1;
	if ((errno = pthread_create(&parent, NULL, fork_children, NULL)) != 0)
		return -1;
	return (errno = pthread_create(&kicker, NULL, kick, NULL)) == 0 ? 0 : -1;
}

void stores_stop(struct stores_result *result)
{
	memset(result, 0, sizeof(*result));
	atomic_store(&stopped, 1);
	/* Whom it sends signals to has to be there still. */
	pthread_join(kicker, NULL);
	pthread_join(parent, NULL);
	if (has_reader)
		pthread_join(reader, NULL);
	for (size_t i = 0; i < WRITERS; i++) {
		pthread_join(writers[i], NULL);
		result->stores += made[i];
	}
	uint64_t found = 0, found_handled = 0;
	for (size_t page = 0; page < page_count; page++) {
		found += *word(page, SHARED);
		found_handled += *word(page, HANDLED);
	}
	result->lost = result->stores - found;
	result->handled = handled;
	result->handled_lost = result->handled - found_handled;
	result->mismatches = mismatches;
	result->reads = reads;
	result->failed_reads = failed_reads;
	result->children = children;
	result->bad_children = bad_children;
}

static void *idle(void *argument)
{
	(void)argument;
	for (;;)
		pause();
}

int stores_start_idle_thread(void)
{
	pthread_t thread;
	return (errno = pthread_create(&thread, NULL, idle, NULL)) == 0 ? 0 : -1;
}
