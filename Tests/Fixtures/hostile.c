/*
 * A client without librsm that sends rsmd whatever it is told: one command per line on standard input, one answer per line on
 * standard output. A request is answered "RESULT REASON VALUE ...": the result of the ioctl, or -errno, and what the reply holds.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <rsm_ctl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

#define PAGE 4096UL

static unsigned long argument[12];
static char text[256];

void answer(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

long request(int fd, unsigned long command, void *data)
{
	int result = ioctl(fd, command, data);
	return result < 0 ? -errno : result;
}

static long hello(int fd, struct rsm_ctl_hello *data)
{
	*data = (struct rsm_ctl_hello){ .abi_version = RSM_CTL_ABI_VERSION };
	return request(fd, RSM_CTL_HELLO, data);
}

static void run_hello(void)
{
	unsigned long *a = argument;
	struct rsm_ctl_hello data = { .abi_version = a[1], .features = a[2], .owner = a[3], .pid = a[4], .page_size = a[5],
	    .max_handles = a[6], .reserved = { a[7], a[8], a[9] } };
	long result = request(a[0], RSM_CTL_HELLO, &data);
	answer("%ld %u %u %u %lu %lu %u %lu", result, data.reason, data.pid, data.abi_version, data.features, data.owner,
	    data.page_size, data.max_handles);
}

static void run_create(void)
{
	unsigned long *a = argument;
	struct rsm_ctl_create_handle data = { .slot = { .slot = a[1], .sequence = a[2], .reserved = a[5] }, .address = a[3],
	    .length = a[4], .controller = a[6], .id = a[7] };
	long result = request(a[0], RSM_CTL_CREATE_HANDLE, &data);
	answer("%ld %u %lu", result, data.reason, data.id);
}

static void run_free(void)
{
	unsigned long *a = argument;
	struct rsm_ctl_free_handle data = { .slot = { .slot = a[1], .sequence = a[2], .reserved = a[4] }, .id = a[3],
	    .reserved = a[5] };
	long result = request(a[0], RSM_CTL_FREE_HANDLE, &data);
	answer("%ld %u 0", result, data.reason);
}

/* HELLO, CREATE and FREE by way of the 32-bit system call table: their results, and the id that CREATE gave. */
static void run_compat(int fd)
{
#ifdef __x86_64__
	struct {
		struct rsm_ctl_hello hello;
		struct rsm_ctl_create_handle create;
		struct rsm_ctl_free_handle free;
	} *low = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned commands[] = { RSM_CTL_HELLO, RSM_CTL_CREATE_HANDLE, RSM_CTL_FREE_HANDLE };
	void *data[] = { &low->hello, &low->create, &low->free };
	long results[3];
	low->hello.abi_version = RSM_CTL_ABI_VERSION;
	low->create = (struct rsm_ctl_create_handle){ .slot = { .sequence = 1 }, .address = (uintptr_t)low, .length = PAGE };
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			low->free = (struct rsm_ctl_free_handle){ .slot = { .sequence = 2 }, .id = low->create.id };
		long result = 54; /* ioctl(2) in the 32-bit table */
		__asm__ volatile("int $0x80" : "+a"(result) : "b"((long)fd), "c"((long)commands[i]), "d"(data[i])
		    : "memory", "r8", "r9", "r10", "r11");
		results[i] = (int)result;
	}
	answer("%ld %ld %ld %u %lu", results[0], results[1], results[2], low->hello.pid, low->create.id);
#else
	(void)fd;
	answer("none");
#endif
}

static pid_t clone_with_pid(pid_t pid)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1 };
	return syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* Says HELLO, creates and frees on an inherited file that belonged to the dead process with our pid; 0 if all were refused. */
static int heir_gets_something(int fd, unsigned long id)
{
	struct rsm_ctl_hello greeting;
	struct rsm_ctl_create_handle create = { .slot = { .sequence = 2 }, .address = PAGE, .length = PAGE };
	struct rsm_ctl_free_handle removal = { .slot = { .sequence = 2 }, .id = id };
	hello(fd, &greeting);
	request(fd, RSM_CTL_CREATE_HANDLE, &create);
	request(fd, RSM_CTL_FREE_HANDLE, &removal);
	return greeting.reason != RSM_CTL_REASON_NOT_OWNER || create.reason != RSM_CTL_REASON_NOT_OWNER ||
	    removal.reason != RSM_CTL_REASON_NOT_OWNER;
}

/* An owner of the open file dies and a process with its pid takes over, `rounds` times: how many rounds worked out, how many
 * heirs got something. */
static void run_heirs(const char *path, unsigned long rounds)
{
	unsigned long same = 0, winners = 0;
	for (unsigned long i = 0; i < rounds; i++) {
		int fd = open(path, O_RDWR), status = 0;
		volatile unsigned long *id = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		pid_t owner = fork();
		if (owner == 0) {
			struct rsm_ctl_hello greeting;
			struct rsm_ctl_create_handle create = { .slot = { .sequence = 1 }, .address = PAGE, .length = PAGE };
			hello(fd, &greeting);
			request(fd, RSM_CTL_CREATE_HANDLE, &create);
			*id = create.id;
			_exit(0);
		}
		waitpid(owner, NULL, 0);
		pid_t heir = clone_with_pid(owner);
		if (heir == 0)
			_exit(heir_gets_something(fd, *id));
		if (heir == owner && waitpid(heir, &status, 0) == heir && *id != 0) {
			same++;
			winners += status != 0;
		}
		munmap((void *)id, PAGE);
		close(fd);
	}
	answer("%lu %lu", same, winners);
}

/* Lists a directory from every unlikely position: how many names came. */
static void run_list_from(const char *path)
{
	static const long positions[] = { 0, 1, 2, 3, 4, 5, 6, 1000, 1L << 32, 1L << 62, 0x7fffffffffffffff };
	static char buffer[65536];
	unsigned long names = 0;
	for (unsigned i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
		int fd = open(path, O_RDONLY | O_DIRECTORY);
		lseek(fd, positions[i], SEEK_SET);
		for (long count; (count = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0;)
			for (long at = 0; at < count; at += ((struct dirent64 *)(buffer + at))->d_reclen)
				names++;
		close(fd);
	}
	answer("%lu", names);
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

/* The process exits; a forked child takes over the dialogue. */
static void run_orphan(void)
{
	pid_t parent = getpid();
	if (fork() != 0)
		_exit(0);
	while (getppid() == parent)
		usleep(1000);
	answer("%d", getpid());
}

static void run_word(const char *word)
{
	unsigned long *a = argument;
	if (strcmp(word, "open") == 0) {
		int fd = open(text, a[1]);
		answer("%d", fd >= 0 ? fd : -errno);
	} else if (strcmp(word, "close") == 0) {
		answer("%d", close(a[0]) == 0 ? 0 : -errno);
	} else if (strcmp(word, "hello") == 0) {
		run_hello();
	} else if (strcmp(word, "create") == 0) {
		run_create();
	} else if (strcmp(word, "free") == 0) {
		run_free();
	} else if (strcmp(word, "ioctl") == 0) {
		answer("%ld", request(a[0], a[1], (void *)a[2]));
	} else if (strcmp(word, "sweep") == 0) {
		run_sweep(a[0]);
	} else if (strcmp(word, "types") == 0) {
		run_types(a[0]);
	} else if (strcmp(word, "compat") == 0) {
		run_compat(a[0]);
	} else if (strcmp(word, "heirs") == 0) {
		run_heirs(text, a[1]);
	} else if (strcmp(word, "list-from") == 0) {
		run_list_from(text);
	} else if (strcmp(word, "read-only-page") == 0) {
		answer("%p", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	} else if (strcmp(word, "orphan") == 0) {
		run_orphan();
	} else if (strcmp(word, "exec") == 0) {
		answer("0");
		execl("/bin/cat", "cat", (char *)NULL);
	} else if (strcmp(word, "pid") == 0) {
		answer("%d", getpid());
	} else {
		answer("unknown command %s", word);
	}
}

static void run(char *line)
{
	char *rest = line, *word, *item;
	while (*rest == ' ')
		rest++;
	word = strsep(&rest, " ");
	if (strcmp(word, "fork") == 0) {
		run_in_child(rest);
		return;
	}
	memset(argument, 0, sizeof(argument));
	text[0] = '\0';
	for (int i = 0; i < 12 && rest != NULL && (item = strsep(&rest, " ")) != NULL; i++) {
		argument[i] = strtoul(item, NULL, 0);
		if (i == 0)
			snprintf(text, sizeof(text), "%s", item);
	}
	run_word(word);
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
