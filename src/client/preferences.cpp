#include "client/preferences.hpp"

#include "client/claimed_names.hpp"
#include "store/settings.hpp"

namespace sotto::client::preferences {

Result<std::vector<Preference>> list(Engine& engine) {
  TRY(const store::OwnAccount own, engine.own());
  return engine.parts().store.transact([](store::Transaction& in) -> Result<std::vector<Preference>> {
    std::vector<Preference> made;
    for (const auto& known : store::settings::all()) {
      made.push_back({.name = std::string(known.name),
                      .is_on = store::settings::is_on(in, known.name, known.otherwise),
                      .what = std::string(known.what)});
    }
    return made;
  });
}

Result<void> set(Engine& engine, const std::string& name, bool is_on) {
  TRY(const store::OwnAccount own, engine.own());
  if (!store::settings::is_known(name)) return refused("there is no setting \"" + name + "\": see `sotto settings`");
  auto done = engine.parts().store.transact([&](store::Transaction& in) -> Result<void> {
    store::settings::set(in, name, is_on);
    wire::SyncSettings chosen;
    chosen.settings.push_back({.name = name, .is_on = is_on});
    outbox::sync(in, engine.lent(own), own.account_id, std::move(chosen));
    return {};
  });
  engine.wake_sending();
  return done;
}

Result<std::string> profile_name(Engine& engine) {
  TRY(const store::OwnAccount own, engine.own());
  return engine.parts().store.transact([&](store::Transaction& in) -> Result<std::string> {
    return store::settings::profile_name(in).value_or(own.user_name);
  });
}

Result<void> set_profile_name(Engine& engine, const std::string& name) {
  TRY(const store::OwnAccount own, engine.own());
  if (!claimed_names::is_choosable(name)) {
    return refused("a name is one line of 1 to 64 bytes in normal form C, without characters that can't be seen");
  }
  auto done = engine.parts().store.transact([&](store::Transaction& in) -> Result<void> {
    store::settings::set_profile_name(in, name);
    const outbox::Lent lent = engine.lent(own);
    const wire::Profile profile{name};
    outbox::sync(in, lent, own.account_id, profile);
    for (const store::Contact& contact : store::contacts::all(in)) {
      if (contact.standing == store::Standing::accepted && contact.has_our_profile_key)
        outbox::post_later(in, lent, contact.account_id, profile);
    }
    return {};
  });
  engine.wake_sending();
  return done;
}

}  // namespace sotto::client::preferences
