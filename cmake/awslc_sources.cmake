# The files of AWS-LC that sotto_awslc is made of, by processor. Made for aws-lc-sys 0.42 (cmake/third_party/Cargo.lock).
set(awslc "${sotto_awslc_root}/aws-lc")
set(fips "${awslc}/crypto/fipsmodule")
set(s2n "${awslc}/third_party/s2n-bignum/s2n-bignum-imported")

set(sotto_awslc_c
  "${CMAKE_CURRENT_LIST_DIR}/../src/crypto/awslc/bcm.c"
  "${CMAKE_CURRENT_LIST_DIR}/../src/crypto/awslc/mlkem768_split.c"
  "${awslc}/crypto/bytestring/asn1_compat.c"
  "${awslc}/crypto/bytestring/cbb.c"
  "${awslc}/crypto/bytestring/cbs.c"
  "${awslc}/crypto/cipher_extra/e_aesgcmsiv.c"
  "${awslc}/crypto/crypto.c"
  "${awslc}/crypto/err/err.c"
  "${awslc}/crypto/mem.c"
  "${awslc}/crypto/refcount_c11.c"
  "${awslc}/crypto/thread_pthread.c"
  "${awslc}/generated-src/err_data.c")

# What ours include, named here so that a tree of another version is refused at configure time, file by file.
set(sotto_awslc_included "")
foreach(ours bcm mlkem768_split)
  file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../src/crypto/awslc/${ours}.c" found REGEX "^#include \"[a-z0-9_/]+/[a-z0-9_]+\\.c\"")
  list(APPEND includes ${found})
endforeach()
foreach(line IN LISTS includes)
  string(REGEX REPLACE "^#include \"(.*)\"$" "\\1" path "${line}")
  list(APPEND sotto_awslc_included "${fips}/${path}")
endforeach()

set(perlasm "")      # the generated assembly of AES, GHASH and SHA
set(extra_asm "")
set(curve25519 "")   # s2n-bignum's verified assembly
set(sha3 "")
set(mlkem "")        # mlkem-native's verified assembly

if(SOTTO_PORTABLE_CRYPTO)
  set(SOTTO_AWSLC_NO_ASM ON)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(SOTTO_AWSLC_NO_ASM OFF)
  set(platform linux-x86_64)
  set(s2n_platform x86_att)
  set(mlkem_platform x86_64)
  set(perlasm aesni-gcm-avx512 aesni-gcm-x86_64 aesni-x86_64 aesni-xts-avx512 ghash-ssse3-x86_64 ghash-x86_64 md5-x86_64
              sha1-x86_64 sha256-x86_64 sha512-x86_64 vpaes-x86_64)
  set(extra_asm "${awslc}/generated-src/linux-x86_64/crypto/cipher_extra/aes128gcmsiv-x86_64.S")
  set(curve25519 curve25519_x25519 curve25519_x25519_alt curve25519_x25519base curve25519_x25519base_alt)
  set(sha3 sha3_keccak_f1600 sha3_keccak4_f1600 sha3_keccak4_f1600_alt)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(SOTTO_AWSLC_NO_ASM OFF)
  set(platform linux-aarch64)
  set(s2n_platform arm)
  set(mlkem_platform aarch64)
  set(perlasm aesv8-armx aesv8-gcm-armv8 aesv8-gcm-armv8-unroll8 ghash-neon-armv8 ghashv8-armx keccak1600-armv8 md5-armv8
              sha1-armv8 sha256-armv8 sha512-armv8 vpaes-armv8)
  set(curve25519 curve25519_x25519_byte curve25519_x25519_byte_alt curve25519_x25519base_byte curve25519_x25519base_byte_alt)
  set(sha3 sha3_keccak_f1600 sha3_keccak_f1600_alt sha3_keccak_f1600_alt2 sha3_keccak2_f1600 sha3_keccak2_f1600_alt
           sha3_keccak4_f1600 sha3_keccak4_f1600_alt sha3_keccak4_f1600_alt2)
else()
  message(STATUS "AWS-LC: no assembly for ${CMAKE_SYSTEM_PROCESSOR}, portable C is built")
  set(SOTTO_AWSLC_NO_ASM ON)
endif()

set(sotto_awslc_asm "")
set(sotto_awslc_mlkem_asm "")
if(NOT SOTTO_AWSLC_NO_ASM)
  list(APPEND curve25519
    bignum_add_p25519 bignum_inv_p25519 bignum_madd_n25519 bignum_madd_n25519_alt bignum_mod_n25519 bignum_mod_p25519_4
    bignum_mul_p25519 bignum_mul_p25519_alt bignum_neg_p25519 bignum_sub_p25519 edwards25519_decode edwards25519_decode_alt
    edwards25519_encode edwards25519_scalarmulbase edwards25519_scalarmulbase_alt edwards25519_scalarmuldouble
    edwards25519_scalarmuldouble_alt)
  foreach(name IN LISTS perlasm)
    list(APPEND sotto_awslc_asm "${awslc}/generated-src/${platform}/crypto/fipsmodule/${name}.S")
  endforeach()
  foreach(name IN LISTS curve25519)
    list(APPEND sotto_awslc_asm "${s2n}/${s2n_platform}/curve25519/${name}.S")
  endforeach()
  foreach(name IN LISTS sha3)
    list(APPEND sotto_awslc_asm "${s2n}/${s2n_platform}/sha3/${name}.S")
  endforeach()
  file(GLOB sotto_awslc_mlkem_asm "${fips}/ml_kem/mlkem/native/${mlkem_platform}/src/*.S")
  list(APPEND sotto_awslc_asm ${extra_asm} ${sotto_awslc_mlkem_asm})
endif()
