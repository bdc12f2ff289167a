# AWS-LC as a slim static library, `sotto_awslc`: the primitives that src/crypto uses and nothing else.
#
# Where the source lies: SOTTO_AWSLC_SOURCE_DIR (cache or environment) names a folder that holds AWS-LC as the crate
# aws-lc-sys packs it (aws-lc/ and generated-include/); without it, tools/fetch-third-party gets the pinned one. The tree is
# only read. Three cures are built in, each with a test in tests/crypto:
#   - every name carries the prefix `sotto_`, or the system's OpenSSL in the same process would take ours and crash;
#   - names are hidden, and the headers, which share the path <openssl/…> with the system's, are seen by src/crypto alone;
#   - our own bcm.c starts AWS-LC without its random generator (crypto::start, getrandom).
include_guard(GLOBAL)
enable_language(C ASM)

option(SOTTO_PORTABLE_CRYPTO "Build AWS-LC in portable C, without assembly" OFF)
set(SOTTO_AWSLC_SOURCE_DIR "$ENV{SOTTO_AWSLC_SOURCE_DIR}" CACHE PATH "AWS-LC as the crate aws-lc-sys packs it; empty: fetch")
set(SOTTO_WYCHEPROOF_DIR "$ENV{SOTTO_WYCHEPROOF_DIR}" CACHE PATH "Folder of Wycheproof's JSON files; empty: what was fetched")

set(sotto_awslc_root "${SOTTO_AWSLC_SOURCE_DIR}")
set(sotto_wycheproof "${SOTTO_WYCHEPROOF_DIR}")
if(NOT sotto_awslc_root)
  execute_process(COMMAND "${CMAKE_CURRENT_LIST_DIR}/../tools/fetch-third-party" RESULT_VARIABLE sotto_fetch_failed)
  if(sotto_fetch_failed)
    message(FATAL_ERROR "tools/fetch-third-party failed; SOTTO_AWSLC_SOURCE_DIR can name a tree that is already here")
  endif()
  get_filename_component(sotto_vendor "${CMAKE_CURRENT_LIST_DIR}/../build/third_party/vendor" REALPATH)
  set(sotto_awslc_root "${sotto_vendor}/aws-lc-sys")
  if(NOT sotto_wycheproof)
    set(sotto_wycheproof "${sotto_vendor}/wycheproof/src/data")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/third_party/Cargo.lock")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/awslc_check.cmake")

add_library(sotto_awslc STATIC ${sotto_awslc_c} ${sotto_awslc_asm})
target_include_directories(sotto_awslc PUBLIC "${sotto_awslc_root}/generated-include" "${awslc}/include")
target_include_directories(sotto_awslc PRIVATE "${awslc}/crypto" "${fips}" "${s2n}/include")
target_compile_definitions(sotto_awslc PUBLIC BORINGSSL_PREFIX=sotto PRIVATE BORINGSSL_IMPLEMENTATION NDEBUG _GNU_SOURCE)
# The ready prefix headers leave out the assembly that AWS-LC itself calls from assembly only, or not at all.
foreach(name bignum_add_p25519 bignum_inv_p25519 bignum_mod_p25519_4 bignum_mul_p25519 bignum_mul_p25519_alt bignum_sub_p25519
             sha3_keccak4_f1600)
  target_compile_definitions(sotto_awslc PRIVATE ${name}=sotto_${name})
endforeach()
if(SOTTO_AWSLC_NO_ASM)
  target_compile_definitions(sotto_awslc PUBLIC OPENSSL_NO_ASM)
endif()
# Always optimised and never instrumented: assembly can't be, and AWS-LC has tests of its own. Warnings are for our code.
target_compile_options(sotto_awslc PRIVATE -O3 -w -fvisibility=hidden -ffunction-sections -fdata-sections
                                           -fno-sanitize=all)
set_target_properties(sotto_awslc PROPERTIES C_STANDARD 11 C_EXTENSIONS ON POSITION_INDEPENDENT_CODE ON
                                             INTERPROCEDURAL_OPTIMIZATION OFF)
set_source_files_properties(${sotto_awslc_mlkem_asm} PROPERTIES COMPILE_DEFINITIONS
  "MLK_CONFIG_FILE=\"../mlkem_native_config.h\";MLK_CONFIG_PARAMETER_SET=512;MLK_CONFIG_MULTILEVEL_WITH_SHARED")
