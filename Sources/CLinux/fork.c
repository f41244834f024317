#include "CLinux.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define PLACES 32

/* A descriptor plus one; 0 is a free place. */
static _Atomic int closed_in_child[PLACES];

static void close_in_child(void)
{
	for (int i = 0; i < PLACES; i++) {
		int place = atomic_exchange(&closed_in_child[i], 0);
		if (place != 0)
			close(place - 1);
	}
}

static void register_handler(void)
{
	pthread_atfork(NULL, NULL, close_in_child);
}

int clinux_close_in_forked_child(int fd)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, register_handler);
	for (int i = 0; i < PLACES; i++) {
		int free_place = 0;
		if (atomic_compare_exchange_strong(&closed_in_child[i], &free_place, fd + 1))
			return 0;
	}
	return -1;
}

void clinux_keep_in_forked_child(int fd)
{
	for (int i = 0; i < PLACES; i++) {
		int place = fd + 1;
		if (atomic_compare_exchange_strong(&closed_in_child[i], &place, 0))
			return;
	}
}
