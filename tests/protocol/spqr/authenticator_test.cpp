#include "protocol/spqr/authenticator.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "support/counted.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol::spqr {
namespace {

using boost::json::value;
using test::hex;

boost::json::array recorded(std::string_view name) {
  return test::vectors("spqr/kdf.json").as_object().at(name).as_array();
}

void expect_is(const Authenticator& authenticator, const value& step) {
  EXPECT_TRUE(base::same(authenticator.root().expose(), hex(step, "auth_root")));
  EXPECT_TRUE(base::same(authenticator.mac().expose(), hex(step, "auth_mac")));
}

TEST(Authenticator, IsUpdatedAndMakesMacsAsRecorded) {
  const auto cases = recorded("authenticator");
  for (const value& one : cases) {
    const auto& steps = one.at("steps").as_array();
    Authenticator authenticator(AuthKey(hex<32>(one, "auth_key")));
    expect_is(authenticator, steps.at(0));
    for (std::size_t i = 1; i < steps.size(); ++i) {
      const value& step = steps[i];
      const std::uint64_t epoch = test::number(step, "epoch");
      EXPECT_EQ(authenticator.header_mac(epoch, hex<64>(step, "header")), hex<32>(step, "mac_header"));
      authenticator = authenticator.updated(epoch, EpochSecret(hex<32>(step, "secret")));
      expect_is(authenticator, step);

      base::Bytes<1088> ciphertext;
      crypto::shake256({base::view(test::text(step, "ct1_ct2_shake"))}, ciphertext);
      const auto ct1 = *base::fixed<960>(base::View(ciphertext).first(960));
      const auto ct2 = *base::fixed<128>(base::View(ciphertext).last(128));
      EXPECT_EQ(authenticator.ciphertext_mac(epoch, ct1, ct2), hex<32>(step, "mac_ciphertext"));
    }
  }
  test::expect_all_ran("kdf.json authenticator", cases.size(), 3);
}

TEST(EpochSecret, IsDerivedAsRecorded) {
  const auto cases = recorded("epoch_secrets");
  for (const value& one : cases) {
    const mlkem::SharedSecret shared(hex<32>(one, "shared_secret"));
    const EpochSecret secret = epoch_secret(std::stoull(test::text(one, "epoch")), shared);
    EXPECT_TRUE(base::same(secret.expose(), hex(one, "secret")));
  }
  test::expect_all_ran("kdf.json epoch_secrets", cases.size(), 7);
}

}  // namespace
}  // namespace sotto::protocol::spqr
