/*
 * Clients of librsm that are killed at random moments while three threads of each create and free handles. Usage: storm CLIENTS
 * AT-A-TIME PAGES SEED. Prints how many were killed at work; a client that ended by itself is not counted.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <rsmapi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define LIMIT 64

static rsmapi_controller_handle_t controller;
static char *memory;
static unsigned pages;

static void *work(void *data)
{
	unsigned seed = (unsigned)(unsigned long)data;
	rsm_localmemory_handle_t held[8] = { 0 };
	for (;;) {
		unsigned slot = rand_r(&seed) % 8, first = rand_r(&seed) % pages;
		if (held[slot] == NULL) {
			if (rsm_create_localmemory_handle(controller, &held[slot], memory + first * PAGE,
			    (pages - first) * PAGE) != RSM_SUCCESS)
				_exit(1);
		} else {
			if (rsm_free_localmemory_handle(controller, held[slot]) != RSM_SUCCESS)
				_exit(2);
			held[slot] = NULL;
		}
	}
	return NULL;
}

static void be_client(unsigned seed)
{
	pthread_t thread;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (rsm_get_controller(NULL, &controller) != RSM_SUCCESS)
		_exit(3);
	for (unsigned long i = 0; i < 2; i++)
		pthread_create(&thread, NULL, work, (void *)(seed * 3UL + i));
	work((void *)(seed * 3UL + 2));
}

int main(int count, char **arguments)
{
	if (count != 5)
		return 64;
	unsigned clients = atoi(arguments[1]), at_a_time = atoi(arguments[2]), seed = atoi(arguments[4]), killed = 0;
	pages = atoi(arguments[3]);
	if (at_a_time > LIMIT)
		return 64;
	for (unsigned started = 0; started < clients;) {
		pid_t child[LIMIT];
		unsigned running = 0;
		while (running < at_a_time && started < clients) {
			child[running] = fork();
			if (child[running] == 0)
				be_client(seed + started);
			running++;
			started++;
		}
		usleep(rand_r(&seed) % 150000);
		for (unsigned i = 0; i < running; i++) {
			int status = 0;
			usleep(rand_r(&seed) % 4000);
			kill(child[i], SIGKILL);
			if (rand_r(&seed) % 2 == 0)
				continue;
			waitpid(child[i], &status, 0);
			killed += WIFSIGNALED(status);
			child[i] = 0;
		}
		for (unsigned i = 0; i < running; i++) {
			int status = 0;
			if (child[i] != 0 && waitpid(child[i], &status, 0) == child[i])
				killed += WIFSIGNALED(status);
		}
	}
	printf("%u\n", killed);
	return 0;
}
