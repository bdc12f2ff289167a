// Two admin devices that changed the list without knowing of each other: a list that names both ends the fork.
#include <gtest/gtest.h>

#include "client/introductions.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;

class InMemoryMerging : public testing::Test {
 protected:
  void SetUp() override {
    Town::introduce(ana, phone);
    ASSERT_TRUE(laptop.join(phone));
    settle();
    ASSERT_TRUE(tablet.join(phone));
    settle();
    ASSERT_TRUE(phone.run(phone.engine->change_list({.promote = laptop.own().device})));
    settle();
  }
  void settle() {
    for (int round = 0; round < 5; ++round) {
      for (Resident& one : town.residents) {
        const auto has_account = one.engine->has_account();
        if (has_account && *has_account) (void)one.listen();
      }
      town.time.run_for(std::chrono::minutes(1));
    }
  }
  /// What the phone made while the server it knew was put back to before.
  void change_apart(const std::function<void(wire::DeviceList&)>& change) {
    const store::OwnAccount account = phone.own();
    wire::DeviceList list = *wire::DeviceList::parse(account.introduction.list.statement);
    list.previous = {client::view_of(account.introduction).list_hash};
    ++list.order.version;
    change(list);
    wire::Introduction made = account.introduction;
    made.list = wire::Signed::make(wire::names::device_list, list.serialize(), *account.account_key, phone.random);
    const auto taken = phone.home->transact([&](store::Transaction& in) -> client::Result<void> {
      EXPECT_EQ(client::apply_own(in, account, made, town.time.now()), client::Introduced::is_new);
      return {};
    });
    ASSERT_TRUE(taken);
  }
  static std::size_t standing_forks(Resident& at, const wire::AccountId& of) {
    return *at.home->transact([&](store::Transaction& in) -> client::Result<std::size_t> {
      return store::peers::standing_forks(in, of).size();
    });
  }

  Town town;
  Resident &ana = town.resident("ana"), &phone = town.resident("ben");
  Resident &laptop = town.visitor("laptop"), &tablet = town.visitor("tablet");
};

TEST_F(InMemoryMerging, KeepsOnlyDevicesThatAreOnBothSides) {
  const auto number = tablet.own().device;
  change_apart([&](wire::DeviceList& list) {
    std::erase_if(list.devices, [&](const wire::Device& one) { return one.number == number; });
  });
  ASSERT_TRUE(laptop.run(laptop.engine->change_list({.name = "the laptop", .rename = laptop.own().device})));
  settle();
  for (Resident* one : {&phone, &laptop}) {
    EXPECT_EQ(one->devices().size(), 2u) << one->name;
    EXPECT_EQ(standing_forks(*one, phone.own().account_id), 0u) << one->name;
  }
  EXPECT_EQ(client::view_of(phone.own().introduction), client::view_of(laptop.own().introduction));
  const auto list = *wire::DeviceList::parse(phone.own().introduction.list.statement);
  EXPECT_EQ(list.previous.size(), 2u);
  ASSERT_TRUE(ana.write(phone, "after"));
  settle();
  EXPECT_EQ(phone.texts(), Texts{"after"});
  EXPECT_EQ(laptop.texts(), Texts{"after"});
  EXPECT_TRUE(tablet.texts().empty());
}

TEST_F(InMemoryMerging, BothSidesStayAsProofAndTheForkIsTold) {
  change_apart([](wire::DeviceList& list) { ++list.day.value; });
  ASSERT_TRUE(laptop.run(laptop.engine->change_list({.name = "the laptop", .rename = laptop.own().device})));
  settle();
  EXPECT_EQ(phone.home.number("SELECT count(*) FROM forks"), 1);
  const auto told = phone.told();
  EXPECT_EQ(std::ranges::count(told, std::string("list_fork")), 1);
  EXPECT_EQ(phone.devices().size(), 3u);
}

TEST_F(InMemoryMerging, AContactWhoSawBothSidesWritesToAllDevicesAgain) {
  ASSERT_TRUE(phone.write(ana, "hello"));
  settle();
  change_apart([](wire::DeviceList& list) { ++list.day.value; });
  ASSERT_TRUE(phone.engine->enqueue("ana", "from one side"));
  (void)phone.run(phone.engine->drain_outbox());
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(laptop.run(laptop.engine->change_list({.name = "the laptop", .rename = laptop.own().device})));
  settle();
  EXPECT_EQ(standing_forks(ana, phone.own().account_id), 0u);
  phone.heard.clear(), laptop.heard.clear(), tablet.heard.clear();
  ASSERT_TRUE(ana.write(phone, "to all"));
  settle();
  for (Resident* one : {&phone, &laptop, &tablet}) EXPECT_EQ(one->texts(), Texts{"to all"}) << one->name;
}

TEST_F(InMemoryMerging, ADeviceThatIsNotOnBothMergesNothing) {
  const auto number = phone.own().device;
  change_apart([](wire::DeviceList& list) { ++list.day.value; });
  const auto before = client::view_of(phone.own().introduction);
  ASSERT_TRUE(
      laptop.run(laptop.engine->succeed(phone.recovery_key, [&](wire::DeviceNumber one) { return one != number; })));
  settle();
  EXPECT_EQ(laptop.devices().size(), 2u);
  EXPECT_LT(before.order, client::view_of(laptop.own().introduction).order);
  const auto list = *wire::DeviceList::parse(laptop.own().introduction.list.statement);
  EXPECT_TRUE(list.previous.empty());
}

}  // namespace
}  // namespace sotto::test
