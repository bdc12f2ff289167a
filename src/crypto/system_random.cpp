#include "crypto/system_random.hpp"

#include <errno.h>
#include <sys/random.h>

#include "base/check.hpp"

namespace sotto::crypto {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    CHECK(got > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace sotto::crypto
