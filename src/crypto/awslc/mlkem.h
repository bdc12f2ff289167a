#pragma once
#include <cstddef>
#include <cstdint>

// AWS-LC's ML-KEM, declared here because its own header is an internal one. Include after <openssl/base.h>, which brings
// the prefix. All return 0 on success.
extern "C" {
int ml_kem_768_keypair_deterministic(std::uint8_t* public_key, std::size_t* public_size, std::uint8_t* secret_key,
                                     std::size_t* secret_size, const std::uint8_t* seed);
int ml_kem_768_encapsulate_deterministic(std::uint8_t* ciphertext, std::size_t* ciphertext_size, std::uint8_t* secret,
                                         std::size_t* secret_size, const std::uint8_t* public_key,
                                         const std::uint8_t* seed);
int ml_kem_768_decapsulate(std::uint8_t* secret, std::size_t* secret_size, const std::uint8_t* ciphertext,
                           const std::uint8_t* secret_key);
int ml_kem_768_check_pk(const std::uint8_t* public_key, std::size_t size);
int ml_kem_768_check_sk(const std::uint8_t* secret_key, std::size_t size);
int ml_kem_1024_keypair_deterministic(std::uint8_t* public_key, std::size_t* public_size, std::uint8_t* secret_key,
                                      std::size_t* secret_size, const std::uint8_t* seed);
int ml_kem_1024_encapsulate_deterministic(std::uint8_t* ciphertext, std::size_t* ciphertext_size, std::uint8_t* secret,
                                          std::size_t* secret_size, const std::uint8_t* public_key,
                                          const std::uint8_t* seed);
int ml_kem_1024_decapsulate(std::uint8_t* secret, std::size_t* secret_size, const std::uint8_t* ciphertext,
                            const std::uint8_t* secret_key);
int ml_kem_1024_check_sk(const std::uint8_t* secret_key, std::size_t size);
}
