/*
 * Threads that put while what they put through is taken away, and while the process forks. Usage: marks [never | late]: membarrier(2)
 * is forbidden from the start, or once the library uses it. Prints "done" and the number of puts that failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <rsmapi.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define PUTTERS 3
#define CHILDREN 10
#define REMOVALS 100
/* That of this machine. */
#define NODE 0

static rsm_memseg_id_t id;
static rsm_memseg_import_handle_t segment;
static atomic_ulong puts_done, puts_failed;
static atomic_int is_over;

static void expect(int error, const char *what)
{
	if (error == RSM_SUCCESS)
		return;
	printf("%s: RSM error %d\n", what, error);
	exit(1);
}

static void forbid_membarrier(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		perror("prctl");
		exit(1);
	}
}

static rsm_memseg_import_handle_t connect_to(rsmapi_controller_handle_t controller, rsmapi_barrier_t *barrier)
{
	rsm_memseg_import_handle_t new;
	expect(rsm_memseg_import_connect(controller, NODE, id, RSM_PERM_RDWR, &new), "rsm_memseg_import_connect");
	expect(rsm_memseg_import_init_barrier(new, RSM_BARRIER_SEGMENT, barrier), "rsm_memseg_import_init_barrier");
	return new;
}

static void *put(void *unused)
{
	static const char bytes[PAGE];
	while (!is_over) {
		puts_failed += rsm_memseg_import_put(segment, 0, (void *)bytes, 8) != RSM_SUCCESS;
		puts_failed += rsm_memseg_import_put(segment, 8, (void *)bytes, PAGE) != RSM_SUCCESS;
		puts_done++;
	}
	return unused;
}

/* Everything a child does is its own, whatever the threads of the parent were in the middle of. */
static void be_child(void)
{
	rsmapi_controller_handle_t controller;
	rsmapi_barrier_t barrier;
	uint64_t word = 1;
	expect(rsm_get_controller("loopback", &controller), "rsm_get_controller in a child");
	rsm_memseg_import_handle_t own = connect_to(controller, &barrier);
	for (int i = 0; i < 3; i++) {
		expect(rsm_memseg_import_put(own, PAGE + 64, &word, 8), "rsm_memseg_import_put in a child");
		expect(rsm_memseg_import_unmap(own), "rsm_memseg_import_unmap in a child");
	}
	expect(rsm_memseg_import_disconnect(own), "rsm_memseg_import_disconnect in a child");
	_exit(0);
}

static void wait_for_puts(unsigned long more)
{
	for (unsigned long before = puts_done; puts_done - before < more;)
		sched_yield();
}

int main(int count, char **arguments)
{
	pthread_t threads[PUTTERS];
	rsmapi_controller_handle_t controller;
	rsm_memseg_export_handle_t export;
	rsmapi_barrier_t barrier;
	rsmapi_access_entry_t everybody = { NODE, RSM_PERM_RDWR };
	const char *mode = count > 1 ? arguments[1] : "";
	void *memory = aligned_alloc(PAGE, 2 * PAGE);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(mode, "never") == 0)
		forbid_membarrier();
	expect(rsm_get_controller("loopback", &controller), "rsm_get_controller");
	expect(rsm_memseg_export_create(controller, &export, memory, 2 * PAGE, 0), "rsm_memseg_export_create");
	expect(rsm_memseg_export_publish(export, &id, &everybody, 1), "rsm_memseg_export_publish");
	segment = connect_to(controller, &barrier);
	if (strcmp(mode, "late") == 0)
		forbid_membarrier();
	for (int i = 0; i < PUTTERS; i++)
		pthread_create(&threads[i], NULL, put, NULL);
	for (int i = 0; i < REMOVALS; i++) {
		wait_for_puts(1);
		int error = rsm_memseg_import_unmap(segment);
		expect(error == RSMERR_SEG_NOT_MAPPED ? RSM_SUCCESS : error, "rsm_memseg_import_unmap");
	}
	for (int i = 0; i < CHILDREN; i++) {
		int status;
		wait_for_puts(1);
		pid_t child = fork();
		if (child == 0)
			be_child();
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			printf("a child ended with status 0x%x\n", status);
			return 1;
		}
	}
	wait_for_puts(1);
	is_over = 1;
	for (int i = 0; i < PUTTERS; i++)
		pthread_join(threads[i], NULL);
	expect(rsm_memseg_import_disconnect(segment), "rsm_memseg_import_disconnect");
	expect(rsm_memseg_export_destroy(export), "rsm_memseg_export_destroy");
	printf("done %lu\n", puts_failed);
	return 0;
}
