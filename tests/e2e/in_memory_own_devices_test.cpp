// What devices of one account may and may not do to each other, and what two of them, or two tasks of one, do at once.
#include <gtest/gtest.h>

#include "client/outbox.hpp"
#include "client/people.hpp"
#include "e2e/town.hpp"
#include "store/permits.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;
namespace people = client::people;

class InMemoryOwnDevices : public testing::Test {
 protected:
  void SetUp() override {
    for (Resident* other : {&ana, &eve, &dan}) Town::introduce(*other, phone);
    ASSERT_TRUE(tablet.join(phone));
    ASSERT_TRUE(phone.run(phone.engine->change_list({.name = "the tablet", .rename = tablet.own().device})));
    for (Resident* other : {&ana, &eve, &dan}) {
      ASSERT_TRUE(phone.write(*other, "hello"));
      ASSERT_TRUE(other->write(phone, "hello"));
    }
    settle();
  }
  void settle() {
    for (int round = 0; round < 6; ++round) {
      for (Resident& one : town.residents) {
        const auto listened = one.listen();
        ASSERT_TRUE(listened) << listened.error().message;
      }
      town.time.run_for(std::chrono::minutes(1));
    }
  }
  bool is_verified(Resident& at, const std::string& name) { return at.engine->verify(name, false)->is_verified; }
  static store::ProfileKey profile_key(Resident& at) {
    return *at.home->transact([&](store::Transaction& in) -> client::Result<store::ProfileKey> {
      return store::permits::profile_key(in, at.random);
    });
  }
  static wire::SyncAccount secrets_of(Resident& at) {
    const auto own = at.own();
    return *at.home->transact([&](store::Transaction& in) -> client::Result<wire::SyncAccount> {
      return client::own_list::secrets_for_devices(in, own, at.random);
    });
  }
  void say_to_own(Resident& from, const wire::Body& body) {
    const auto own = from.own();
    const auto kept = from.home->transact([&](store::Transaction& in) -> client::Result<void> {
      client::outbox::sync(in, {.own = own, .now = from.clock.now(), .random = from.random}, own.account_id, body);
      return {};
    });
    ASSERT_TRUE(kept);
    settle();
  }

  Town town;
  Resident &ana = town.resident("ana"), &eve = town.resident("eve"), &dan = town.resident("dan");
  Resident &phone = town.resident("ben"), &tablet = town.visitor("tablet");
};

TEST_F(InMemoryOwnDevices, AnAdminsMarkOfVerificationReachesTheOthers) {
  ASSERT_TRUE(phone.engine->verify("ana", true));
  settle();
  EXPECT_TRUE(is_verified(tablet, "ana"));
}

TEST_F(InMemoryOwnDevices, ALinkedDeviceGivesNobodyThatMarkElsewhere) {
  ASSERT_TRUE(tablet.engine->verify("ana", true));
  settle();
  EXPECT_TRUE(is_verified(tablet, "ana"));
  EXPECT_FALSE(is_verified(phone, "ana"));
}

TEST_F(InMemoryOwnDevices, ALinkedDeviceReplacesNoSecretOfTheAccount) {
  wire::SyncAccount forged = secrets_of(tablet);
  forged.account_secret = {1, 2, 3};
  forged.link_token = {4, 5, 6};
  const auto link_token = phone.own().link_token;
  say_to_own(tablet, forged);
  EXPECT_EQ(phone.devices()[1].name, "the tablet") << "and so the names can be read";
  EXPECT_EQ(phone.own().link_token, link_token);
}

TEST_F(InMemoryOwnDevices, AProfileKeyThatWasReplacedDoesNotComeBack) {
  const wire::SyncAccount before = secrets_of(tablet);
  ASSERT_TRUE(people::block(*phone.engine, "eve"));
  const auto replaced = profile_key(phone);
  say_to_own(tablet, before);
  EXPECT_TRUE(base::same(profile_key(phone).expose(), replaced.expose()));
  EXPECT_TRUE(base::same(profile_key(tablet).expose(), replaced.expose()));
}

TEST_F(InMemoryOwnDevices, ACountThatLeapsAheadClosesTheProfileKeyForNobody) {
  wire::SyncAccount forged = secrets_of(tablet);
  forged.profile_key = {9};
  forged.profile_key_count = INT64_MAX;
  const auto held = profile_key(phone);
  say_to_own(tablet, forged);
  EXPECT_TRUE(base::same(profile_key(phone).expose(), held.expose()));
  ASSERT_TRUE(people::block(*phone.engine, "eve"));
  EXPECT_FALSE(base::same(profile_key(phone).expose(), held.expose()));
}

TEST_F(InMemoryOwnDevices, TwoBlocksAtOnceEndInOneProfileKey) {
  ASSERT_TRUE(people::block(*phone.engine, "eve"));
  ASSERT_TRUE(people::block(*tablet.engine, "dan"));
  settle();
  EXPECT_TRUE(base::same(profile_key(phone).expose(), profile_key(tablet).expose()));
}

TEST_F(InMemoryOwnDevices, AChangeOfTheListBesideASuccessionCostsNoAccountKey) {
  const auto first = std::make_shared<std::optional<client::Result<void>>>();
  const auto second = std::make_shared<std::optional<client::Result<void>>>();
  const auto keep = [](net::asio::awaitable<client::Result<void>> work,
                       std::shared_ptr<std::optional<client::Result<void>>> into) -> net::asio::awaitable<void> {
    into->emplace(co_await std::move(work));
  };
  const wire::RecoveryKey& key = phone.recovery_key;
  net::spawn(town.io.get_executor(), keep(phone.engine->succeed(key, [](wire::DeviceNumber) { return true; }), first));
  net::spawn(town.io.get_executor(),
             keep(phone.engine->change_list({.name = "renamed", .rename = tablet.own().device}), second));
  ASSERT_TRUE(town.time.run_until([&] { return first->has_value() && second->has_value(); }));
  EXPECT_TRUE(**first && **second);
  ASSERT_TRUE(phone.own().account_key);
  EXPECT_EQ(phone.devices()[1].name, "renamed");
  settle();
  EXPECT_EQ(tablet.devices()[1].name, "renamed");
}

TEST_F(InMemoryOwnDevices, AClockThatWasYearsAheadHoldsNothingBackForYears) {
  phone.clock.ahead_ms = 5 * 365 * base::ms_per_day;
  ASSERT_TRUE(phone.write(ana, "from the future"));
  phone.clock.ahead_ms = 0;
  settle();
  EXPECT_EQ(tablet.history("ana").back(), "from the future");
  const auto ready = phone.home->transact(
      [](store::Transaction& in) -> client::Result<bool> { return store::outgoing::waiting(in).empty(); });
  EXPECT_TRUE(*ready);
}

}  // namespace
}  // namespace sotto::test
