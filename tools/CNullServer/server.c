#define FUSE_USE_VERSION 314
#include "CNullServer.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILE_NODE 2

struct message {
	char bytes[64];
};

static const unsigned int command = _IOWR(0xd6, 1, struct message);

const char *const cnullserver_file = "null";

static struct stat attributes(fuse_ino_t node)
{
	int is_root = node == FUSE_ROOT_ID;
	return (struct stat){ .st_ino = node, .st_nlink = 1, .st_uid = geteuid(), .st_gid = getegid(),
	    .st_mode = is_root ? S_IFDIR | 0500 : S_IFREG | 0600 };
}

static void look_up(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry = { .ino = FILE_NODE, .attr = attributes(FILE_NODE) };
	if (parent != FUSE_ROOT_ID || strcmp(name, cnullserver_file) != 0)
		fuse_reply_err(request, ENOENT);
	else
		fuse_reply_entry(request, &entry);
}

static void get_attributes(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *file)
{
	(void)file;
	struct stat found = attributes(node);
	fuse_reply_attr(request, &found, 0);
}

static void open_file(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *file)
{
	(void)node;
	fuse_reply_open(request, file);
}

/* The one client is gone: a mount nobody uses must not stay. */
static void release_file(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *file)
{
	(void)node, (void)file;
	fuse_session_exit(*(struct fuse_session **)fuse_req_userdata(request));
	fuse_reply_err(request, 0);
}

static void control(fuse_req_t request, fuse_ino_t node, unsigned int asked, void *argument, struct fuse_file_info *file,
    unsigned int flags, const void *in, size_t in_size, size_t out_size)
{
	(void)node, (void)argument, (void)file, (void)flags;
	if (asked != command || in_size != sizeof(struct message) || out_size != in_size)
		fuse_reply_err(request, ENOTTY);
	else
		fuse_reply_ioctl(request, 0, in, out_size);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = look_up,
	.getattr = get_attributes,
	.open = open_file,
	.release = release_file,
	.ioctl = control,
};

int cnullserver_run(const char *directory, int ready_fd)
{
	char *name = "rsmbench";
	struct fuse_args arguments = FUSE_ARGS_INIT(1, &name);
	struct fuse_session *session = NULL;
	int result = -1;
	session = fuse_session_new(&arguments, &operations, sizeof(operations), &session);
	if (session == NULL)
		goto no_session;
	/* Before the mount, or a signal in between would leave it behind. */
	if (fuse_set_signal_handlers(session) != 0)
		goto no_handlers;
	if (fuse_session_mount(session, directory) != 0)
		goto no_mount;
	if (write(ready_fd, "ready\n", 6) == 6) {
		fuse_session_loop(session);
		result = 0;
	}
	fuse_session_unmount(session);
no_mount:
	fuse_remove_signal_handlers(session);
no_handlers:
	fuse_session_destroy(session);
no_session:
	rmdir(directory);
	return result;
}

int cnullserver_call(int fd)
{
	struct message message = { { 0 } };
	return ioctl(fd, command, &message);
}
