#include "crypto/guarded_secret.hpp"

#include <sodium.h>

#include "base/check.hpp"

namespace sotto::crypto {

GuardedMemory::GuardedMemory(std::size_t size) : bytes_(nullptr), size_(size) {
  CHECK(sodium_init() >= 0);
  bytes_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  CHECK(bytes_ != nullptr);
}

GuardedMemory::~GuardedMemory() { sodium_free(bytes_); }  // zeroes; takes a null pointer

void GuardedMemory::make_read_only() { CHECK(sodium_mprotect_readonly(bytes_) == 0); }

}  // namespace sotto::crypto
