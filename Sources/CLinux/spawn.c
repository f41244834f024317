#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_DESCRIPTORS 16

/* Makes fds[i] descriptor i and `report`, closed by exec, the one after them; closes all others. Returns the new report. */
static int arrange_descriptors(const int *fds, int count, int report)
{
	int copies[MOST_DESCRIPTORS + 1];
	for (int i = 0; i <= count; i++)
		if ((copies[i] = fcntl(i < count ? fds[i] : report, F_DUPFD, 2 * MOST_DESCRIPTORS)) < 0)
			return -1;
	for (int i = 0; i <= count; i++)
		if (dup2(copies[i], i) < 0)
			return -1;
	syscall(SYS_close_range, (unsigned)count + 1, ~0U, 0);
	return fcntl(count, F_SETFD, FD_CLOEXEC) == 0 ? count : -1;
}

/* In the child: returns only if it fails, with errno set. */
static void become(char *const argv[], char *const envp[], enum clinux_bond bond)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (bond == CLINUX_COMPANION && (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0))
		return;
	if (bond == CLINUX_DETACHED && (setsid() < 0 || chdir("/") != 0))
		return;
	execve(argv[0], argv, envp);
}

pid_t clinux_spawn(char *const argv[], char *const envp[], const int *fds, int count, enum clinux_bond bond)
{
	int failure[2];
	if (count > MOST_DESCRIPTORS)
		return -EINVAL;
	if (pipe2(failure, O_CLOEXEC) != 0)
		return -errno;
	pid_t child = fork();
	if (child == 0) {
		int report = arrange_descriptors(fds, count, failure[1]);
		if (report >= 0)
			become(argv, envp, bond);
		int error = errno;
		if (write(report >= 0 ? report : failure[1], &error, sizeof(error)) < 0)
			_exit(126);
		_exit(127);
	}
	int error = child < 0 ? errno : 0;
	close(failure[1]);
	if (child > 0 && read(failure[0], &error, sizeof(error)) == (ssize_t)sizeof(error))
		waitpid(child, NULL, 0);
	close(failure[0]);
	return error == 0 ? child : -error;
}
