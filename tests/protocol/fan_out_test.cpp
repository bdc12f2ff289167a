#include "protocol/fan_out.hpp"

#include <gtest/gtest.h>

#include "protocol/person.hpp"

namespace sotto::protocol {
namespace {

using test::Person;

TEST(FanOut, GivesEachDeviceItsOwnOutcome) {
  Person alice("9d0652a3-dcc3-4d11-975f-74d61598733f", 1, 1);
  Person phone("796abedb-ca4e-4f18-8803-1fde5b921f9f", 1, 2), laptop("796abedb-ca4e-4f18-8803-1fde5b921f9f", 2, 3);
  Person stranger("796abedb-ca4e-4f18-8803-1fde5b921f9f", 3, 4), changed("796abedb-ca4e-4f18-8803-1fde5b921f9f", 4, 5);
  const auto record_with = [&](Person& remote) {
    return *start_session({}, remote.publish(true), alice.context(remote.address));
  };
  const Record to_phone = record_with(phone), to_laptop = record_with(laptop), none, to_changed = record_with(changed);
  alice.trust = [&](const Address& remote, const crypto::PublicKey&, Use) { return remote != changed.address; };
  const Context with_phone = alice.context(phone.address), with_laptop = alice.context(laptop.address);
  const Context with_stranger = alice.context(stranger.address), with_changed = alice.context(changed.address);

  const std::array targets{FanOutTarget{to_phone, with_phone}, FanOutTarget{none, with_stranger},
                           FanOutTarget{to_changed, with_changed}, FanOutTarget{to_laptop, with_laptop}};
  const auto outcomes = fan_out(targets, base::view("to all"));
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_EQ(outcomes[1].error(), Error::no_session);
  EXPECT_EQ(outcomes[2].error(), Error::untrusted_identity);
  ASSERT_TRUE(outcomes[0] && outcomes[3]);
  EXPECT_EQ(base::text(*phone.receive(alice.address, {outcomes[0]->type, outcomes[0]->message})), "to all");
  EXPECT_EQ(base::text(*laptop.receive(alice.address, {outcomes[3]->type, outcomes[3]->message})), "to all");
  EXPECT_EQ(to_phone.current()->sending.counter, 0u);  // what came in is as it was
  EXPECT_EQ(outcomes[0]->record.current()->sending.counter, 1u);
}

TEST(FanOut, ToNobodyIsNothing) { EXPECT_TRUE(fan_out({}, base::view("x")).empty()); }

}  // namespace
}  // namespace sotto::protocol
