#include "CCopy.h"

#define ELEMENTS(bits) \
	void ccopy_elements##bits(void *to, const void *from, size_t count, int backward) \
	{ \
		uint##bits##_t *target = to; \
		const uint##bits##_t *source = from; \
		if (backward) \
			while (count-- > 0) \
				__atomic_store_n(&target[count], __atomic_load_n(&source[count], __ATOMIC_RELAXED), __ATOMIC_RELAXED); \
		else \
			for (size_t i = 0; i < count; i++) \
				__atomic_store_n(&target[i], __atomic_load_n(&source[i], __ATOMIC_RELAXED), __ATOMIC_RELAXED); \
	}

ELEMENTS(8)
ELEMENTS(16)
ELEMENTS(32)
ELEMENTS(64)
