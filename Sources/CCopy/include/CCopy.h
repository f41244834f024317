/*
 * Copies that Swift cannot express. None of them looks at what else is mapped: a caller who knows that both sides are the same
 * memory at different addresses says which way to go.
 */
#ifndef CCOPY_H
#define CCOPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* From this many bytes on a copy exceeds the caches anyhow, and stores that bypass them need no read of the destination first. */
#define CCOPY_LARGE ((size_t)16 << 20)

/* memmove of at least CCOPY_LARGE bytes; its stores are ordered before those that follow. */
void ccopy_large(void *to, const void *from, size_t count);

__attribute__((always_inline)) static inline void ccopy_bytes(void *to, const void *from, size_t count)
{
	/* A word or two cost less than the call. Both are read before either is written. */
	if (count - 8 <= 8) {
		uint64_t first, last;
		memcpy(&first, from, 8);
		memcpy(&last, (const char *)from + count - 8, 8);
		memcpy(to, &first, 8);
		memcpy((char *)to + count - 8, &last, 8);
	} else if (count < CCOPY_LARGE)
		memmove(to, from, count);
	else
		ccopy_large(to, from, count);
}

/* Between two mappings of the same memory: backward if what is written lies behind what is read there. */
void ccopy_aliased(void *to, const void *from, size_t count, int backward);

/* One relaxed atomic access per element on either side, which must be aligned to the width of an element. */
void ccopy_elements8(void *to, const void *from, size_t count, int backward);
void ccopy_elements16(void *to, const void *from, size_t count, int backward);
void ccopy_elements32(void *to, const void *from, size_t count, int backward);
void ccopy_elements64(void *to, const void *from, size_t count, int backward);

#endif
