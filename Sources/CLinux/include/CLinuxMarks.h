/*
 * Marks by which threads show what they are using, with plain stores: whoever wants it for itself makes every thread pass a fence
 * (membarrier(2)) and then looks at all the marks. Thread-local storage is out of Swift's reach.
 */
#ifndef CLINUX_MARKS_H
#define CLINUX_MARKS_H

#include <stdint.h>

/* A cache line of one thread (padded: a structure that asks for that alignment is invisible to Swift). 0 or what the thread uses. */
struct clinux_mark {
	uintptr_t used, is_taken;
	uintptr_t padding[6];
};

/* Never NULL: a thread that has no mark yet shares one that is never 0. */
extern __thread struct clinux_mark *clinux_own_mark __attribute__((tls_model("initial-exec")));

/*
 * Makes marks possible for this process, also for a forked child; to be called before the first of them. Without membarrier(2)
 * there are none.
 */
void clinux_prepare_marks(void);

/* Gives the calling thread a mark until it ends, unless it has one or none is to be had. */
void clinux_take_mark(void);

/* A full fence in every thread of this process. What they did before it is seen after this returns. */
void clinux_fence_all_threads(void);

/* Whether a mark of any thread is `used`. */
int clinux_is_marked(uintptr_t used);

/*
 * Marks `used`, and returns the mark; NULL if the thread uses something already, as a signal handler may find it, or has no mark.
 * What follows is not moved before it by the compiler, but by the processor.
 */
static inline struct clinux_mark *clinux_set_mark(uintptr_t used)
{
	struct clinux_mark *mark = clinux_own_mark;
	if (__builtin_expect(mark->used != 0, 0))
		return 0;
	__atomic_store_n(&mark->used, used, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return mark;
}

/* What follows is not moved before it by the compiler. */
static inline void clinux_clear_mark(struct clinux_mark *mark)
{
	__atomic_store_n(&mark->used, 0, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* As clinux_clear_mark, with a full fence before what follows. */
static inline void clinux_clear_mark_with_fence(struct clinux_mark *mark)
{
#if defined(__x86_64__)
	/* The locked instruction is the fence. */
	__atomic_exchange_n(&mark->used, 0, __ATOMIC_SEQ_CST);
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	clinux_clear_mark(mark);
#endif
}

#endif
