/* What Swift cannot reach of libfuse: bit-fields. And the answers that are the same for every node. */
#ifndef CFUSESHIMS_H
#define CFUSESHIMS_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <sys/uio.h>

/* direct_io is a bit-field: every read reaches the agent, whatever st_size says. */
void cfuse_set_direct_io(struct fuse_file_info *file);

/* The tree is read-only: answers everything that would change it, whatever the node, with EROFS. */
void cfuse_refuse_changes(struct fuse_lowlevel_ops *operations);

/*
 * Passthrough (Linux 6.9) is newer than the headers and libfuse. The kernel then reads, writes and maps the file behind a backing
 * id in place of ours.
 */

/* Asks for it in the reply to INIT, which libfuse passes as a header and what follows. */
void cfuse_ask_for_passthrough(struct iovec *parts, int count);

/* The backing id for fd, or -1. device is /dev/fuse. */
int cfuse_open_backing(int device, int fd);
void cfuse_close_backing(int device, int backing_id);

/* As fuse_reply_open. */
int cfuse_reply_passthrough(fuse_req_t request, uint64_t file, int backing_id);

/* Has libfuse answer through write, and serve fd; the last argument of write is the session's data. */
int cfuse_serve(struct fuse_session *session, int fd, ssize_t (*write)(int, struct iovec *, int, void *));

#endif
