/*
 * A client that does what it is told: one command per line on standard input, one answer per line on standard output. Numbers
 * are decimal or 0x hexadecimal; addresses and handles are answered in hexadecimal. Commands that fail outside RSM answer
 * "errno N".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <rsmapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL

static unsigned long argument[8];
static char text[256];

static void answer(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

static void answer_address(void *address)
{
	if (address == MAP_FAILED)
		answer("errno %d", errno);
	else
		answer("%p", address);
}

static void answer_status(int status)
{
	answer(status == 0 ? "0" : "errno %d", errno);
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
	} else if (strcmp(word, "free") == 0) {
		answer("%d", rsm_free_localmemory_handle(controller, (rsm_localmemory_handle_t)a[1]));
	} else if (strcmp(word, "churn") == 0) {
		run_churn(controller, (char *)a[1], a[2], a[3], a[4]);
	} else {
		answer("unknown command %s", word);
	}
}

static void run_memory(const char *word)
{
	unsigned long *a = argument;
	if (strcmp(word, "mmap") == 0) {
		answer_address(mmap(NULL, a[0], a[1], a[2] != 0 ? a[2] : MAP_PRIVATE | MAP_ANONYMOUS, a[2] != 0 ? (int)a[3] : -1, 0));
	} else if (strcmp(word, "mmap-at") == 0) {
		answer_address(mmap((void *)a[0], a[1], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
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
		int fd = memfd_create("fixture", a[1]);
		answer(fd >= 0 && ftruncate(fd, a[0]) == 0 ? "%d" : "errno %d", fd >= 0 ? fd : errno);
	} else if (strcmp(word, "secret") == 0) {
		int fd = syscall(447, 0);
		answer(fd >= 0 && ftruncate(fd, a[0]) == 0 ? "%d" : "errno %d", fd >= 0 ? fd : errno);
	} else if (strcmp(word, "open") == 0) {
		int fd = open(text, O_RDWR | O_CREAT, 0600);
		answer(fd >= 0 ? "%d" : "errno %d", fd >= 0 ? fd : errno);
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
	} else {
		run_rsm(word);
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
		answer_status(setresuid(argument[0], argument[0], argument[0]));
	} else if (strcmp(word, "page") == 0) {
		answer("0x%lx", (unsigned long)&line & ~(PAGE - 1));
	} else {
		run_memory(word);
	}
}

int main(void)
{
	char line[512];
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		run(line);
	}
	return 0;
}
