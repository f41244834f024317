/* Threads and signal handlers that store into memory while it moves, and memory of kinds that Swift cannot make. */
#ifndef CSTORES_H
#define CSTORES_H

#include <stddef.h>
#include <stdint.h>

struct stores_result {
	/* Increments made, and those that memory does not show. */
	uint64_t stores, lost;
	/* The same for signal handlers. */
	uint64_t handled, handled_lost;
	/* Times a thread did not find what it had stored last. */
	uint64_t mismatches;
	/* Calls of read(2) into the memory, and those that failed. */
	uint64_t reads, failed_reads;
	/* Forked children, and those that did not find what the parent had stored before. */
	uint64_t children, bad_children;
};

/*
 * Starts threads that store into the pages at address, one that sends them and the calling thread signals whose handler stores
 * there, one that forks children who read and store there, and, with_reads, one that calls read(2) into them. They go on until
 * stores_stop.
 */
int stores_start(uintptr_t address, size_t pages, int with_reads);
void stores_stop(struct stores_result *result);

/* A thread that does nothing until the process ends. */
int stores_start_idle_thread(void);

/* A memfd that may be sealed; -1 with errno. */
int stores_memfd(size_t length);
int stores_seal(int fd, int seals);
#define STORES_SEAL_WRITE 8

/* 16 pages of .data, and of .bss. */
uintptr_t stores_data(void);
uintptr_t stores_zeroed(void);
/* Thread-local storage of the calling thread. */
uintptr_t stores_thread_local(void);
/* A page whose access raises a signal although its mapping admits it (MADV_GUARD_INSTALL); -1 where the kernel has none. */
int stores_guard(uintptr_t address, size_t length);

/* Registers memory with a userfaultfd of the program and takes it back. */
int stores_register(uintptr_t address, size_t length);
int stores_unregister(uintptr_t address, size_t length);

/* Has the kernel pin memory (io_uring_register(2)); -1 where io_uring is not permitted. */
int stores_pin(uintptr_t address, size_t length);

#endif
