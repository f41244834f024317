#include "CFuseShims.h"

#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#define PASSTHROUGH_FLAG2 (1U << 5)
#define OPEN_PASSTHROUGH (1U << 7)

struct backing_map {
	int32_t fd;
	uint32_t flags;
	uint64_t padding;
};

struct open_reply {
	uint64_t file;
	uint32_t flags;
	int32_t backing_id;
};

#define BACKING_OPEN _IOW(229, 1, struct backing_map)
#define BACKING_CLOSE _IOW(229, 2, uint32_t)

_Static_assert(BACKING_OPEN == 0x4010e501 && BACKING_CLOSE == 0x4004e502, "FUSE_DEV_IOC_BACKING");
_Static_assert(sizeof(struct open_reply) == sizeof(struct fuse_open_out), "fuse_open_out");
_Static_assert(sizeof(struct fuse_init_out) == 64, "fuse_init_out");

void cfuse_ask_for_passthrough(struct iovec *parts, int count)
{
	if (count != 2 || parts[0].iov_len < sizeof(struct fuse_out_header) ||
	    parts[1].iov_len < sizeof(struct fuse_init_out) || ((struct fuse_out_header *)parts[0].iov_base)->error != 0)
		return;
	struct fuse_init_out *reply = parts[1].iov_base;
	/* The memory behind may not be on a stacked filesystem itself. Its place is the first of what was unused. */
	uint32_t max_stack_depth = 1;
	reply->flags |= FUSE_INIT_EXT;
	reply->flags2 |= PASSTHROUGH_FLAG2;
	memcpy((char *)reply + offsetof(struct fuse_init_out, flags2) + sizeof(uint32_t), &max_stack_depth,
	    sizeof(max_stack_depth));
}

int cfuse_open_backing(int device, int fd)
{
	struct backing_map map = { .fd = fd };
	return ioctl(device, BACKING_OPEN, &map);
}

void cfuse_close_backing(int device, int backing_id)
{
	uint32_t id = (uint32_t)backing_id;
	ioctl(device, BACKING_CLOSE, &id);
}

int cfuse_reply_passthrough(fuse_req_t request, uint64_t file, int backing_id)
{
	struct open_reply reply = { .file = file, .flags = OPEN_PASSTHROUGH, .backing_id = backing_id };
	return fuse_reply_buf(request, (const char *)&reply, sizeof(reply));
}

static ssize_t read_device(int fd, void *bytes, size_t count, void *data)
{
	(void)data;
	return read(fd, bytes, count);
}

int cfuse_serve(struct fuse_session *session, int fd, ssize_t (*write)(int, struct iovec *, int, void *))
{
	struct fuse_custom_io io = { .writev = write, .read = read_device };
	return fuse_session_custom_io(session, &io, fd);
}
