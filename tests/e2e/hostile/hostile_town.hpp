#pragma once
#include "e2e/hostile/pieces.hpp"
#include "e2e/hostile/used_key.hpp"
#include "e2e/town.hpp"

namespace sotto::test::hostile {

/// A town whose server is not to be trusted.
struct HostileTown : Town {
  HostileTown() {
    port = 8443;
    restart();
    shim.listen();
  }
  ~HostileTown() {
    shim.stop();
    kill();
  }
  /// Everybody drains, until nothing moves any more.
  void settle(int rounds = 5) {
    for (int round = 0; round < rounds; ++round) {
      for (Resident& one : residents) {
        const auto has_account = one.engine->has_account();
        if (has_account && *has_account) (void)one.listen();
      }
      time.run_for(std::chrono::minutes(1));
    }
  }
  /// Another device of an account.
  Resident& second_of(Resident& admin, const std::string& name) {
    Resident& made = visitor(name);
    const auto joined = made.join(admin);
    CHECK(joined);
    settle();
    return made;
  }

  Shim shim{*this, 8443};
};

/// Statements that only who has the account key can make: `change` of the list that stands, signed anew.
inline wire::Introduction signed_anew(Resident& admin, const std::function<void(wire::DeviceList&)>& change) {
  const store::OwnAccount account = admin.own();
  wire::Introduction made = account.introduction;
  wire::DeviceList list = *wire::DeviceList::parse(made.list.statement);
  change(list);
  made.list = wire::Signed::make(wire::names::device_list, list.serialize(), *account.account_key, admin.random);
  return made;
}

inline bool has_loud(const Resident& one, const std::string& kind) {
  return std::ranges::any_of(one.notices, [&](const store::Notice& notice) {
    return notice.is_loud() && store::to_text(notice.kind) == kind && !notice.words.empty();
  });
}

}  // namespace sotto::test::hostile
