/* Included at the end of bcm.c, for AWS-LC's curve25519 keeps what is needed here to its own translation unit. Where
 * s2n-bignum's verified assembly runs, it is used; the other branch is the portable C (fiat-crypto's field). */
#include "edwards25519.h"

#if defined(CURVE25519_S2N_BIGNUM_CAPABLE)

void sotto_edwards25519_base(uint8_t encoded[32], const uint8_t scalar[32]) {
  uint64_t words[4], point[8];
  OPENSSL_memcpy(words, scalar, 32);
  edwards25519_scalarmulbase_selector(point, words);
  edwards25519_encode(encoded, point);
  OPENSSL_cleanse(words, sizeof(words));
}

void sotto_scalar25519_reduce(uint8_t reduced[32], const uint8_t wide[64]) {
  uint64_t words[8], result[4];
  OPENSSL_memcpy(words, wide, 64);
  bignum_mod_n25519(result, 8, words);
  OPENSSL_memcpy(reduced, result, 32);
  OPENSSL_cleanse(words, sizeof(words));
  OPENSSL_cleanse(result, sizeof(result));
}

void sotto_scalar25519_muladd(uint8_t sum[32], const uint8_t left[32], const uint8_t right[32],
                              const uint8_t addend[32]) {
  uint64_t words[4][4];
  OPENSSL_memcpy(words[0], left, 32);
  OPENSSL_memcpy(words[1], right, 32);
  OPENSSL_memcpy(words[2], addend, 32);
  bignum_madd_n25519_selector(words[3], words[0], words[1], words[2]);
  OPENSSL_memcpy(sum, words[3], 32);
  OPENSSL_cleanse(words, sizeof(words));
}

int sotto_edwards25519_y(uint8_t y[32], const uint8_t u[32]) {
  const uint64_t one[4] = {1, 0, 0, 0};
  uint64_t from[4], below[4], above[4];
  OPENSSL_memcpy(from, u, 32);
  from[3] &= 0x7fffffffffffffffu;
  bignum_mod_p25519_4(from, from);
  bignum_add_p25519(above, from, one);
  if ((above[0] | above[1] | above[2] | above[3]) == 0) return 0;
  bignum_sub_p25519(below, from, one);
  bignum_inv_p25519(above, above);
  if (use_s2n_bignum_alt()) {
    bignum_mul_p25519_alt(below, below, above);
  } else {
    bignum_mul_p25519(below, below, above);
  }
  bignum_mod_p25519_4(below, below);
  OPENSSL_memcpy(y, below, 32);
  return 1;
}

#else

void sotto_edwards25519_base(uint8_t encoded[32], const uint8_t scalar[32]) {
  ge_p3 point;
  x25519_ge_scalarmult_base(&point, scalar);
  ge_p3_tobytes(encoded, &point);
  OPENSSL_cleanse(&point, sizeof(point));
}

void sotto_scalar25519_reduce(uint8_t reduced[32], const uint8_t wide[64]) {
  uint8_t work[64];
  OPENSSL_memcpy(work, wide, 64);
  x25519_sc_reduce(work);
  OPENSSL_memcpy(reduced, work, 32);
  OPENSSL_cleanse(work, sizeof(work));
}

void sotto_scalar25519_muladd(uint8_t sum[32], const uint8_t left[32], const uint8_t right[32],
                              const uint8_t addend[32]) {
  sc_muladd(sum, left, right, addend);
}

int sotto_edwards25519_y(uint8_t y[32], const uint8_t u[32]) {
  fe from, one, inverse, result;
  fe_loose above, below;
  fe_frombytes(&from, u);
  fe_1(&one);
  fe_add(&above, &from, &one);
  if (!fe_isnonzero(&above)) return 0;
  fe_loose_invert(&inverse, &above);
  fe_sub(&below, &from, &one);
  fe_mul_tlt(&result, &below, &inverse);
  fe_tobytes(y, &result);
  return 1;
}

#endif
