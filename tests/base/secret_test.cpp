#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <type_traits>

#include "base/id.hpp"
#include "base/log.hpp"

namespace sotto::base {
namespace {

using RootKey = Secret<struct RootKeyTag, 32>;
using ChainKey = Secret<struct ChainKeyTag, 32>;
using DeviceId = Id<struct DeviceIdTag, std::uint8_t>;
using RegistrationId = Id<struct RegistrationIdTag, std::uint32_t>;

static_assert(!std::copyable<RootKey> && !std::is_copy_constructible_v<RootKey>, "a secret is copied only by name");
static_assert(!std::equality_comparable<RootKey>, "secrets are compared in constant time only");
static_assert(!std::is_convertible_v<RootKey, ChainKey>, "a root key can't stand in a chain key's place");
static_assert(!std::is_convertible_v<DeviceId, RegistrationId>, "ids of two kinds can't be mixed up");
static_assert(LogSafe<DeviceId> && !LogSafe<RootKey> && !LogSafe<SecretBlob> && !LogSafe<std::string> &&
              !LogSafe<Blob>);

TEST(Secret, IsEmptyAfterItWasMovedAway) {
  RootKey first(Bytes<32>{1, 2, 3});
  const RootKey second(std::move(first));
  EXPECT_TRUE(same(first.expose(), Bytes<32>{}));  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_TRUE(same(second.expose(), Bytes<32>{1, 2, 3}));
}

TEST(Secret, WipesItsBytesWhenItDies) {
  alignas(RootKey) unsigned char place[sizeof(RootKey)];
  auto* key = new (place) RootKey(Bytes<32>{9, 9, 9, 9});
  const volatile unsigned char* bytes = place;
  ASSERT_EQ(bytes[0], 9);
  key->~RootKey();
  unsigned sum = 0;
  for (std::size_t i = 0; i < sizeof(RootKey); ++i) sum += bytes[i];
  EXPECT_EQ(sum, 0u);
}

TEST(Secret, IsClonedByName) {
  const RootKey key(Bytes<32>{5});
  EXPECT_TRUE(same(key.clone().expose(), key.expose()));
}

}  // namespace
}  // namespace sotto::base
