/*
 * Programs that export, connect, transfer, store through mappings and withdraw as chance has it. Usage: segstorm kill CLIENTS
 * AT-A-TIME SEED, where each is killed at a random moment, or segstorm threads THREADS SECONDS, where all are threads of this
 * process. Prints "KILLED FAILED DONE": how many were killed at work, how many ended otherwise, how many transfers were made.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <rsmapi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define SIZE (4 * PAGE)
#define IDS 12
#define FIRST_ID 0x600000
#define LIMIT 64

static rsmapi_controller_handle_t controller;
static volatile int is_over;
static int ends_when_failed;
static unsigned long done, failed;

/* What may come of a call when others withdraw and publish meanwhile. */
static int expect(const char *call, int rc, int allowed, int allowed_too)
{
	if (rc == RSM_SUCCESS || rc == allowed || rc == allowed_too)
		return rc;
	fprintf(stderr, "segstorm: %s: RSM error %d\n", call, rc);
	__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
	if (ends_when_failed)
		_exit(2);
	return rc;
}

static void publish_again(rsm_memseg_export_handle_t export, volatile unsigned long *memory, unsigned *seed)
{
	rsm_memseg_id_t id = FIRST_ID + rand_r(seed) % IDS;
	unsigned long mark = rand_r(seed);
	memory[1] = mark;
	if (expect("publish", rsm_memseg_export_publish(export, &id, NULL, 0), RSMERR_SEGID_IN_USE, 0) != RSM_SUCCESS)
		return;
	usleep(rand_r(seed) % 3000);
	expect("republish", rsm_memseg_export_republish(export, NULL, 0), 0, 0);
	if (memory[1] != mark)
		expect("what the exporter has stored", -1, 0, 0);
	expect("unpublish", rsm_memseg_export_unpublish(export), 0, 0);
	memory[2] = mark;
	if (memory[2] != mark)
		expect("the memory after unpublish", -1, 0, 0);
}

static void use_import(rsm_memseg_import_handle_t import, unsigned *seed)
{
	rsmapi_barrier_t barrier;
	void *address = NULL;
	unsigned long value = 2;
	expect("init", rsm_memseg_import_init_barrier(import, RSM_BAR_DEFAULT, &barrier), 0, 0);
	if (rand_r(seed) % 2 == 0) {
		int rc = expect("map", rsm_memseg_import_map(import, &address, RSM_MAP_NONE, RSM_PERM_RDWR, 0, SIZE),
		    RSMERR_CONN_ABORTED, 0);
		for (unsigned i = 0; rc == RSM_SUCCESS && i < 2000; i++)
			((volatile unsigned long *)address)[i % 4 * (PAGE / 8)] = 1;
	}
	for (unsigned i = 0; i < 20; i++) {
		expect("put", rsm_memseg_import_put64(import, PAGE, &value, 1), RSMERR_CONN_ABORTED, 0);
		expect("get", rsm_memseg_import_get64(import, PAGE, &value, 1), RSMERR_CONN_ABORTED, 0);
		__atomic_add_fetch(&done, 2, __ATOMIC_RELAXED);
	}
	expect("forget", rsm_memseg_import_destroy_barrier(&barrier), 0, 0);
	if (address != NULL)
		expect("unmap", rsm_memseg_import_unmap(import), 0, 0);
	expect("disconnect", rsm_memseg_import_disconnect(import), 0, 0);
}

static void *work(void *data)
{
	unsigned seed = (unsigned)(unsigned long)data;
	void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	while (!is_over) {
		rsm_memseg_export_handle_t export;
		if (expect("create", rsm_memseg_export_create(controller, &export, memory, SIZE, 0), 0, 0) != RSM_SUCCESS)
			return NULL;
		for (unsigned i = 0; i < 8 && !is_over; i++) {
			rsm_memseg_import_handle_t import;
			if (rand_r(&seed) % 3 == 0)
				publish_again(export, memory, &seed);
			else if (expect("connect", rsm_memseg_import_connect(controller, 0, FIRST_ID + rand_r(&seed) % IDS,
			         RSM_PERM_RDWR, &import), RSMERR_SEG_NOT_PUBLISHED, RSMERR_INTERRUPTED) == RSM_SUCCESS)
				use_import(import, &seed);
		}
		expect("destroy", rsm_memseg_export_destroy(export), 0, 0);
	}
	return NULL;
}

static void be_client(unsigned seed)
{
	pthread_t thread;
	ends_when_failed = 1;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (rsm_get_controller(NULL, &controller) != RSM_SUCCESS)
		_exit(3);
	pthread_create(&thread, NULL, work, (void *)(seed * 2UL));
	work((void *)(seed * 2UL + 1));
	pthread_join(thread, NULL);
	_exit(1);
}

/* Only a client to which something wrong has happened ends by itself. */
static void end_clients(pid_t *child, unsigned running, unsigned *seed, unsigned *killed)
{
	for (unsigned i = 0; i < running; i++) {
		int status = 0;
		usleep(rand_r(seed) % 4000);
		kill(child[i], SIGKILL);
		if (waitpid(child[i], &status, 0) == child[i] && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			(*killed)++;
		else
			failed++;
	}
}

static void storm(unsigned clients, unsigned at_a_time, unsigned seed)
{
	unsigned killed = 0;
	for (unsigned started = 0; started < clients;) {
		pid_t child[LIMIT];
		unsigned running = 0;
		for (; running < at_a_time && running < LIMIT && started < clients; running++, started++) {
			child[running] = fork();
			if (child[running] == 0)
				be_client(seed + started);
		}
		usleep(100000 + rand_r(&seed) % 200000);
		end_clients(child, running, &seed, &killed);
	}
	printf("%u %lu 0\n", killed, failed);
}

static void run_threads(unsigned count, unsigned seconds)
{
	pthread_t thread[LIMIT];
	if (count > LIMIT || rsm_get_controller(NULL, &controller) != RSM_SUCCESS)
		exit(3);
	for (unsigned long i = 0; i < count; i++)
		pthread_create(&thread[i], NULL, work, (void *)(i + 1));
	sleep(seconds);
	is_over = 1;
	for (unsigned i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	printf("0 %lu %lu\n", failed, done);
	fflush(stdout);
	getchar();
}

int main(int count, char **arguments)
{
	if (count == 5 && strcmp(arguments[1], "kill") == 0)
		storm(atoi(arguments[2]), atoi(arguments[3]), atoi(arguments[4]));
	else if (count == 4 && strcmp(arguments[1], "threads") == 0)
		run_threads(atoi(arguments[2]), atoi(arguments[3]));
	else
		return 64;
	return 0;
}
