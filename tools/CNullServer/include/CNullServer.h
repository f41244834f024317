/* The least that a request through FUSE costs: a libfuse server with one file, whose one ioctl does nothing. */
#ifndef CNULLSERVER_H
#define CNULLSERVER_H

/* The name of the file. */
extern const char *const cnullserver_file;

/*
 * Mounts on directory, writes a line to ready_fd, and serves on the calling thread until the file is closed, the mount is gone
 * or SIGHUP, SIGINT or SIGTERM arrives; then unmounts and removes the directory. Returns 0, or -1 after libfuse has said why
 * on standard error.
 */
int cnullserver_run(const char *directory, int ready_fd);

/* The ioctl, 64 bytes each way, on the open file. Returns 0, or -1 with errno. */
int cnullserver_call(int fd);

#endif
