/*
 * A client whose memory nobody gets an answer about: it holds a file of a FUSE filesystem that never answers FLUSH and execs.
 * Usage: stuck MOUNT DIRECTORY UID. Mounts the hostile filesystem on DIRECTORY in a mount and PID namespace of its own and serves
 * it there as process 1; a child of it with user id UID enters a handle at MOUNT, prints its id, and execs when a line arrives.
 *
 * As long as that lasts ps and pgrep hang for everybody, so all of it ends after LIFETIME seconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <rsm_ctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFETIME 9
#define PAGE 4096UL

static void fail(const char *what)
{
	fprintf(stderr, "stuck: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void end(int signal)
{
	(void)signal;
	_exit(0);
}

static void reply(int device, const struct fuse_in_header *in, int error, const void *data, size_t size)
{
	char buffer[512];
	struct fuse_out_header out = { .len = sizeof(out) + size, .error = error, .unique = in->unique };
	memcpy(buffer, &out, sizeof(out));
	if (size > 0)
		memcpy(buffer + sizeof(out), data, size);
	if (write(device, buffer, out.len) < 0 && errno != ENOENT)
		fail("write to /dev/fuse");
}

/* A directory with one file, whatever its name. */
static void serve(int device)
{
	static char buffer[1 << 18];
	for (;;) {
		ssize_t size = read(device, buffer, sizeof(buffer));
		if (size < (ssize_t)sizeof(struct fuse_in_header)) {
			if (size < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
				continue;
			fail("read from /dev/fuse");
		}
		struct fuse_in_header *in = (void *)buffer;
		struct fuse_attr attributes = { .ino = in->nodeid, .mode = S_IFDIR | 0755, .nlink = 1 };
		struct fuse_attr_out attribute_out = { 0 };
		struct fuse_entry_out entry = { .nodeid = 2 };
		struct fuse_open_out opened = { .fh = 1 };
		struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 };
		if (in->nodeid == 2)
			attributes.mode = S_IFREG | 0644;
		switch (in->opcode) {
		case FUSE_INIT:
			reply(device, in, 0, &init, sizeof(init));
			break;
		case FUSE_LOOKUP:
			entry.attr = (struct fuse_attr){ .ino = 2, .mode = S_IFREG | 0644, .nlink = 1 };
			reply(device, in, 0, &entry, sizeof(entry));
			break;
		case FUSE_GETATTR:
			attribute_out.attr = attributes;
			reply(device, in, 0, &attribute_out, sizeof(attribute_out));
			break;
		case FUSE_OPEN:
			reply(device, in, 0, &opened, sizeof(opened));
			break;
		case FUSE_FLUSH:
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			reply(device, in, -ENOSYS, NULL, 0);
		}
	}
}

static void be_stuck(const char *mount, const char *directory, uid_t uid)
{
	char path[512], line[16];
	struct rsm_ctl_hello hello = { .abi_version = RSM_CTL_ABI_VERSION };
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rsm_ctl_create_handle create = { .slot = { .sequence = 1 }, .address = (uintptr_t)page, .length = PAGE };
	if (mlock(page, PAGE) != 0 || setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
		fail("mlock or setresuid");
	/* exec closes in the order of the numbers: the hostile file comes before ctl. */
	snprintf(path, sizeof(path), "%s/file", directory);
	if (open(path, O_RDONLY | O_CLOEXEC) < 0)
		fail(path);
	snprintf(path, sizeof(path), "%s/ctl", mount);
	int ctl = open(path, O_RDWR | O_CLOEXEC);
	if (ctl < 0 || ioctl(ctl, RSM_CTL_HELLO, &hello) != 0 || ioctl(ctl, RSM_CTL_CREATE_HANDLE, &create) != 0)
		fail(path);
	printf("%lu\n", (unsigned long)create.id);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) != NULL)
		execl("/bin/true", "true", (char *)NULL);
	_exit(1);
}

int main(int count, char **arguments)
{
	if (count != 4)
		return 64;
	if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("unshare");
	pid_t server = fork();
	if (server > 0) {
		waitpid(server, NULL, 0);
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signal(SIGALRM, end);
	alarm(LIFETIME);
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
	if (device < 0 || mount("stuck", arguments[2], "fuse.stuck", MS_NOSUID | MS_NODEV, options) != 0)
		fail("mount");
	if (fork() == 0) {
		close(device);
		be_stuck(arguments[1], arguments[2], atoi(arguments[3]));
	}
	close(0);
	serve(device);
}
