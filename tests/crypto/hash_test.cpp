#include "crypto/hash.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.hpp"
#include "crypto/hkdf.hpp"

namespace sotto::crypto {
namespace {

using base::view;

// FIPS 180-4 and FIPS 202, as NIST's examples give them
TEST(Hash, OfAbcIsAsPublished) {
  EXPECT_EQ(base::to_hex(sha256({view("abc")})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base::to_hex(sha512({view("abc")})),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(base::to_hex(sha3_256({view("abc")})), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
  EXPECT_EQ(base::to_hex(sha3_512({view("abc")})),
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
            "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
}

TEST(Hash, ShakeOfNothingIsAsPublished) {
  base::Bytes<32> out;
  shake256({}, out);
  EXPECT_EQ(base::to_hex(out), "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f");
}

RC_GTEST_PROP(Hash, IsTheSameInPiecesAndAtOnce, (const base::Blob& left, const base::Blob& right)) {
  const base::Blob whole = base::concat({left, right});
  RC_ASSERT(sha256({left, right}) == sha256({whole}));
  RC_ASSERT(Sha512().add(left).add(right).finish() == sha512({whole}));
  RC_ASSERT(sha3_256({left, right}) == sha3_256({whole}));
}

// RFC 2104 as it is written, for a key of at most one block.
base::Bytes<32> written_out_hmac(base::View key, base::View message) {
  base::Bytes<64> inner, outer;
  inner.fill(0x36);
  outer.fill(0x5c);
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<std::uint8_t>(inner[i] ^ key[i]);
    outer[i] = static_cast<std::uint8_t>(outer[i] ^ key[i]);
  }
  return sha256({outer, sha256({inner, message})});
}

RC_GTEST_PROP(HmacSha256Key, MakesTheSameMacInPiecesAgainAndAgain, (const base::Blob& left, const base::Blob& right)) {
  const auto key = *rc::gen::container<base::Blob>(*rc::gen::inRange(0, 65), rc::gen::arbitrary<std::uint8_t>());
  const auto padding = *rc::gen::inRange<std::size_t>(0, 200);  // around the ends of blocks
  const base::Blob whole = base::concat({left, base::Blob(padding), right});
  const auto expected = written_out_hmac(key, whole);
  const HmacSha256Key hashed_once(key);
  for (int again = 0; again < 2; ++again) {
    RC_ASSERT(hashed_once.mac<base::Bytes<32>>(left, base::Blob(padding), right) == expected);
  }
  RC_ASSERT(hmac_sha256<base::Bytes<32>>(key, whole) == expected);
}

TEST(Hkdf, CutsItsOutputIntoTheCallersSecretsInOrder) {
  using First = base::Secret<struct FirstTag, 32>;
  using Second = base::Secret<struct SecondTag, 16>;
  base::Bytes<48> whole;
  hkdf_sha256_into(whole, view("salt"), view("ikm"), view("info"));
  const auto [first, second] = hkdf_sha256<First, Second>(view("salt"), view("ikm"), view("info"));
  EXPECT_TRUE(base::same(first.expose(), base::View(whole).first(32)));
  EXPECT_TRUE(base::same(second.expose(), base::View(whole).last(16)));
}

TEST(Hkdf, TakesNoSaltAsThirtyTwoZeroBytes) {
  base::Bytes<32> without, with_zeros;
  hkdf_sha256_into(without, {}, view("ikm"), view("info"));
  hkdf_sha256_into(with_zeros, base::Bytes<32>{}, view("ikm"), view("info"));
  EXPECT_EQ(without, with_zeros);
}

}  // namespace
}  // namespace sotto::crypto
