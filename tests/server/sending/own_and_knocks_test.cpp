// The two ways to send in one's own name: to one's own devices, and to who is known by user name only.
#include <gtest/gtest.h>

#include "server/keeper.hpp"
#include "server/limits.hpp"
#include "server/sending/messages.hpp"

namespace sotto::test {
namespace {

struct OwnNameTest : testing::Test {
  OwnNameTest() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  frames::SendRequest knock_on(const TestDevice& whom, std::uint8_t key) {
    auto letter = ana.letter_to(whom, "may I?", key);
    letter.set_recipient(base::text(whom.draft.account_id().view()));
    return letter;
  }
  net::Response knock(const frames::SendRequest& letter) { return ana.ask("POST", "/v1/knocks", serialized(letter)); }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(OwnNameTest, AKnockIsDeliveredAndNeedsNoPermit) {
  EXPECT_EQ(knock(knock_on(bob, 1)).status, 200u);
  const auto mailbox = bob.open_mailbox();
  EXPECT_EQ(next_frame(world, **mailbox).deliver().envelope(), "may I?");
}

TEST_F(OwnNameTest, KnocksAreFew) {
  std::uint8_t key = 0;
  while (knock(knock_on(bob, ++key)).status == 200u) {
  }
  EXPECT_LE(key, server::limits::knocks_at_once + 1);
  EXPECT_EQ(code_of(knock(knock_on(bob, ++key))), "too_many");
  EXPECT_EQ(bob.send(ana, "by permit", 1).status, 200u);  // nobody else waits for it
}

TEST_F(OwnNameTest, AKnockOnNobodyIsRefusedLikeAWrongPermit) {
  TestDevice stranger(world, 3, "eve");
  const auto absent = knock(knock_on(stranger, 1));
  EXPECT_EQ(absent.status, 403u);
  EXPECT_EQ(code_of(absent), "no_such_permit");
}

TEST_F(OwnNameTest, OwnMessagesGoToEachOtherDeviceAndToNoOtherAccount) {
  Keeper keeper{ana};
  SecondDevice second(keeper, 11);
  ASSERT_EQ(second.arrive().status, 200u);
  ASSERT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  frames::SendRequest letter;
  letter.set_idempotency_key(std::string(16, 'k'));
  auto& item = *letter.add_items();
  item.set_mailbox_id(base::text(second.device.draft.mailbox.view()));
  item.set_registration_id(second.entry(2).registration_id.value);
  item.set_envelope("to myself");
  EXPECT_EQ(ana.ask("POST", "/v1/own/messages", serialized(letter)).status, 200u);
  const auto elsewhere = ana.ask("POST", "/v1/own/messages", serialized(ana.letter_to(bob, "no", 2)));
  EXPECT_EQ(code_of(elsewhere), "wrong_devices");
  EXPECT_EQ(bob.status().queued_envelopes(), 0u);
}

TEST_F(OwnNameTest, ARemovedDevicesRequestThatWasUnderWayDoesNothing) {
  Keeper keeper{ana};
  SecondDevice second(keeper, 11);
  ASSERT_EQ(second.arrive().status, 200u);
  ASSERT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  const wire::Permit planted{9};
  frames::PermitChange change;
  *change.add_add() = ana.permit_of_class(frames::Permit::CONTACT, planted);
  const base::Blob body = serialized(change);
  const std::string head = "PUT /v1/permits HTTP/1.1\r\nHost: here:443\r\nAuthorization: Bearer " +
                           base::to_base64url(second.device.draft.token) +
                           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const auto stream = *net::run(world.time, world.network.connect(world.endpoint(), {}, std::chrono::seconds(1)));
  ASSERT_TRUE(net::run(world.time, net::write_all(*stream, base::view(head))));
  world.time.settle();
  auto remaining = keeper.held().list.devices;
  remaining.pop_back();
  ASSERT_EQ(keeper.put_list({.devices = remaining}).status, 200u);
  ASSERT_TRUE(net::run(world.time, net::write_all(*stream, body)));
  base::Blob answer;
  ASSERT_TRUE(net::run(world.time, net::read_onto(*stream, answer, 4096)));
  EXPECT_TRUE(base::text(answer).starts_with("HTTP/1.1 401"));
  EXPECT_EQ(bob.send(ana, "by ana's own", 1).status, 200u);
  ana.permit = planted;
  EXPECT_EQ(bob.send(ana, "by the planted one", 2).status, 403u);
}

}  // namespace
}  // namespace sotto::test
