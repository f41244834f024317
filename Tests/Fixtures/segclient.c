/*
 * A program that uses segments as it is told: one command per line on standard input, one answer per line on standard output.
 * Handles are named by their place in a table, where place 0 holds NULL and place 1 the loopback controller; barriers likewise,
 * from 1 on. An answer starts with the result of the function.
 */
#define _GNU_SOURCE
#include "segclient.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

unsigned long argument[8];
char text[256];
/* The place of a child's own controller. */
#define OWN 7

void *object[OBJECTS];

void answer(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

/* COUNT entries that all name NODE and PERMISSION; a NULL list if NODE is the highest number. */
static rsmapi_access_entry_t *access_list(unsigned long count, unsigned long node, unsigned long permission)
{
	static rsmapi_access_entry_t list[65];
	for (unsigned long i = 0; i < count && i < 65; i++)
		list[i] = (rsmapi_access_entry_t){ node, permission };
	return count == 0 || node == UINT32_MAX ? NULL : list;
}

static int run_export(const char *word)
{
	unsigned long *a = argument;
	rsm_memseg_export_handle_t export = object[a[0] % OBJECTS];
	if (strcmp(word, "create") == 0) { /* CONTROLLER PLACE ADDRESS SIZE FLAGS */
		rsm_memseg_export_handle_t made = (rsm_memseg_export_handle_t)&made;
		int rc = rsm_memseg_export_create(object[a[0]], a[1] == 0 ? NULL : &made, (void *)a[2], a[3], a[4]);
		if (rc == RSM_SUCCESS)
			object[a[1]] = made;
		answer("%d %s", rc, made == NULL ? "null" : made == (void *)&made ? "untouched" : "set");
	} else if (strcmp(word, "destroy") == 0) {
		answer("%d", rsm_memseg_export_destroy(export));
	} else if (strcmp(word, "rebind") == 0) { /* EXPORT ADDRESS SIZE */
		answer("%d", rsm_memseg_export_rebind(export, (void *)a[1], 0, a[2]));
	} else if (strcmp(word, "publish") == 0) { /* EXPORT ID COUNT NODE PERMISSION */
		rsm_memseg_id_t id = a[1];
		int rc = rsm_memseg_export_publish(export, &id, access_list(a[2], a[3], a[4]), a[2]);
		answer("%d %u", rc, id);
	} else if (strcmp(word, "publish-null") == 0) {
		answer("%d", rsm_memseg_export_publish(export, NULL, NULL, 1));
	} else if (strcmp(word, "publish-list") == 0) { /* EXPORT ID ADDRESS */
		rsm_memseg_id_t id = a[1];
		answer("%d", rsm_memseg_export_publish(export, &id, (rsmapi_access_entry_t *)a[2], 1));
	} else if (strcmp(word, "republish") == 0) { /* EXPORT COUNT NODE PERMISSION */
		answer("%d", rsm_memseg_export_republish(export, access_list(a[1], a[2], a[3]), a[1]));
	} else if (strcmp(word, "unpublish") == 0) {
		answer("%d", rsm_memseg_export_unpublish(export));
	} else {
		return 0;
	}
	return 1;
}

static int run_handle(const char *word)
{
	unsigned long *a = argument;
	if (strcmp(word, "controller") == 0) { /* PLACE */
		rsmapi_controller_handle_t got = NULL;
		int rc = rsm_get_controller(NULL, &got);
		object[a[0]] = got;
		answer("%d", rc);
	} else if (strcmp(word, "release") == 0) {
		answer("%d", rsm_release_controller(object[a[0]]));
	} else if (strcmp(word, "handle") == 0) { /* CONTROLLER PLACE ADDRESS LENGTH */
		rsm_localmemory_handle_t handle = NULL;
		int rc = rsm_create_localmemory_handle(object[a[0]], &handle, (caddr_t)a[2], a[3]);
		if (rc == RSM_SUCCESS)
			object[a[1]] = handle;
		answer("%d", rc);
	} else if (strcmp(word, "free") == 0) {
		answer("%d", rsm_free_localmemory_handle(object[a[0]], object[a[1]]));
	} else if (strcmp(word, "set") == 0) { /* PLACE VALUE */
		object[a[0]] = (void *)a[1];
		answer("0");
	} else {
		return 0;
	}
	return 1;
}

struct storing {
	unsigned long address, length, value;
};

static volatile unsigned long rounds;

static void *store(void *data)
{
	struct storing work = *(struct storing *)data;
	for (;; rounds++)
		for (unsigned long at = 0; at < work.length; at += PAGE)
			*(volatile unsigned long *)(work.address + at) = work.value;
	return NULL;
}

/* Answers once a thread stores for ever. */
static void start_storing(void)
{
	static struct storing work;
	pthread_t thread;
	work = (struct storing){ argument[0], argument[1], argument[2] };
	pthread_create(&thread, NULL, store, &work);
	while (rounds == 0)
		usleep(100);
	answer("0");
}

/* Answers once every store that was under way is over and another round has been made. */
static void keep_storing(void)
{
	unsigned long seen = rounds;
	while (rounds < seen + 2)
		usleep(100);
	answer("0");
}

/* How many words, one per page, are not VALUE. */
static unsigned long different(unsigned long address, unsigned long length, unsigned long value)
{
	unsigned long count = 0;
	for (unsigned long at = 0; at < length; at += PAGE)
		count += *(volatile unsigned long *)(address + at) != value;
	return count;
}

static int run_bytes(const char *word)
{
	unsigned long *a = argument;
	if (strcmp(word, "peek") == 0) {
		answer("%lu", *(volatile unsigned long *)a[0]);
	} else if (strcmp(word, "poke") == 0) {
		*(volatile unsigned long *)a[0] = a[1];
		answer("0");
	} else if (strcmp(word, "fill") == 0) { /* ADDRESS LENGTH VALUE */
		for (unsigned long at = 0; at < a[1]; at += PAGE)
			*(volatile unsigned long *)(a[0] + at) = a[2];
		answer("0");
	} else if (strcmp(word, "different") == 0) {
		answer("%lu", different(a[0], a[1], a[2]));
	} else if (strcmp(word, "start-storing") == 0) { /* ADDRESS LENGTH VALUE */
		start_storing();
	} else if (strcmp(word, "keep-storing") == 0) {
		keep_storing();
	} else if (strcmp(word, "stack") == 0) {
		answer("0x%lx", (unsigned long)&word & ~(PAGE - 1));
	} else {
		return 0;
	}
	return 1;
}

static void run(char *line);

/* The child has a controller of its own besides. */
static void run_in_child(char *commands)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		rsmapi_controller_handle_t own = NULL;
		if (rsm_get_controller(NULL, &own) == RSM_SUCCESS)
			object[OWN] = own;
		char *rest = commands, *command;
		while ((command = strsep(&rest, ";")) != NULL)
			run(command);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* A child that does nothing, and outlives us. */
static void leave_child(void)
{
	pid_t child = fork();
	if (child == 0) {
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		alarm(120);
		for (;;)
			pause();
	}
	answer("%d", child);
}

static void run(char *line)
{
	char *rest = line, *item;
	while (*rest == ' ')
		rest++;
	char *word = strsep(&rest, " ");
	if (strcmp(word, "fork") == 0) {
		run_in_child(rest);
		return;
	}
	memset(argument, 0, sizeof(argument));
	text[0] = '\0';
	for (int i = 0; i < 8 && rest != NULL && (item = strsep(&rest, " ")) != NULL; i++) {
		argument[i] = strtoul(item, NULL, 0);
		if (i == 0)
			snprintf(text, sizeof(text), "%s", item);
	}
	if (strcmp(word, "pid") == 0)
		answer("%d", getpid());
	else if (strcmp(word, "umask") == 0)
		answer("0%o", umask(argument[0]));
	else if (strcmp(word, "leave-child") == 0)
		leave_child();
	else if (strcmp(word, "exit") == 0)
		exit(0);
	else if (!run_memory(word) && !run_handle(word) && !run_export(word) && !run_import(word) && !run_bytes(word))
		answer("unknown command %s", word);
}

int main(void)
{
	char line[512];
	rsmapi_controller_handle_t controller = NULL;
	if (rsm_get_controller(NULL, &controller) != RSM_SUCCESS)
		return 1;
	object[1] = controller;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		run(line);
	}
	return 0;
}
