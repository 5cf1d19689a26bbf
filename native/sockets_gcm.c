/* Chooses the kernel. Compiled for the baseline of the architecture: it runs before anybody knows what there is. */
#include "sockets_gcm.h"

#include <stddef.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#if defined(__x86_64__)

#include <cpuid.h>

extern const struct sockets_gcm sockets_gcm_avx2, sockets_gcm_avx512;

EXPORT const struct sockets_gcm *sockets_gcm_functions(void) {
    unsigned a, b, c, d, low, high;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0)
        return NULL;
    const unsigned needed = bit_PCLMUL | bit_AES | bit_SSE4_1 | bit_OSXSAVE | bit_AVX;
    if ((c & needed) != needed || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0)
        return NULL;

    /* Which registers the system saves: 128 and 256 bits, then masks, 512 bits, and the upper sixteen. */
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    const unsigned vaes = 1u << 9, vpclmulqdq = 1u << 10;
    if ((low & 0x06) != 0x06 || (b & bit_AVX2) == 0 || (c & vaes) == 0 || (c & vpclmulqdq) == 0)
        return NULL;
    const unsigned wide = bit_AVX512F | bit_AVX512VL | bit_AVX512DQ | bit_AVX512BW;
    return (low & 0xE6) == 0xE6 && (b & wide) == wide ? &sockets_gcm_avx512 : &sockets_gcm_avx2;
}

#else

EXPORT const struct sockets_gcm *sockets_gcm_functions(void) { return NULL; }

#endif
