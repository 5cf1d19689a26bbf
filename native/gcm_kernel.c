/* The kernel: compiled once for each set of instructions, SOCKETS_GCM_TARGET being its name. */
#include "sockets_gcm.h"

#include <immintrin.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* Nothing below branches on or indexes by anything but lengths. */

enum { MASK_OFFSET = 16 };

static const uint8_t ones_then_zeros[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

typedef struct {
    __m256i low, middle, high; /* sums of products, unreduced, in the parts of Karatsuba */
} hash_sum;

INLINE __m128i load(const void *source) { return _mm_loadu_si128((const __m128i *)source); }
INLINE __m256i load2(const void *source) { return _mm256_loadu_si256((const __m256i *)source); }
INLINE void store(void *destination, __m128i value) { _mm_storeu_si128((__m128i *)destination, value); }
INLINE void store2(void *destination, __m256i value) { _mm256_storeu_si256((__m256i *)destination, value); }
INLINE __m256i both(__m128i value) { return _mm256_broadcastsi128_si256(value); }
INLINE __m256i pair(__m128i first, __m128i second) { return _mm256_set_m128i(second, first); }
INLINE __m256i round_key(const uint8_t *tables, int round) { return both(load(tables + 16 * round)); }

INLINE __m128i reverse(__m128i block) {
    return _mm_shuffle_epi8(block, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

INLINE __m256i reverse2(__m256i blocks) {
    return _mm256_shuffle_epi8(blocks, both(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
}

INLINE __m128i swap(__m128i value) { return _mm_shuffle_epi32(value, 0x4E); }

INLINE __m128i first_bytes(int count) { return load(ones_then_zeros + MASK_OFFSET - count); }

/* 0 to 15 bytes in a block of zeros; not a byte more is read. */
INLINE __m128i load_partial(const uint8_t *source, int count) {
    uint64_t low = 0, high = 0;
    if (count >= 8) {
        memcpy(&low, source, 8);
        if (count > 8) {
            memcpy(&high, source + count - 8, 8);
            high >>= 8 * (16 - count);
        }
    } else if (count >= 4) {
        uint32_t start, end;
        memcpy(&start, source, 4);
        memcpy(&end, source + count - 4, 4);
        low = start | ((uint64_t)end << (8 * (count - 4)));
    } else if (count > 0) {
        low = source[0] | ((uint64_t)source[count >> 1] << (8 * (count >> 1)))
            | ((uint64_t)source[count - 1] << (8 * (count - 1)));
    }
    return _mm_set_epi64x((long long)high, (long long)low);
}

/* Headers have just been written as a byte and 16-bit numbers; read otherwise they would have to reach the cache first. */
INLINE __m128i load_header(const uint8_t *header, int length) {
    if (length == 5 || length == 3) {
        uint16_t number, rest = 0;
        memcpy(&number, header + 1, 2);
        if (length == 5)
            memcpy(&rest, header + 3, 2);
        return _mm_cvtsi64_si128((long long)(header[0] | ((uint64_t)number << 8) | ((uint64_t)rest << 24)));
    }
    return load_partial(header, length);
}

/* Reduces modulo x^128 + x^7 + x^2 + x + 1 in two folds of 64 bits, the first one straight into the middle part. */
INLINE __m128i reduce(__m128i low, __m128i middle, __m128i high) {
    const __m128i polynomial = _mm_set_epi64x(0, (long long)0xC200000000000000ull);
    middle = _mm_xor_si128(middle, _mm_xor_si128(low, high));
    middle = _mm_xor_si128(middle, _mm_xor_si128(swap(low), _mm_clmulepi64_si128(low, polynomial, 0x00)));
    return _mm_xor_si128(high, _mm_xor_si128(swap(middle), _mm_clmulepi64_si128(middle, polynomial, 0x00)));
}

INLINE __m128i halves(__m256i value) {
    return _mm_xor_si128(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
}

INLINE __m128i reduce_sum(const hash_sum *sum) {
    return reduce(halves(sum->low), halves(sum->middle), halves(sum->high));
}

INLINE void hash_pair(hash_sum *sum, __m256i reversed, const uint8_t *power) {
    const __m256i powers = load2(power);
    const __m256i folded = load2(power + SOCKETS_FOLDED_DISTANCE);
    sum->low = _mm256_xor_si256(sum->low, _mm256_clmulepi64_epi128(reversed, powers, 0x00));
    sum->high = _mm256_xor_si256(sum->high, _mm256_clmulepi64_epi128(reversed, powers, 0x11));
    sum->middle = _mm256_xor_si256(sum->middle,
        _mm256_clmulepi64_epi128(_mm256_xor_si256(reversed, _mm256_shuffle_epi32(reversed, 0x4E)), folded, 0x00));
    /* Add now: a compiler that puts it off keeps every product, and spills them. */
    __asm__("" : "+x"(sum->low), "+x"(sum->middle), "+x"(sum->high));
}

INLINE __m256i with_carry(__m256i reversed, __m128i carry, int is_first) {
    return is_first ? _mm256_xor_si256(reversed, _mm256_zextsi128_si256(carry)) : reversed;
}

INLINE void hash_one(hash_sum *sum, __m128i reversed, const uint8_t *power) {
    const __m128i factor = load(power);
    sum->low = _mm256_xor_si256(sum->low, _mm256_zextsi128_si256(_mm_clmulepi64_si128(reversed, factor, 0x00)));
    sum->high = _mm256_xor_si256(sum->high, _mm256_zextsi128_si256(_mm_clmulepi64_si128(reversed, factor, 0x11)));
    sum->middle = _mm256_xor_si256(sum->middle,
        _mm256_zextsi128_si256(_mm_clmulepi64_si128(
            _mm_xor_si128(reversed, swap(reversed)), load(power + SOCKETS_FOLDED_DISTANCE), 0x00)));
}

/* The hash over all of a long header but its last block, which comes with it. */
static __attribute__((noinline)) __m128i hash_long_header(const uint8_t *tables, const uint8_t *header, int length) {
    const __m128i key = load(tables + SOCKETS_POWERS_END - 16);
    const __m128i folded = load(tables + SOCKETS_POWERS_END - 16 + SOCKETS_FOLDED_DISTANCE);
    __m128i hash = _mm_setzero_si128();
    for (; length > 16; length -= 16, header += 16) {
        hash = _mm_xor_si128(hash, reverse(load(header)));
        hash = reduce(_mm_clmulepi64_si128(hash, key, 0x00),
            _mm_clmulepi64_si128(_mm_xor_si128(hash, swap(hash)), folded, 0x00), _mm_clmulepi64_si128(hash, key, 0x11));
    }
    return _mm_xor_si128(hash, reverse(length == 16 ? load(header) : load_partial(header, length)));
}

INLINE uint32_t number_mask(const uint8_t *tables, __m128i sample, int rounds) {
    const uint8_t *keys = tables + SOCKETS_NUMBER_ROUND_KEYS;
    __m128i block = _mm_xor_si128(sample, load(keys));
#pragma GCC unroll 16
    for (int i = 1; i < rounds; i++)
        block = _mm_aesenc_si128(block, load(keys + 16 * i));
    return (uint32_t)_mm_cvtsi128_si32(_mm_aesenclast_si128(block, load(keys + 16 * rounds)));
}

/* Two counters in the order of the wire, for combining with nonce and first round key. */
INLINE __m256i counters(uint32_t first, uint32_t second) {
    return _mm256_set_epi32((int)__builtin_bswap32(second), 0, 0, 0, (int)__builtin_bswap32(first), 0, 0, 0);
}

/* `start` is a multiple of 8 that is not known to the compiler. */
INLINE __m256i with_counter(__m256i whitened, uint32_t start) {
    return _mm256_xor_si256(whitened, both(_mm_insert_epi32(_mm_setzero_si128(), (int)__builtin_bswap32(start), 3)));
}

INLINE __m256i apply(const uint8_t *tables, __m256i stream, const uint8_t *source, uint8_t *destination, int rounds,
    int is_seal) {
    const __m256i read = load2(source);
    const __m256i written = _mm256_xor_si256(read, _mm256_aesenclast_epi128(stream, round_key(tables, rounds)));
    store2(destination, written);
    return is_seal ? written : read;
}

/* Blocks to hash up to the next reduction: all that is left, with tail and lengths, when 32 powers suffice; else whole
 * chunks of 16. */
INLINE int group_length(int full_blocks) {
    return full_blocks + 2 <= 32 ? full_blocks + 2 : full_blocks >= 32 ? 32 : 16;
}

/* Starts a new group: reduces what was added up into a carry for its first block. */
INLINE const uint8_t *next_group(hash_sum *sum, __m128i *carry, const uint8_t *end, int full_blocks) {
    *carry = reduce_sum(sum);
    sum->low = sum->middle = sum->high = _mm256_setzero_si256();
    return end - 16 * group_length(full_blocks);
}

/* Sixteen blocks at a time; `start` is a multiple of 16. */
INLINE void begin_chunk(__m256i x[8], __m256i whitened, uint32_t start) {
    const __m256i front = with_counter(whitened, start);
#pragma GCC unroll 7
    for (int j = 0; j < 7; j++)
        x[j] = _mm256_xor_si256(front, counters(2 + 2 * (uint32_t)j, 3 + 2 * (uint32_t)j));
    x[7] = _mm256_xor_si256(with_counter(whitened, start + 16), counters(0, 1));
}

INLINE void round_chunk(__m256i x[8], __m256i key) {
#pragma GCC unroll 8
    for (int j = 0; j < 8; j++)
        x[j] = _mm256_aesenc_epi128(x[j], key);
}

INLINE void apply_chunk(const uint8_t *tables, const __m256i x[8], const uint8_t *source, uint8_t *destination, int rounds,
    int is_seal) {
#pragma GCC unroll 8
    for (int j = 0; j < 8; j++)
        apply(tables, x[j], source + 32 * j, destination + 32 * j, rounds, is_seal);
}

/* What is left after the chunks: up to seven full blocks (known to the compiler), the tail, the block that hides the tag.
 * Returns the tag; the first block of ciphertext goes to `sample` when there is a pair of them. */
INLINE __m128i finish(const uint8_t *tables, __m256i whitened, uint32_t start, const uint8_t *source,
    uint8_t *destination, const uint8_t *power, __m128i carry, hash_sum sum, __m128i tail, __m128i mask, __m128i lengths,
    __m128i *sample, int left, int rounds, int is_seal) {
    const int pairs = left / 2, odd = left % 2, chains = pairs + 1 + odd;
    const __m256i front = with_counter(whitened, start);
    __m256i x[5];
#pragma GCC unroll 5
    for (int i = 0; i < pairs + odd; i++)
        x[i] = i < 3 ? _mm256_xor_si256(front, counters(2 + 2 * (uint32_t)i, 3 + 2 * (uint32_t)i))
                     : _mm256_xor_si256(with_counter(whitened, start + 8), counters(0, 1));
    /* The last chain hides the tag in its upper half, and makes the tail's key stream in its lower one when left is even. */
    const __m256i tail_counter = odd ? counters(0, 1)
        : _mm256_xor_si256(pairs < 3 ? counters(2 + 2 * (uint32_t)pairs, 1) : counters(0, 1),
              _mm256_setzero_si256());
    if (odd) {
        x[chains - 1] = _mm256_xor_si256(whitened, tail_counter);
    } else {
        const __m256i lower = pairs < 3 ? front : with_counter(whitened, start + 8);
        x[chains - 1] = _mm256_xor_si256(_mm256_blend_epi32(lower, whitened, 0xF0), tail_counter);
    }

#pragma GCC unroll 16
    for (int i = 1; i < rounds; i++) {
        const __m256i key = round_key(tables, i);
#pragma GCC unroll 5
        for (int j = 0; j < chains; j++)
            x[j] = _mm256_aesenc_epi128(x[j], key);
    }

    __m256i carried = _mm256_zextsi128_si256(carry);
#pragma GCC unroll 3
    for (int i = 0; i < pairs; i++) {
        const __m256i hashed = apply(tables, x[i], source + 32 * i, destination + 32 * i, rounds, is_seal);
        if (i == 0)
            *sample = _mm256_castsi256_si128(hashed);
        hash_pair(&sum, _mm256_xor_si256(reverse2(hashed), carried), power + 32 * i);
        carried = _mm256_setzero_si256();
    }

    source += 32 * pairs;
    destination += 32 * pairs;
    power += 32 * pairs;
    const __m256i last_key = round_key(tables, rounds);
    const __m256i last = _mm256_aesenclast_epi128(x[chains - 1], last_key);
    const __m128i hidden = _mm256_extracti128_si256(last, 1);
    __m128i stream = _mm256_castsi256_si128(last);
    __m128i block = _mm_setzero_si128();
    if (odd) {
        const __m256i both_streams = _mm256_aesenclast_epi128(x[chains - 2], last_key);
        const __m128i read = load(source);
        const __m128i written = _mm_xor_si128(read, _mm256_castsi256_si128(both_streams));
        store(destination, written);
        destination += 16;
        block = is_seal ? written : read;
        stream = _mm256_extracti128_si256(both_streams, 1);
    }

    store(destination, _mm_xor_si128(tail, is_seal ? stream : _mm_and_si128(stream, mask)));
    const __m128i hashed_tail = reverse(_mm_and_si128(is_seal ? _mm_xor_si128(tail, stream) : tail, mask));
    if (odd) {
        hash_pair(&sum, _mm256_xor_si256(pair(reverse(block), hashed_tail), carried), power);
        hash_one(&sum, lengths, power + 32);
    } else {
        hash_pair(&sum, _mm256_xor_si256(pair(hashed_tail, lengths), carried), power);
    }

    return _mm_xor_si128(hidden, reverse(reduce_sum(&sum)));
}

/* Opening, `source` is the body, and the result says whether the tag matches; sealing it is the mask of the number. */
INLINE uint32_t run(const uint8_t *tables, uint64_t sequence, const uint8_t *header, int header_length,
    const uint8_t *source, int inner_length, uint8_t content_type, uint8_t *body, int rounds, int is_seal) {
    const int full = (inner_length - 1) >> 4;
    const int rest = inner_length - 16 * full;
    const __m128i mask = first_bytes(rest);
    const __m128i reversed =
        header_length < 16 ? reverse(load_header(header, header_length)) : hash_long_header(tables, header, header_length);

    /* Read before anything is written: in place the tail lies behind ciphertext, and before it the tag. */
    __m128i tail, tag = _mm_setzero_si128();
    if (is_seal) {
        const __m128i place = _mm_andnot_si128(first_bytes(rest - 1), mask);
        tail = _mm_or_si128(load_partial(source + 16 * full, rest - 1), _mm_and_si128(place, _mm_set1_epi8((char)content_type)));
    } else {
        tail = load(source + 16 * full);
        tag = load(source + inner_length);
    }

    /* RFC 8446 5.3: the IV, its last 8 bytes combined with the sequence number. */
    const __m128i number = _mm_slli_si128(_mm_cvtsi64_si128((long long)__builtin_bswap64(sequence)), 4);
    const __m256i whitened = both(_mm_xor_si128(_mm_xor_si128(load(tables + SOCKETS_IV), number), load(tables)));

    /* The hash runs over header, ciphertext and lengths. The first group ends where a chunk ends. */
    const uint8_t *const end = tables + SOCKETS_POWERS_END;
    const uint8_t *power = end - 16 * (full + 3 <= 32 ? full + 3 : 17);
    hash_sum sum;
    {
        const __m128i factor = load(power), folded = load(power + SOCKETS_FOLDED_DISTANCE);
        sum.high = _mm256_zextsi128_si256(_mm_clmulepi64_si128(reversed, factor, 0x11));
        if (header_length <= 8) { /* the lower half is empty */
            sum.low = _mm256_setzero_si256();
            sum.middle = _mm256_zextsi128_si256(_mm_clmulepi64_si128(reversed, folded, 0x01));
        } else {
            sum.low = _mm256_zextsi128_si256(_mm_clmulepi64_si128(reversed, factor, 0x00));
            sum.middle = _mm256_zextsi128_si256(_mm_clmulepi64_si128(_mm_xor_si128(reversed, swap(reversed)), folded, 0x00));
        }
    }
    power += 16;

    __m128i carry = _mm_setzero_si128();
    const uint8_t *hashed = body;
    uint8_t *output = body;
    uint32_t start = 0;
    if (full >= 16) {
        const uint8_t *const chunks_end = source + (full & ~15) * 16;
        __m256i x[8];
        if (is_seal) { /* there is nothing to hash yet */
            begin_chunk(x, whitened, start);
#pragma GCC unroll 16
            for (int i = 1; i < rounds; i++)
                round_chunk(x, round_key(tables, i));
            apply_chunk(tables, x, source, output, rounds, is_seal);
            source += 256;
            output += 256;
            start += 16;
        }

        while (source < chunks_end) {
            begin_chunk(x, whitened, start);
#pragma GCC unroll 16
            for (int i = 1; i < rounds; i++) {
                round_chunk(x, round_key(tables, i));
                if (i <= 8)
                    hash_pair(&sum, with_carry(reverse2(load2(hashed + 32 * (i - 1))), carry, i == 1), power + 32 * (i - 1));
            }
            hashed += 256;
            power += 256;
            carry = _mm_setzero_si128();
            if (power == end)
                power = next_group(&sum, &carry, end, full - (int)((hashed - body) >> 4));
            apply_chunk(tables, x, source, output, rounds, is_seal);
            source += 256;
            output += 256;
            start += 16;
        }

        if (is_seal) {
#pragma GCC unroll 8
            for (int j = 0; j < 8; j++)
                hash_pair(&sum, with_carry(reverse2(load2(hashed + 32 * j)), carry, j == 0), power + 32 * j);
            hashed += 256;
            power += 256;
            carry = _mm_setzero_si128();
            if (power == end)
                power = next_group(&sum, &carry, end, full - (int)((hashed - body) >> 4));
        }
    }

    uint32_t number_bits = 0;
    if ((full & 8) != 0) {
        const __m256i front = with_counter(whitened, start), back = with_counter(whitened, start + 8);
        __m256i x[4];
#pragma GCC unroll 3
        for (int j = 0; j < 3; j++)
            x[j] = _mm256_xor_si256(front, counters(2 + 2 * (uint32_t)j, 3 + 2 * (uint32_t)j));
        x[3] = _mm256_xor_si256(back, counters(0, 1));
#pragma GCC unroll 16
        for (int i = 1; i < rounds; i++) {
            const __m256i key = round_key(tables, i);
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++)
                x[j] = _mm256_aesenc_epi128(x[j], key);
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            const __m256i blocks = apply(tables, x[j], source + 32 * j, output + 32 * j, rounds, is_seal);
            hash_pair(&sum, with_carry(reverse2(blocks), carry, j == 0), power + 32 * j);
        }
        carry = _mm_setzero_si128();
        source += 128;
        output += 128;
        power += 128;
        start += 8;
    }

    if (is_seal && full >= 8)
        number_bits = number_mask(tables, load(body), rounds);

    const __m128i lengths = _mm_set_epi64x((long long)header_length << 3, (long long)inner_length << 3);
    __m128i sample = _mm_setzero_si128(), result;
#define FINISH(n)                                                                                                       \
    case n:                                                                                                             \
        result = finish(tables, whitened, start, source, output, power, carry, sum, tail, mask, lengths, &sample, n,    \
            rounds, is_seal);                                                                                           \
        break
    switch (full & 7) {
        FINISH(0);
        FINISH(1);
        FINISH(2);
        FINISH(3);
        FINISH(4);
        FINISH(5);
        FINISH(6);
    default:
        result = finish(
            tables, whitened, start, source, output, power, carry, sum, tail, mask, lengths, &sample, 7, rounds, is_seal);
        break;
    }
#undef FINISH
    if (!is_seal) {
        const __m128i difference = _mm_xor_si128(result, tag);
        return (uint32_t)_mm_testz_si128(difference, difference);
    }
    store(body + inner_length, result);
    return full >= 8 ? number_bits : number_mask(tables, full >= 2 ? sample : load(body), rounds);
}

#define DEFINE(bits, rounds)                                                                                            \
    static uint32_t seal_##bits(const uint8_t *tables, uint64_t sequence, const uint8_t *header, int32_t header_length, \
        const uint8_t *content, int32_t content_length, uint8_t content_type, uint8_t *body) {                          \
        return run(tables, sequence, header, header_length, content, content_length + 1, content_type, body, rounds, 1); \
    }                                                                                                                   \
    static uint32_t open_##bits(const uint8_t *tables, uint64_t sequence, const uint8_t *header, int32_t header_length, \
        uint8_t *body, int32_t inner_length) {                                                                          \
        return run(tables, sequence, header, header_length, body, inner_length, 0, body, rounds, 0);                    \
    }

DEFINE(128, 10)
DEFINE(256, 14)

const struct sockets_gcm SOCKETS_GCM_TARGET = {
    SOCKETS_GCM_VERSION, SOCKETS_TABLES_SIZE, seal_128, seal_256, open_128, open_256};
