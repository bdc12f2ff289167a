#include "server/accounts/presenting.hpp"

#include <gtest/gtest.h>

#include "server/keeper.hpp"
#include "wire/device_return.hpp"

namespace sotto::test {
namespace {

struct PresentingTest : testing::Test {
  PresentingTest() {
    CHECK(ana.move_in().status == 200u);
    CHECK(bob.move_in().status == 200u);
  }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
  Keeper keeper{ana};

  /// A second device joins, and the server is put back to before that.
  void lose(SecondDevice& second) {
    const auto backup = world.back_up("a.db");
    CHECK(second.arrive().status == 200u);
    CHECK(keeper.put_list(second.joined(2)).status == 200u);
    lost = keeper.introduction();
    world.restore(backup);
  }
  net::Response present(const wire::Introduction& introduction) {
    return ana.ask("PUT", "/v1/own/account", introduction.serialize());
  }
  struct Says {
    const crypto::PrivateKey* by = nullptr;  // otherwise the device's own key
    std::string server = "here:443";
    std::uint8_t number = 2;
    bool are_other_prekeys = false;
  };
  net::Response come_back(SecondDevice& second, const Says& how) {
    wire::PrekeyUpload prekeys = second.device.draft.prekeys();
    const base::Blob bytes = prekeys.serialize();
    wire::DeviceReturn says{.server = how.server,
                            .account_id = ana.draft.account_id(),
                            .number = wire::DeviceNumber(how.number),
                            .token_hash = wire::hash(wire::names::device_token, second.device.draft.token),
                            .challenge = *base::fixed<32>(base::view(keeper.begin().challenge())),
                            .prekeys_hash = crypto::sha256({bytes})};
    if (how.are_other_prekeys) says.prekeys_hash = {1};
    const crypto::PrivateKey& by = how.by ? *how.by : second.device.draft.identity.private_key;
    const wire::DeviceReturnRequest request{
        .introduction = lost,
        .statement = wire::Signed::make(wire::names::device_return, says.serialize(), by, keeper.random()),
        .prekeys = bytes};
    return keeper.send("POST", "/v1/devices/return", request.serialize());
  }
  std::string code_of(const net::Response& response) { return parsed<frames::Error>(response.body).code(); }
  wire::Introduction lost;
};

TEST_F(PresentingTest, AHigherListTakesThePlaceOfTheOneThatARestoreBroughtBack) {
  SecondDevice second(keeper, 11);
  lose(second);
  EXPECT_EQ(keeper.held().list.devices.size(), 1u);
  EXPECT_EQ(present(lost).status, 200u);
  EXPECT_EQ(keeper.introduction().list, lost.list);
  EXPECT_EQ(present(lost).status, 200u) << "again";
}

TEST_F(PresentingTest, ALowerOneIsRefusedWithTheOneThatStands) {
  const wire::Introduction first = keeper.introduction();
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  const auto refused = present(first);
  EXPECT_EQ(code_of(refused), "list_passed");
  EXPECT_EQ(keeper.held().list.devices.size(), 2u);
}

TEST_F(PresentingTest, SomebodyElsesOrAForgedOneIsRefused) {
  SecondDevice second(keeper, 11);
  lose(second);
  const auto before = keeper.introduction();
  EXPECT_EQ(code_of(bob.ask("PUT", "/v1/own/account", lost.serialize())), "bad_statement");
  wire::Introduction forged = lost;
  forged.list.statement.back() ^= 1;
  EXPECT_EQ(present(forged).status, 400u);
  EXPECT_EQ(keeper.introduction().list, before.list);
}

TEST_F(PresentingTest, ADeviceThatIsAbsentHasAMailboxAndNoBundle) {
  SecondDevice second(keeper, 11);
  lose(second);
  EXPECT_EQ(present(lost).status, 200u);
  EXPECT_EQ(second.device.ask("GET", "/v1/status").status, 401u);
  const auto bundles = parsed<frames::Bundles>(bob.ask_anonymously(ana, "POST", "/v1/bundles").body);
  EXPECT_EQ(bundles.bundles_size(), 1);
}

TEST_F(PresentingTest, ALostDeviceReturnsByItsIdentityKey) {
  SecondDevice second(keeper, 11);
  lose(second);
  EXPECT_EQ(come_back(second, {}).status, 200u);
  EXPECT_EQ(keeper.introduction().list, lost.list) << "it brought the list along";
  EXPECT_EQ(second.device.status().device_number(), 2u);
  const auto bundles = parsed<frames::Bundles>(bob.ask_anonymously(ana, "POST", "/v1/bundles").body);
  EXPECT_EQ(bundles.bundles_size(), 2);
  EXPECT_EQ(come_back(second, {}).status, 200u) << "a retry";
}

TEST_F(PresentingTest, NobodyElseReturnsInItsPlace) {
  SecondDevice second(keeper, 11);
  lose(second);
  EXPECT_EQ(present(lost).status, 200u);
  EXPECT_EQ(code_of(come_back(second, {.by = &bob.draft.identity.private_key})), "bad_statement");
  EXPECT_EQ(code_of(come_back(second, {.server = "there:443"})), "bad_statement");
  EXPECT_EQ(code_of(come_back(second, {.number = 1})), "bad_statement");
  EXPECT_EQ(code_of(come_back(second, {.are_other_prekeys = true})), "bad_statement");
  EXPECT_EQ(second.device.ask("GET", "/v1/status").status, 401u);
}

TEST_F(PresentingTest, ADeviceThatIsHereGetsNoOtherToken) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  lost = keeper.introduction();
  SecondDevice thief(keeper, 11);
  thief.device.draft.token[0] ^= 1;
  const auto& key = second.device.draft.identity.private_key;
  EXPECT_EQ(code_of(come_back(thief, {.by = &key})), "device_known");
  EXPECT_EQ(second.device.status().device_number(), 2u);
}

TEST_F(PresentingTest, ARemovedDeviceDoesNotReturn) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  lost = keeper.introduction();
  auto remaining = keeper.held().list.devices;
  remaining.pop_back();
  EXPECT_EQ(keeper.put_list({.devices = remaining}).status, 200u);
  EXPECT_EQ(code_of(come_back(second, {})), "device_known");
  EXPECT_EQ(second.device.ask("GET", "/v1/status").status, 401u);
}

}  // namespace
}  // namespace sotto::test
