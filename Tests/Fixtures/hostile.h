/* What the two halves of hostile share. */
#ifndef HOSTILE_H
#define HOSTILE_H

/* Prints one line. */
void answer(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The result of an ioctl, or -errno. */
long request(int fd, unsigned long command, void *data);

void run_sweep(int fd);
void run_types(int fd);

#endif
