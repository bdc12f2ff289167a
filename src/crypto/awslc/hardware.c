/* Included at the end of bcm.c: AWS-LC's processor flags are inline functions over a hidden variable. */
#include "hardware.h"

const struct sotto_hardware *sotto_hardware_paths(void) {
  static struct sotto_hardware paths[] = {
#if defined(OPENSSL_NO_ASM)
#elif defined(OPENSSL_X86_64)
      {"AES-NI", "aes", 0},
      {"PCLMULQDQ", "pclmulqdq", 0},
      {"SSSE3", "ssse3", 0},
      {"AVX", "avx", 0},
      {"AVX2", "avx2", 0},
      {"BMI1", "bmi1", 0},
      {"BMI2", "bmi2", 0},
      {"ADX", "adx", 0},
      {"SHA-NI", "sha_ni", 0},
      {"AVX-512", "avx512bw", 0},
      {"VAES", "vaes", 0},
      {"VPCLMULQDQ", "vpclmulqdq", 0},
#elif defined(OPENSSL_AARCH64)
      {"AES", "aes", 0},
      {"PMULL", "pmull", 0},
      {"SHA-256", "sha2", 0},
      {"SHA-512", "sha512", 0},
#endif
      {0, 0, 0}};
#if !defined(OPENSSL_NO_ASM) && defined(OPENSSL_X86_64)
  const int found[] = {CRYPTO_is_AESNI_capable(),  CRYPTO_is_PCLMUL_capable(), CRYPTO_is_SSSE3_capable(),
                       CRYPTO_is_AVX_capable(),    CRYPTO_is_AVX2_capable(),   CRYPTO_is_BMI1_capable(),
                       CRYPTO_is_BMI2_capable(),   CRYPTO_is_ADX_capable(),    CRYPTO_is_SHAEXT_capable(),
                       CRYPTO_is_AVX512_capable(), CRYPTO_is_VAES_capable(),   CRYPTO_is_VPCLMULQDQ_capable()};
  for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) paths[i].in_use = found[i] != 0;
#elif !defined(OPENSSL_NO_ASM) && defined(OPENSSL_AARCH64)
  const int found[] = {CRYPTO_is_ARMv8_AES_capable(), CRYPTO_is_ARMv8_PMULL_capable(),
                       CRYPTO_is_ARMv8_SHA256_capable(), CRYPTO_is_ARMv8_SHA512_capable()};
  for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) paths[i].in_use = found[i] != 0;
#endif
  return paths;
}
