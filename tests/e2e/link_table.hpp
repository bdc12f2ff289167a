#pragma once
#include <gtest/gtest.h>

#include "client/linking/admin.hpp"
#include "client/linking/new_device.hpp"
#include "e2e/town.hpp"

namespace sotto::test {

namespace linking = client::linking;

/// A table at which a new device and an admin device lie side by side.
struct LinkTable : testing::Test {
  LinkTable() {
    Town::introduce(ana, ben);
    settle();
  }

  void sit_down(std::function<void(linking::NewStep)> watch_new = {},
                std::function<void(linking::AdminStep)> watch_admin = {}) {
    here.emplace(*tablet.engine, std::move(watch_new));
    there.emplace(*ben.engine, std::move(watch_admin));
  }
  static linking::NewDeviceWish wish() {
    return {.server = *wire::Authority::parse("here:443"), .server_ca = "", .name = "the tablet"};
  }

  /// Both at once: what each of them waits for, the other one says.
  template <class T, class U>
  std::pair<T, U> together(net::asio::awaitable<T> one, net::asio::awaitable<U> other) {
    // Shared with coroutines that may outlive a test which one of them ends.
    const auto first = std::make_shared<std::optional<T>>();
    const auto second = std::make_shared<std::optional<U>>();
    net::spawn(town.io.get_executor(), keep<T>(std::move(one), first));
    net::spawn(town.io.get_executor(), keep<U>(std::move(other), second));
    CHECK(town.time.run_until([&] { return first->has_value() && second->has_value(); }));
    return {std::move(**first), std::move(**second)};
  }
  template <class T>
  static net::asio::awaitable<void> keep(net::asio::awaitable<T> work, std::shared_ptr<std::optional<T>> result) {
    result->emplace(co_await std::move(work));
  }

  /// Up to the first code on the new device.
  std::string meet() {
    sit_down();
    const auto link = town_run(here->begin(wish()));
    EXPECT_TRUE(link) << link.error().message;
    const auto [offered, met] = together(here->await_offer(), there->meet(*link));
    EXPECT_TRUE(offered) << offered.error().message;
    EXPECT_TRUE(met) << met.error().message;
    return offered ? offered->code : "";
  }
  std::string confirm() {
    const std::string first = meet();
    const auto second = town_run(there->confirm(first));
    EXPECT_TRUE(second) << second.error().message;
    return second ? *second : "";
  }
  void link() {
    const std::string code = confirm();
    const auto [finished, added] = together(here->finish(code), there->add("the tablet"));
    EXPECT_TRUE(finished) << finished.error().message;
    EXPECT_TRUE(added) << added.error().message;
    settle();
  }
  void stand_up() {
    here.reset();
    there.reset();
  }

  template <class T>
  T town_run(net::asio::awaitable<T> work) {
    return net::run(town.time, std::move(work));
  }

  /// Everybody drains, until nothing moves any more.
  void settle() {
    for (int round = 0; round < 5; ++round) {
      for (Resident& one : town.residents) {
        const auto has_account = one.engine->has_account();
        if (!has_account || !*has_account) continue;
        const auto listened = one.listen();
        EXPECT_TRUE(listened) << one.name << ": " << listened.error().message;
      }
      town.time.run_for(std::chrono::minutes(1));
    }
  }
  /// Every row but the count of tries, which is what a failure leaves behind.
  static Dump without_tries(Resident& of) {
    Dump rows = of.home.dump();
    rows.erase("linking_tries");
    rows.erase("prekey_ids");  // numbers are not given twice
    return rows;
  }

  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &tablet = town.visitor("ben's tablet");
  std::optional<linking::NewDevice> here;  // the tablet
  std::optional<linking::Admin> there;     // ben
};

}  // namespace sotto::test
