/*
 * A client without librsm for segments: one command per line on standard input, one answer per line on standard output. A request
 * is answered "RESULT REASON ...": the result of the ioctl, or -errno, and what the reply holds. The working directory is the mount.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <rsm_ctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS 8

static unsigned long a[WORDS];
static char text[256];
static unsigned long sequence;

#define ANSWER(...) (printf(__VA_ARGS__), putchar('\n'), fflush(stdout))

static long request(int fd, unsigned long command, void *data)
{
	int result = ioctl(fd, command, data);
	return result < 0 ? -errno : result;
}

static struct rsm_ctl_slot slot(void)
{
	return (struct rsm_ctl_slot){ .sequence = ++sequence };
}

static void run_hello(void)
{
	struct rsm_ctl_hello data = { .abi_version = RSM_CTL_ABI_VERSION };
	long result = request(a[0], RSM_CTL_HELLO, &data);
	ANSWER("%ld %u %u", result, data.reason, data.pid);
}

/* FD ADDRESS LENGTH UMASK CONTROLLER */
static void run_export(void)
{
	struct rsm_ctl_create_export data = { .slot = slot(), .address = a[1], .length = a[2], .umask = a[3],
	    .controller = a[4] };
	long result = request(a[0], RSM_CTL_CREATE_EXPORT, &data);
	ANSWER("%ld %u %lu %u", result, data.reason, data.id, data.generation_slot);
}

static void run_destroy(void)
{
	struct rsm_ctl_destroy_export data = { .slot = slot(), .id = a[1] };
	long result = request(a[0], RSM_CTL_DESTROY_EXPORT, &data);
	ANSWER("%ld %u %u", result, data.reason, data.moved);
}

/* FD EXPORT SEGID MODE */
static void run_publish(void)
{
	struct rsm_ctl_publish data = { .slot = slot(), .id = a[1], .segment_id = a[2], .mode = a[3], .reserved = a[4] };
	long result = request(a[0], RSM_CTL_PUBLISH, &data);
	ANSWER("%ld %u %u", result, data.reason, data.segment_id);
}

static void run_unpublish(void)
{
	struct rsm_ctl_unpublish data = { .slot = slot(), .id = a[1] };
	long result = request(a[0], RSM_CTL_UNPUBLISH, &data);
	ANSWER("%ld %u %u", result, data.reason, data.moved);
}

static void run_reserve(void)
{
	struct rsm_ctl_reserve_export data = { .slot = slot(), .id = a[1] };
	long result = request(a[0], RSM_CTL_RESERVE_EXPORT, &data);
	ANSWER("%ld %u %u", result, data.reason, data.moves);
}

static void run_republish(void)
{
	struct rsm_ctl_republish data = { .slot = slot(), .id = a[1], .mode = a[2] };
	long result = request(a[0], RSM_CTL_REPUBLISH, &data);
	ANSWER("%ld %u 0", result, data.reason);
}

/* FD SEGID */
static void run_connect(void)
{
	struct rsm_ctl_connect data = { .segment_id = a[1], .reserved = a[2] };
	long result = request(a[0], RSM_CTL_CONNECT, &data);
	ANSWER("%ld %u %lu %lu %lu %u %u %u", result, data.reason, data.id, data.length, data.generation,
	    data.generation_slot, data.rights, data.passthrough);
}

static void run_disconnect(void)
{
	struct rsm_ctl_disconnect data = { .id = a[1], .reserved = a[2] };
	long result = request(a[0], RSM_CTL_DISCONNECT, &data);
	ANSWER("%ld %u 0", result, data.reason);
}

static int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "grant" };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	int error = errno;
	close(fd);
	return -error;
}

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* Asks on a connection, with a descriptor of ours along if it is not negative. */
static void ask(int fd, unsigned long what, unsigned long id, int extra)
{
	struct rsm_grant_request question = { .what = what, .id = id };
	struct iovec part = { &question, sizeof(question) };
	union control control = { .bytes = { 0 } };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (extra >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		*header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(header), &extra, sizeof(int));
	}
	sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* The code, or a negative number if there was no answer, and the descriptor that came along, or -1. */
static long hear(int fd, int *granted)
{
	struct rsm_grant_result result = { 0 };
	struct iovec part = { &result, sizeof(result) };
	union control control;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes) };
	ssize_t count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	*granted = -1;
	if (count != sizeof(result))
		return count == 0 ? -1 : -2;
	if (message.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(granted, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return (long)result.code;
}

/* WHAT ID EXTRA: EXTRA - 1 is a descriptor to send along */
static void run_grant(void)
{
	int granted = -1, fd = dial();
	if (fd >= 0)
		ask(fd, a[0], a[1], (int)a[2] - 1);
	long code = fd >= 0 ? hear(fd, &granted) : fd;
	close(fd);
	ANSWER("%ld %d", code, granted);
}

/* Connects N times and says nothing on any: how many of them are closed by the other side. */
static void run_silent(unsigned long count)
{
	int *fds = calloc(count, sizeof(int)), unused;
	unsigned long closed = 0;
	for (unsigned long i = 0; i < count; i++)
		fds[i] = dial();
	for (unsigned long i = 0; i < count; i++) {
		closed += fds[i] >= 0 && hear(fds[i], &unused) < 0;
		close(fds[i]);
	}
	free(fds);
	ANSWER("%lu", closed);
}

/* Sends messages of every size but the right one: how many of them are answered. */
static void run_odd_sizes(void)
{
	static char bytes[4096];
	unsigned long answered = 0;
	for (unsigned size = 0; size <= 64; size += 4) {
		int unused, fd = dial();
		if (size == sizeof(struct rsm_grant_request))
			size = sizeof(bytes);
		send(fd, bytes, size, MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
		answered += hear(fd, &unused) >= 0;
		close(fd);
		if (size == sizeof(bytes))
			size = sizeof(struct rsm_grant_request);
	}
	ANSWER("%lu", answered);
}

static void run(char *line);

static void run_in_child(char *command)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		run(command);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void run_memory_word(const char *word)
{
	if (strcmp(word, "map") == 0) { /* FD LENGTH PROT */
		void *address = mmap(NULL, a[1], a[2], MAP_SHARED, a[0], 0);
		ANSWER("%ld", address == MAP_FAILED ? (long)-errno : (long)address);
	} else if (strcmp(word, "fill") == 0) { /* FD LENGTH */
		ANSWER("%d", fallocate(a[0], 0, 0, a[1]) == 0 ? 0 : -errno);
	} else if (strcmp(word, "peek") == 0) {
		ANSWER("%lu", *(volatile unsigned long *)a[0]);
	} else if (strcmp(word, "poke") == 0) {
		*(volatile unsigned long *)a[0] = a[1];
		ANSWER("0");
	} else if (strcmp(word, "read") == 0) { /* FD OFFSET */
		unsigned long value = 0;
		long count = pread(a[0], &value, sizeof(value), a[1]);
		ANSWER("%d %lu", count < 0 ? -errno : 0, value);
	} else if (strcmp(word, "write") == 0) { /* FD OFFSET VALUE */
		ANSWER("%ld", pwrite(a[0], &a[2], sizeof(a[2]), a[1]) < 0 ? -errno : 0L);
	} else if (strcmp(word, "truncate") == 0) {
		ANSWER("%d", ftruncate(a[0], a[1]) == 0 ? 0 : -errno);
	} else if (strcmp(word, "punch") == 0) {
		ANSWER("%d", fallocate(a[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0 ? 0 : -errno);
	} else if (strcmp(word, "reopen") == 0) { /* FD FLAGS */
		snprintf(text, sizeof(text), "/proc/self/fd/%lu", a[0]);
		int fd = open(text, a[1] | O_CLOEXEC);
		ANSWER("%d", fd >= 0 ? fd : -errno);
	} else {
		ANSWER("unknown command %s", word);
	}
}

static void run_word(const char *word)
{
	static const struct {
		const char *word;
		void (*run)(void);
	} commands[] = { { "hello", run_hello }, { "export", run_export }, { "destroy", run_destroy },
		{ "publish", run_publish }, { "unpublish", run_unpublish }, { "reserve", run_reserve }, { "republish", run_republish },
		{ "connect", run_connect }, { "disconnect", run_disconnect }, { "grant", run_grant },
		{ "odd-sizes", run_odd_sizes } };
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(word, commands[i].word) == 0)
			return commands[i].run();
	if (strcmp(word, "open") == 0) {
		int fd = open(text, a[1] | O_CLOEXEC);
		ANSWER("%d", fd >= 0 ? fd : -errno);
	} else if (strcmp(word, "close") == 0) {
		ANSWER("%d", close(a[0]) == 0 ? 0 : -errno);
	} else if (strcmp(word, "pid") == 0) {
		ANSWER("%d", getpid());
	} else if (strcmp(word, "again") == 0) { /* the next request repeats the last sequence number */
		sequence--;
		ANSWER("0");
	} else if (strcmp(word, "silent") == 0) {
		run_silent(a[0]);
	} else {
		run_memory_word(word);
	}
}

static void run(char *line)
{
	char *rest = line, *item, *word = strsep(&rest, " ");
	if (strcmp(word, "fork") == 0)
		return run_in_child(rest);
	memset(a, 0, sizeof(a));
	text[0] = '\0';
	for (int i = 0; i < WORDS && rest != NULL && (item = strsep(&rest, " ")) != NULL; i++) {
		a[i] = strtoul(item, NULL, 0);
		if (i == 0)
			snprintf(text, sizeof(text), "%s", item);
	}
	run_word(word);
}

int main(void)
{
	char line[512];
	if (chdir(getenv("RSM_MOUNT")) != 0)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		run(line);
	}
	return 0;
}
