#include "CCopy.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LINE 64

/* Both want a target on a line and a whole number of lines. */
__attribute__((target("avx2"))) static void stream_avx2(char *to, const char *from, size_t count)
{
	for (size_t i = 0; i < count; i += 2 * LINE) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(from + i));
		__m256i b = _mm256_loadu_si256((const __m256i *)(from + i + 32));
		__m256i c = _mm256_loadu_si256((const __m256i *)(from + i + 64));
		__m256i d = _mm256_loadu_si256((const __m256i *)(from + i + 96));
		_mm256_stream_si256((__m256i *)(to + i), a);
		_mm256_stream_si256((__m256i *)(to + i + 32), b);
		_mm256_stream_si256((__m256i *)(to + i + 64), c);
		_mm256_stream_si256((__m256i *)(to + i + 96), d);
	}
}

static void stream_sse2(char *to, const char *from, size_t count)
{
	for (size_t i = 0; i < count; i += LINE) {
		__m128i a = _mm_loadu_si128((const __m128i *)(from + i));
		__m128i b = _mm_loadu_si128((const __m128i *)(from + i + 16));
		__m128i c = _mm_loadu_si128((const __m128i *)(from + i + 32));
		__m128i d = _mm_loadu_si128((const __m128i *)(from + i + 48));
		_mm_stream_si128((__m128i *)(to + i), a);
		_mm_stream_si128((__m128i *)(to + i + 16), b);
		_mm_stream_si128((__m128i *)(to + i + 32), c);
		_mm_stream_si128((__m128i *)(to + i + 48), d);
	}
}

void ccopy_large(void *to, const void *from, size_t count)
{
	uintptr_t target = (uintptr_t)to, source = (uintptr_t)from;
	uintptr_t distance = target > source ? target - source : source - target;
	if (distance < count) {
		memmove(to, from, count);
		return;
	}
	size_t head = -target & (LINE - 1);
	size_t body = (count - head) & ~(size_t)(2 * LINE - 1);
	memcpy(to, from, head);
	if (__builtin_cpu_supports("avx2"))
		stream_avx2((char *)to + head, (const char *)from + head, body);
	else
		stream_sse2((char *)to + head, (const char *)from + head, body);
	/* Streaming stores are not ordered with others. */
	_mm_sfence();
	memcpy((char *)to + head + body, (const char *)from + head + body, count - head - body);
}

#else

void ccopy_large(void *to, const void *from, size_t count)
{
	memmove(to, from, count);
}

#endif

/*
 * Each piece is read completely before any of it is written, and the order of pieces sees to it
 * that what it overwrites has been read.
 */
void ccopy_aliased(void *to, const void *from, size_t count, int backward)
{
	char piece[4096];
	for (size_t done = 0; done < count;) {
		size_t length = count - done < sizeof(piece) ? count - done : sizeof(piece);
		size_t start = backward ? count - done - length : done;
		memcpy(piece, (const char *)from + start, length);
		/* The compiler must not see through the copy: the two sides are the same memory, which their addresses do not tell. */
		__asm__ volatile("" : : "r"(piece) : "memory");
		memcpy((char *)to + start, piece, length);
		done += length;
	}
}
