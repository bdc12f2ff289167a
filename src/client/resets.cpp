#include "client/resets.hpp"

#include "client/people.hpp"
#include "client/permits.hpp"
#include "store/notices.hpp"

namespace sotto::client::resets {
namespace {

std::string start_of(const wire::AccountId& account) { return account.text().substr(0, 8); }

Result<store::Reset> chosen(store::Transaction& in, const store::Contact& old,
                            const std::optional<std::string>& which) {
  auto open = store::resets::open(in, old.account_id);
  if (which) std::erase_if(open, [&](const store::Reset& one) { return !one.new_account.text().starts_with(*which); });
  if (open.empty()) return refused("nobody says to be " + old.name() + " with a new account");
  if (open.size() > 1) return refused("several accounts say to be " + old.name() + ": name one by its account id");
  return open.front();
}

store::Contact accept(store::Transaction& in, const outbox::Lent& lent, store::Contact old, store::Contact replacing) {
  const auto nickname = std::exchange(old.nickname, std::nullopt);
  people::shut_out(in, lent, old, "it was written before the contact began a new account");
  replacing.nickname = nickname;
  replacing.verified_root.reset();
  replacing.standing = store::Standing::accepted;
  store::contacts::keep(in, replacing, lent.now);
  permits::give_profile_key(in, lent, replacing, permits::Haste::now);
  return replacing;
}

}  // namespace

void note(store::Transaction& in, const wire::AccountId& old_account, const wire::AccountId& new_account,
          base::Timestamp now) {
  const auto old = store::contacts::load(in, old_account), known = store::contacts::load(in, new_account);
  if (!old || old->standing != store::Standing::accepted || old_account == new_account) return;
  if (!store::resets::keep(in, {.old_account = old_account, .new_account = new_account, .at = now})) return;
  const bool is_contact = known && known->standing == store::Standing::accepted;
  const std::string who =
      "account " + start_of(new_account) + (is_contact ? ", your contact " + known->name() + "," : "");
  store::notices::keep(in, {.account = old_account,
                            .kind = store::Notice::Kind::account_replaced,
                            .words = who + " says to be " + old->name() +
                                     " with a new account. Nothing proves that: ask " + old->name() +
                                     " another way, then answer with `sotto contact reset` and --accept or --refuse. "
                                     "Until then nothing is sent to " +
                                     old->name(),
                            .at = now});
}

Result<void> may_send(store::Transaction& in, const wire::AccountId& account) {
  const auto open = store::resets::open(in, account);
  if (open.empty()) return {};
  const auto contact = store::contacts::load(in, account);
  const std::string name = contact ? contact->name() : start_of(account);
  return Problem(Error::waiting, "another account says to be " + name + " with a new account: nothing is sent to " +
                                     name + " before you have answered with `sotto contact reset`");
}

Result<store::Contact> answer(Engine& engine, const std::string& who, const std::optional<std::string>& which,
                              bool is_accepted) {
  TRY(const store::OwnAccount own, engine.own());
  const outbox::Lent lent = engine.lent(own);
  auto answered = engine.parts().store.transact([&](store::Transaction& in) -> Result<store::Contact> {
    TRY(const store::Contact old, engine.contact(in, who));
    TRY(const store::Reset reset, chosen(in, old, which));
    auto replacing = store::contacts::load(in, reset.new_account);
    if (!replacing) return refused("the new account is not known here any more");
    // Never told to our other devices: each asks the person.
    if (is_accepted) {
      store::resets::answer(in, reset, store::Reset::Answer::accepted);
      return accept(in, lent, old, *std::move(replacing));
    }
    store::resets::answer(in, reset, store::Reset::Answer::refused);
    store::messages::erase_all(in, reset.new_account);
    people::shut_out(in, lent, *std::move(replacing), "this contact was blocked before it could be sent");
    return old;
  });
  engine.wake_sending();
  return answered;
}

}  // namespace sotto::client::resets
