/* ML-KEM-768's encapsulation in two halves: the first needs the header of the encapsulation key only.
 *
 * Both run in constant time where `message` is concerned; every key and ciphertext is public. Source: spqr.md 3. */
#ifndef SOTTO_CRYPTO_AWSLC_MLKEM768_SPLIT_H
#define SOTTO_CRYPTO_AWSLC_MLKEM768_SPLIT_H

#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* The first 960 bytes of the ciphertext and the shared secret. rho: the seed of the matrix; ek_hash: SHA3-256 of the
 * whole encapsulation key. */
void sotto_mlkem768_encapsulate_first(uint8_t ciphertext[960], uint8_t secret[32], const uint8_t rho[32],
                                      const uint8_t ek_hash[32], const uint8_t message[32]);

/* The last 128 bytes of the ciphertext. ek_hash, message: as given to the first half. */
void sotto_mlkem768_encapsulate_last(uint8_t ciphertext[128], const uint8_t ek_hash[32], const uint8_t message[32],
                                     const uint8_t ek_vector[1152]);

/* Whether rho and ek_hash belong to this vector, and all its 768 values are below q. */
int sotto_mlkem768_is_key(const uint8_t rho[32], const uint8_t ek_hash[32], const uint8_t ek_vector[1152]);

#if defined(__cplusplus)
}
#endif

#endif
