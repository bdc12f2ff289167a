/* The part of AWS-LC that Sotto uses, as one translation unit, like AWS-LC's own bcm.c but without what we never call.
 * Compiled with AWS-LC's folders as include paths; the fetched tree itself stays untouched (cmake/awslc.cmake). */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <openssl/crypto.h>
#include <stdlib.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "../internal.h"
#include "cpucap/internal.h"
#include "delocate.h"

#include "cpucap/cpu_aarch64.c"
#include "cpucap/cpu_aarch64_sysreg.c"
#include "cpucap/cpu_aarch64_apple.c"
#include "cpucap/cpu_aarch64_linux.c"
#include "cpucap/cpu_intel.c"
#include "cpucap/cpucap.c"

#include "aes/aes.c"
#include "aes/aes_nohw.c"
#include "aes/key_wrap.c"
#include "aes/mode_wrappers.c"
#include "cipher/aead.c"
#include "cipher/cipher.c"
#include "cipher/e_aes.c"
#include "curve25519/curve25519.c"
#include "curve25519/curve25519_nohw.c"
#include "curve25519/curve25519_s2n_bignum_asm.c"
#include "digest/digest.c"
#include "digest/digests.c"
#include "hkdf/hkdf.c"
#include "hmac/hmac.c"
#include "md5/md5.c"
#include "ml_kem/ml_kem.c"
#include "modes/cbc.c"
#include "modes/cfb.c"
#include "modes/ctr.c"
#include "modes/gcm.c"
#include "modes/gcm_nohw.c"
#include "modes/ofb.c"
#include "modes/polyval.c"
#include "modes/xts.c"
#include "service_indicator/service_indicator.c"
#include "sha/keccak1600.c"
#include "sha/sha1.c"
#include "sha/sha256.c"
#include "sha/sha3.c"
#include "sha/sha512.c"

#include "absent.c"
#include "edwards25519.c"
#include "hardware.c"

#include <errno.h>
#include <sys/random.h>

/* AWS-LC's own random generator is left out: the kernel's is asked each time, so a fork or a restored snapshot of this
 * process repeats nothing, and a kernel that cannot answer ends the program. */
int RAND_bytes(uint8_t *out, size_t size) {
  while (size > 0) {
    const ssize_t got = getrandom(out, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) abort();
    out += got;
    size -= (size_t)got;
  }
  return 1;
}
