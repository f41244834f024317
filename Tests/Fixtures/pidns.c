/*
 * Runs a program as process 1 of a new PID namespace and everything else as it is. Usage: pidns PROGRAM [ARGUMENT ...]. Passes
 * SIGTERM on and exits as the program does.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t child;

static void pass_on(int signal)
{
	if (child > 0)
		kill(child, signal);
}

int main(int count, char **arguments)
{
	int status;
	if (count < 2 || unshare(CLONE_NEWPID) != 0)
		return 126;
	signal(SIGTERM, pass_on);
	child = fork();
	if (child == 0) {
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		execv(arguments[1], arguments + 1);
		_exit(127);
	}
	while (waitpid(child, &status, 0) != child)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
