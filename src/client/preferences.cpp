#include "client/preferences.hpp"

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

}  // namespace sotto::client::preferences
