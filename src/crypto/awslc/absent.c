/* Included at the end of bcm.c: what AWS-LC's files name but Sotto leaves out. Nothing of ours leads here; if something
 * did, the program stops. */
#include <openssl/obj.h>
#include <openssl/posix_time.h>
#include <openssl/ripemd.h>

int RIPEMD160_Init(RIPEMD160_CTX *ctx) { abort(); }
int RIPEMD160_Update(RIPEMD160_CTX *ctx, const void *data, size_t len) { abort(); }
int RIPEMD160_Final(uint8_t out[RIPEMD160_DIGEST_LENGTH], RIPEMD160_CTX *ctx) { abort(); }
const char *OBJ_nid2sn(int nid) { abort(); }
int OPENSSL_gmtime_adj(struct tm *tm, int offset_day, int64_t offset_sec) { abort(); }
int used_for_hmac(EVP_MD_CTX *ctx) { abort(); }
