#include "crypto/argon2id.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "crypto/start.hpp"

namespace sotto::crypto {
namespace {

using Key = base::Secret<struct KeyTag, 32>;

struct Case {
  std::string_view passphrase;
  unsigned passes;
  std::size_t kib;
  std::string_view key;
};

// From the reference implementation's command line (`argon2 0123456789abcdef -id -t … -k … -p 1 -l 32 -r`). RFC 9106's
// own vector has four lanes, a secret and associated bytes, which libsodium does not offer.
constexpr Case reference[] = {
    {"password", 2, 65536, "efefea1217a1d74f60760e0cddef0e1ddcc58d048f2a50ba3606d5bf0a68af9f"},
    {"correct_horse", 3, 8192, "34da2af91483d3483e0c010e413c47f1a8529c55df24d3e3b26a78941de3e071"},
    {"x", 1, 8, "2792fda9fdc683447f4831826b7013dd8b42a92b3cda9bc2dda4d9477e8153c3"},
};

TEST(Argon2id, GivesWhatTheReferenceImplementationGives) {
  ASSERT_TRUE(start());
  constexpr base::Bytes<16> salt{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  for (const Case& one : reference) {
    SCOPED_TRACE(one.passphrase);
    const auto key = argon2id<Key>(base::view(one.passphrase), salt, one.passes, one.kib * 1024);
    ASSERT_TRUE(key);
    EXPECT_EQ(base::to_hex(key->expose()), one.key);
  }
}

TEST(Argon2id, SaysWhenTheMemoryCantBeHad) {
  ASSERT_TRUE(start());
  EXPECT_EQ(argon2id<Key>({}, base::Bytes<16>{}, 1, 4398046510080u).error(), Error::out_of_memory);
}

}  // namespace
}  // namespace sotto::crypto
