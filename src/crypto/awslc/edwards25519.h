/* The few operations on edwards25519 that XEdDSA and the base-key test need and AWS-LC does not export.
 *
 * Scalars and encodings are 32 bytes, little-endian. l is the order of the base point. Source: signal-protocol.md 1.4, 1.5. */
#ifndef SOTTO_CRYPTO_AWSLC_EDWARDS25519_H
#define SOTTO_CRYPTO_AWSLC_EDWARDS25519_H

#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* enc(scalar * B), in constant time. scalar < l */
void sotto_edwards25519_base(uint8_t encoded[32], const uint8_t scalar[32]);

/* wide mod l, in constant time. */
void sotto_scalar25519_reduce(uint8_t reduced[32], const uint8_t wide[64]);

/* left * right + addend mod l, in constant time. All below l */
void sotto_scalar25519_muladd(uint8_t sum[32], const uint8_t left[32], const uint8_t right[32], const uint8_t addend[32]);

/* y = (u - 1) / (u + 1) with a clear sign bit; bit 255 of u is ignored. 0 when u = -1, which has no y. */
int sotto_edwards25519_y(uint8_t y[32], const uint8_t u[32]);

#if defined(__cplusplus)
}
#endif

#endif
