/* Included by no other file: mlkem-native once more at the level 768, with internal linkage, because AWS-LC's own bcm.c
 * forgets the level's names when it goes on to the next. Each function is FIPS 203's K-PKE.Encrypt (mlk_indcpa_enc)
 * with half of its lines. */
#define MLK_CONFIG_FILE "../mlkem_native_config.h"
#define MLK_CONFIG_PARAMETER_SET 768
#define MLK_CONFIG_MULTILEVEL_WITH_SHARED
#define MLK_CONFIG_MONOBUILD_KEEP_SHARED_HEADERS
#include "mlkem768_split.h"

#include <openssl/mem.h>

#include "cpucap/internal.h"
#include "ml_kem/mlkem/common.h"

#include "ml_kem/mlkem/compress.c"
#include "ml_kem/mlkem/debug.c"
#include "ml_kem/mlkem/indcpa.c"
#include "ml_kem/mlkem/kem.c"
#include "ml_kem/mlkem/poly.c"
#include "ml_kem/mlkem/poly_k.c"
#include "ml_kem/mlkem/sampling.c"
#include "ml_kem/mlkem/verify.c"

/* (K, r) = G(m || h): the shared secret, and the seed of all noise. */
static void derive(uint8_t secret_and_seed[64], const uint8_t ek_hash[32], const uint8_t message[32]) {
  uint8_t input[64];
  OPENSSL_memcpy(input, message, 32);
  OPENSSL_memcpy(input + 32, ek_hash, 32);
  mlk_hash_g(secret_and_seed, input, sizeof(input));
  OPENSSL_cleanse(input, sizeof(input));
}

void sotto_mlkem768_encapsulate_first(uint8_t ciphertext[960], uint8_t secret[32], const uint8_t rho[32],
                                      const uint8_t ek_hash[32], const uint8_t message[32]) {
  uint8_t derived[64];
  mlk_polymat matrix;
  mlk_polyvec y, noise, u;
  mlk_poly unused; /* e2, which the last half draws again */
  mlk_polyvec_mulcache cache;

  derive(derived, ek_hash, message);
  mlk_gen_matrix(&matrix, rho, 1 /* transposed */);
  mlk_poly_getnoise_eta1_4x(&y.vec[0], &y.vec[1], &y.vec[2], NULL, derived + 32, 0, 1, 2, 0xFF);
  mlk_poly_getnoise_eta2_4x(&noise.vec[0], &noise.vec[1], &noise.vec[2], &unused, derived + 32, 3, 4, 5, 6);
  mlk_polyvec_ntt(&y);
  mlk_polyvec_mulcache_compute(&cache, &y);
  MLK_ADD_PARAM_SET(mlk_matvec_mul)(&u, &matrix, &y, &cache);
  mlk_polyvec_invntt_tomont(&u);
  mlk_polyvec_add(&u, &noise);
  mlk_polyvec_reduce(&u);
  mlk_polyvec_compress_du(ciphertext, &u);
  OPENSSL_memcpy(secret, derived, 32);

  OPENSSL_cleanse(derived, sizeof(derived));
  OPENSSL_cleanse(&y, sizeof(y));
  OPENSSL_cleanse(&noise, sizeof(noise));
  OPENSSL_cleanse(&unused, sizeof(unused));
  OPENSSL_cleanse(&u, sizeof(u));
  OPENSSL_cleanse(&cache, sizeof(cache));
}

void sotto_mlkem768_encapsulate_last(uint8_t ciphertext[128], const uint8_t ek_hash[32], const uint8_t message[32],
                                     const uint8_t ek_vector[1152]) {
  uint8_t derived[64];
  mlk_polyvec t, y, unused; /* e1, which the first half has used */
  mlk_poly v, noise, mu;
  mlk_polyvec_mulcache cache;

  derive(derived, ek_hash, message);
  mlk_polyvec_frombytes(&t, ek_vector);
  mlk_poly_frommsg(&mu, message);
  mlk_poly_getnoise_eta1_4x(&y.vec[0], &y.vec[1], &y.vec[2], NULL, derived + 32, 0, 1, 2, 0xFF);
  mlk_poly_getnoise_eta2_4x(&unused.vec[0], &unused.vec[1], &unused.vec[2], &noise, derived + 32, 3, 4, 5, 6);
  mlk_polyvec_ntt(&y);
  mlk_polyvec_mulcache_compute(&cache, &y);
  mlk_polyvec_basemul_acc_montgomery_cached(&v, &t, &y, &cache);
  mlk_poly_invntt_tomont(&v);
  mlk_poly_add(&v, &noise);
  mlk_poly_add(&v, &mu);
  mlk_poly_reduce(&v);
  mlk_poly_compress_dv(ciphertext, &v);

  OPENSSL_cleanse(derived, sizeof(derived));
  OPENSSL_cleanse(&y, sizeof(y));
  OPENSSL_cleanse(&unused, sizeof(unused));
  OPENSSL_cleanse(&v, sizeof(v));
  OPENSSL_cleanse(&noise, sizeof(noise));
  OPENSSL_cleanse(&mu, sizeof(mu));
  OPENSSL_cleanse(&cache, sizeof(cache));
}

int sotto_mlkem768_is_key(const uint8_t rho[32], const uint8_t ek_hash[32], const uint8_t ek_vector[1152]) {
  uint8_t key[MLKEM_INDCCA_PUBLICKEYBYTES], hash[32];
  OPENSSL_memcpy(key, ek_vector, 1152);
  OPENSSL_memcpy(key + 1152, rho, 32);
  mlk_hash_h(hash, key, sizeof(key));
  return OPENSSL_memcmp(hash, ek_hash, 32) == 0 && mlk_kem_check_pk(key, 0) == 0;
}
