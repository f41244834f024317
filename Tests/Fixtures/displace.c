/*
 * Holds a handle on each of many slots of memory while a second thread maps other memory over slots, picked at random. Answers a
 * line per command on standard input:
 *
 *   run MILLISECONDS  lets the second thread work; this one frees and creates handles. Answers how many slots were displaced.
 *   slots             a word per slot: its address and what its handle must be, stale, pinned, or either (displaced just when the
 *                     handle was created)
 *   end               frees all handles. Answers how many pages are still locked (VmLck).
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <rsmapi.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 300
#define SLOT_PAGES 4

static char *memory;
static size_t slot_size;
static rsmapi_controller_handle_t controller;
static rsm_localmemory_handle_t handle[SLOTS];
/* Displacements that have begun and that are done, counted for each slot. */
static atomic_ulong begun[SLOTS], done[SLOTS];
/* As of just before and just after the handle of a slot was created. */
static unsigned long done_before[SLOTS], begun_after[SLOTS];
static atomic_int working;
static atomic_ulong displaced;
static pthread_mutex_t pause_lock = PTHREAD_MUTEX_INITIALIZER;

static void displace(unsigned slot, unsigned how)
{
	char *address = memory + slot * slot_size;
	atomic_fetch_add(&begun[slot], 1);
	if (how == 0)
		munmap(address, slot_size);
	mmap(address, slot_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(address, 1, slot_size);
	atomic_fetch_add(&done[slot], 1);
	atomic_fetch_add(&displaced, 1);
}

static void *displace_slots(void *unused)
{
	unsigned seed = 7;
	for (;;) {
		pthread_mutex_lock(&pause_lock);
		if (working)
			displace(rand_r(&seed) % SLOTS, rand_r(&seed) % 2);
		pthread_mutex_unlock(&pause_lock);
		usleep(working ? 100 : 1000);
	}
	return unused;
}

static void create(unsigned slot)
{
	done_before[slot] = done[slot];
	int error = rsm_create_localmemory_handle(controller, &handle[slot], memory + slot * slot_size, slot_size);
	begun_after[slot] = begun[slot];
	if (error != RSM_SUCCESS)
		handle[slot] = NULL; /* unmapped at that moment */
}

static void free_handle(unsigned slot)
{
	if (handle[slot] != NULL && rsm_free_localmemory_handle(controller, handle[slot]) != RSM_SUCCESS)
		_exit(1);
	handle[slot] = NULL;
}

static void run(long milliseconds)
{
	static unsigned seed = 1;
	struct timespec now, end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += milliseconds / 1000;
	unsigned long before = displaced;
	working = 1;
	do {
		unsigned slot = rand_r(&seed) % SLOTS;
		free_handle(slot);
		create(slot);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
	working = 0;
	pthread_mutex_lock(&pause_lock); /* the last displacement is done */
	pthread_mutex_unlock(&pause_lock);
	printf("%lu\n", displaced - before);
}

static void tell_slots(void)
{
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		const char *state = "either";
		if (handle[slot] == NULL)
			state = "none";
		else if (begun[slot] > begun_after[slot])
			state = "stale";
		else if (begun[slot] == done_before[slot])
			state = "pinned";
		printf("%lx=%s ", (unsigned long)(memory + slot * slot_size), state);
	}
	printf("\n");
}

static unsigned long locked_kilobytes(void)
{
	char line[256];
	unsigned long number = 0;
	FILE *status = fopen("/proc/self/status", "r");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		sscanf(line, "VmLck: %lu", &number);
	if (status != NULL)
		fclose(status);
	return number;
}

int main(void)
{
	slot_size = SLOT_PAGES * (size_t)sysconf(_SC_PAGESIZE);
	memory = mmap(NULL, SLOTS * slot_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;
	if (memory == MAP_FAILED || rsm_get_controller("loopback", &controller) != RSM_SUCCESS ||
	    pthread_create(&thread, NULL, displace_slots, NULL) != 0)
		return 1;
	for (unsigned slot = 0; slot < SLOTS; slot++)
		create(slot);
	char line[64];
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strncmp(line, "run ", 4) == 0) {
			run(atol(line + 4));
		} else if (strcmp(line, "slots\n") == 0) {
			tell_slots();
		} else {
			for (unsigned slot = 0; slot < SLOTS; slot++)
				free_handle(slot);
			printf("%lu\n", locked_kilobytes() * 1024 / (slot_size / SLOT_PAGES));
		}
		fflush(stdout);
	}
	return 0;
}
