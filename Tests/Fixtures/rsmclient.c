/*
 * A client that does what it is told: one command per line on standard input, one answer per line on standard output. Numbers
 * are decimal or 0x hexadecimal; addresses and handles are answered in hexadecimal. Commands that fail outside RSM answer
 * "errno N".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <rsmapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rsmclient.h"

unsigned long argument[8];
char text[256];

void answer(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

struct churn {
	rsmapi_controller_handle_t controller;
	char *memory;
	unsigned pages, rounds, seed, failures;
};

/* Creates and frees overlapping handles, some of the time through a controller reference of its own. */
static void *churn(void *data)
{
	struct churn *work = data;
	rsm_localmemory_handle_t held[8] = { 0 };
	for (unsigned i = 0; i < work->rounds; i++) {
		unsigned slot = rand_r(&work->seed) % 8;
		if (held[slot] != NULL) {
			work->failures += rsm_free_localmemory_handle(work->controller, held[slot]) != RSM_SUCCESS;
			held[slot] = NULL;
			continue;
		}
		unsigned first = rand_r(&work->seed) % work->pages;
		unsigned count = 1 + rand_r(&work->seed) % (work->pages - first);
		rsmapi_controller_handle_t own;
		work->failures += rsm_get_controller(NULL, &own) != RSM_SUCCESS;
		work->failures += rsm_create_localmemory_handle(own, &held[slot], work->memory + first * PAGE,
		    count * PAGE) != RSM_SUCCESS;
		work->failures += rsm_release_controller(own) != RSM_SUCCESS;
	}
	for (unsigned slot = 0; slot < 8; slot++)
		if (held[slot] != NULL)
			work->failures += rsm_free_localmemory_handle(work->controller, held[slot]) != RSM_SUCCESS;
	return NULL;
}

static void run_churn(rsmapi_controller_handle_t controller, char *memory, unsigned pages, unsigned threads, unsigned rounds)
{
	pthread_t thread[16];
	struct churn work[16];
	unsigned failures = 0;
	for (unsigned i = 0; i < threads; i++) {
		work[i] = (struct churn){ controller, memory, pages, rounds, i + 1, 0 };
		pthread_create(&thread[i], NULL, churn, &work[i]);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		failures += work[i].failures;
	}
	answer("%u", failures);
}

/* Creates `count` handles of one page each on the same page. */
static void create_many(rsmapi_controller_handle_t controller, char *memory, unsigned long count)
{
	rsm_localmemory_handle_t handle;
	for (unsigned long i = 0; i < count; i++) {
		int rc = rsm_create_localmemory_handle(controller, &handle, memory, PAGE);
		if (rc != RSM_SUCCESS) {
			answer("%d after %lu", rc, i);
			return;
		}
	}
	answer("0");
}

/* Creates handles of one page each on every second page until one is refused. */
static void create_strided(rsmapi_controller_handle_t controller, char *memory, unsigned long pages)
{
	rsm_localmemory_handle_t handle;
	for (unsigned long page = 0; page < pages; page += 2) {
		int rc = rsm_create_localmemory_handle(controller, &handle, memory + page * PAGE, PAGE);
		if (rc != RSM_SUCCESS) {
			answer("%d %lu", rc, page / 2);
			return;
		}
	}
	answer("0 %lu", pages / 2);
}

/* Creates and frees a handle through a controller reference of its own. */
static int pin_again(char *memory, unsigned long length)
{
	rsmapi_controller_handle_t controller;
	rsm_localmemory_handle_t handle;
	int rc = rsm_get_controller(NULL, &controller);
	if (rc != RSM_SUCCESS)
		return rc;
	rc = rsm_create_localmemory_handle(controller, &handle, memory, length);
	if (rc == RSM_SUCCESS)
		rc = rsm_free_localmemory_handle(controller, handle);
	rsm_release_controller(controller);
	return rc;
}

static void run(char *line);

static void run_in_child(char *commands)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		char *rest = commands, *command;
		while ((command = strsep(&rest, ";")) != NULL)
			run(command);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void run_rsm(const char *word)
{
	unsigned long *a = argument;
	rsmapi_controller_handle_t controller = (rsmapi_controller_handle_t)a[0];
	if (strcmp(word, "get") == 0) {
		rsmapi_controller_handle_t got = NULL;
		int rc = rsm_get_controller(strcmp(text, "NULL") == 0 ? NULL : text, &got);
		answer("%d 0x%lx", rc, (unsigned long)got);
	} else if (strcmp(word, "get-null") == 0) {
		answer("%d", rsm_get_controller(NULL, NULL));
	} else if (strcmp(word, "get-long") == 0) {
		rsmapi_controller_handle_t got = NULL;
		char name[1024];
		memset(name, '0', sizeof(name));
		memcpy(name, "loopback", 8);
		name[a[0]] = '\0';
		answer("%d", rsm_get_controller(name, &got));
	} else if (strcmp(word, "release") == 0) {
		answer("%d", rsm_release_controller(controller));
	} else if (strcmp(word, "attr") == 0) {
		rsmapi_controller_attr_t t = { 0 };
		int rc = rsm_get_controller_attr(controller, &t);
		answer("%d %u %u %zu %zu %zu %lu %zu %zu %lu", rc, t.attr_direct_access_sizes, t.attr_atomic_sizes,
		    t.attr_page_size, t.attr_max_export_segment_size, t.attr_tot_export_segment_size,
		    t.attr_max_export_segments, t.attr_max_import_map_size, t.attr_tot_import_map_size,
		    t.attr_max_import_segments);
	} else if (strcmp(word, "attr-null") == 0) {
		answer("%d", rsm_get_controller_attr(controller, NULL));
	} else if (strcmp(word, "create") == 0) {
		rsm_localmemory_handle_t handle = NULL;
		int rc = rsm_create_localmemory_handle(controller, &handle, (caddr_t)a[1], a[2]);
		answer("%d 0x%lx", rc, (unsigned long)handle);
	} else if (strcmp(word, "create-null") == 0) {
		answer("%d", rsm_create_localmemory_handle(controller, NULL, (caddr_t)a[1], a[2]));
	} else if (strcmp(word, "create-many") == 0) {
		create_many(controller, (char *)a[1], a[2]);
	} else if (strcmp(word, "create-strided") == 0) {
		create_strided(controller, (char *)a[1], a[2]);
	} else if (strcmp(word, "free") == 0) {
		answer("%d", rsm_free_localmemory_handle(controller, (rsm_localmemory_handle_t)a[1]));
	} else if (strcmp(word, "pin-again") == 0) {
		answer("%d", pin_again((char *)a[0], a[1]));
	} else if (strcmp(word, "churn") == 0) {
		run_churn(controller, (char *)a[1], a[2], a[3], a[4]);
	} else {
		answer("unknown command %s", word);
	}
}

static void run(char *line)
{
	char *rest = line, *word;
	while (*rest == ' ')
		rest++;
	word = strsep(&rest, " ");
	if (strcmp(word, "fork") == 0) {
		run_in_child(rest);
		return;
	}
	memset(argument, 0, sizeof(argument));
	text[0] = '\0';
	char *item;
	for (int i = 0; i < 8 && rest != NULL && (item = strsep(&rest, " ")) != NULL; i++) {
		argument[i] = strtoul(item, NULL, 0);
		if (i == 0)
			snprintf(text, sizeof(text), "%s", item);
	}
	if (strcmp(word, "pid") == 0) {
		answer("%d", getpid());
	} else if (strcmp(word, "exec") == 0) {
		answer("0");
		execl("/bin/cat", "cat", (char *)NULL);
	} else if (strcmp(word, "setuid") == 0) {
		answer("%d", setresuid(argument[0], argument[0], argument[0]));
	} else if (strcmp(word, "page") == 0) {
		answer("0x%lx", (unsigned long)&line & ~(PAGE - 1));
	} else {
		if (!run_memory(word))
			run_rsm(word);
	}
}

static void *obey(void *data)
{
	char line[512];
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "leave-to-thread") == 0) {
			pthread_t thread;
			pthread_create(&thread, NULL, obey, NULL);
			pthread_exit(NULL);
		}
		run(line);
	}
	exit(0);
	return data;
}

int main(void)
{
	obey(NULL);
}
