/*
 * Many clients of one user that never rest. Usage: flood MOUNT UID CLIENTS ID. Root starts it; it becomes UID. Each client says
 * HELLO and enters a handle; then every other one reads the file of handle ID without a pause, and the rest open ctl as often
 * as they are let, up to FILES times, and close it again. Prints how many clients have a handle, and goes on until it is killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <rsm_ctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FILES 200
#define PAGE 4096UL

static char control[512], file[512];

static void read_for_ever(void)
{
	char text[4096];
	for (;;) {
		int fd = open(file, O_RDONLY);
		while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
			continue;
		if (fd >= 0)
			close(fd);
	}
}

static void open_for_ever(void)
{
	static int fds[FILES];
	for (;;) {
		int count = 0;
		while (count < FILES && (fds[count] = open(control, O_RDWR)) >= 0)
			count++;
		while (count > 0)
			close(fds[--count]);
	}
}

/* Reports, and waits until all have: who has begun leaves no files to those who have not. */
static void be_client(int number, int report, const int start[2], pid_t parent)
{
	struct rsm_ctl_hello hello = { .abi_version = RSM_CTL_ABI_VERSION };
	struct rsm_ctl_create_handle create = { .slot = { .sequence = 1 }, .address = PAGE, .length = PAGE };
	int ctl = open(control, O_RDWR);
	int granted = ctl >= 0 && ioctl(ctl, RSM_CTL_HELLO, &hello) == 0 && ioctl(ctl, RSM_CTL_CREATE_HANDLE, &create) == 0;
	char byte = granted ? 'y' : 'n';
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	close(start[1]);
	if (getppid() != parent || write(report, &byte, 1) != 1 || !granted)
		_exit(1);
	if (read(start[0], &byte, 1) != 0)
		_exit(1);
	if (number % 2 == 0)
		read_for_ever();
	else
		open_for_ever();
}

int main(int count, char **arguments)
{
	int report[2], start[2], clients = count == 5 ? atoi(arguments[3]) : 0, granted = 0;
	uid_t uid = count == 5 ? atoi(arguments[2]) : 0;
	pid_t self = getpid();
	if (clients < 1 || pipe(report) != 0 || pipe(start) != 0 ||
	    setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
		return 64;
	snprintf(control, sizeof(control), "%s/ctl", arguments[1]);
	snprintf(file, sizeof(file), "%s/handles/%s", arguments[1], arguments[4]);
	for (int i = 0; i < clients; i++)
		if (fork() == 0)
			be_client(i, report[1], start, self);
	for (int i = 0; i < clients; i++) {
		char byte;
		if (read(report[0], &byte, 1) != 1)
			return 1;
		granted += byte == 'y';
	}
	close(start[1]);
	printf("%d\n", granted);
	fflush(stdout);
	for (;;)
		pause();
}
