/* Whole DTLS records sealed and opened with AES-GCM on x64 processors that have VAES and VPCLMULQDQ.
 *
 * The managed side makes the tables (src/Sockets.Dtls/Crypto/Hardware/GcmKeys.cs) and checks every length; nothing here
 * allocates, keeps state or checks anything. All functions may be called from any thread. */
#ifndef SOCKETS_GCM_H
#define SOCKETS_GCM_H

#include <stdint.h>

/* Raised with every change of the structure below or of the tables: the managed side takes its own version only. */
#define SOCKETS_GCM_VERSION 1

/* The tables, as in GcmTables.cs. */
enum {
    SOCKETS_IV = 240,                /* round keys of the AEAD key lie before it */
    SOCKETS_NUMBER_ROUND_KEYS = 256, /* round keys of the record-number key */
    SOCKETS_POWERS_END = 1152,       /* after the first power of the hash key; the 32nd lies 512 bytes before */
    SOCKETS_FOLDED_DISTANCE = 512,   /* from a power to the sum of its halves */
    SOCKETS_TABLES_SIZE = 1664
};

/* Seals `content_length` bytes and the content type into `body`, which takes a byte and a tag of 16 more. `content` is
 * exactly `body` or lies apart. Returns the mask of the record number, its first byte lowest. */
typedef uint32_t sockets_gcm_seal(const uint8_t *tables, uint64_t sequence, const uint8_t *header, int32_t header_length,
    const uint8_t *content, int32_t content_length, uint8_t content_type, uint8_t *body);

/* Opens `inner_length` (1 or more) bytes in place, which a tag of 16 follows. Returns 0 when the tag does not match; the
 * caller then clears what was written. */
typedef uint32_t sockets_gcm_open(const uint8_t *tables, uint64_t sequence, const uint8_t *header, int32_t header_length,
    uint8_t *body, int32_t inner_length);

struct sockets_gcm {
    uint32_t version;
    uint32_t tables_size;
    sockets_gcm_seal *seal_128, *seal_256;
    sockets_gcm_open *open_128, *open_256;
};

/* The functions for this processor; null when it lacks what any of them needs. The one export. */
const struct sockets_gcm *sockets_gcm_functions(void);

#endif
