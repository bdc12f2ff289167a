#include "client/people.hpp"

#include <algorithm>

#include "client/claimed_names.hpp"
#include "client/own_list.hpp"
#include "client/permits.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::people {
namespace {

using store::Standing;

/// Changes one contact in one transaction, and tells our other devices.
template <class Change>
Result<store::Contact> change(Engine& engine, Change make) {
  TRY(const store::OwnAccount own, engine.own());
  const outbox::Lent lent = engine.lent(own);
  auto changed = engine.parts().store.transact([&](store::Transaction& in) -> Result<store::Contact> {
    TRY(store::Contact contact, make(in, lent));
    store::contacts::keep(in, contact, lent.now);
    own_list::sync_contact(in, lent, contact);
    return contact;
  });
  engine.wake_sending();
  return changed;
}

/// The same, where texts were erased: they are gone from the log, too.
template <class Change>
Result<store::Contact> change_and_erase(Engine& engine, Change make) {
  TRY(store::Contact changed, change(engine, std::move(make)));
  if (const auto truncated = engine.parts().store.truncate_log(); !truncated) return Problem(truncated.error());
  return changed;
}

Result<store::Contact> request(store::Transaction& in, const std::string& who) {
  auto found = store::contacts::requests(in, who);
  if (found.empty()) return refused("no request of \"" + who + "\" waits: see `sotto request list`");
  if (found.size() > 1) return refused("several requests begin with \"" + who + "\": name more of the account id");
  return std::move(found.front());
}

Result<void> check_nickname(store::Transaction& in, const std::optional<std::string>& nickname,
                            const wire::AccountId& account) {
  if (!nickname) return {};
  if (!is_nickname(*nickname))
    return refused("a nickname is one line of 1 to 64 bytes without control characters, and no account id");
  if (store::contacts::is_nickname_taken(in, *nickname, account))
    return refused("another contact is called \"" + *nickname + "\" already");
  return {};
}

Result<std::vector<Person>> all(Engine& engine, auto wants) {
  TRY(const store::OwnAccount own, engine.own());
  return engine.parts().store.transact([&](store::Transaction& in) -> Result<std::vector<Person>> {
    std::vector<Person> made;
    for (store::Contact& contact : store::contacts::all(in)) {
      if (!wants(contact.standing)) continue;
      const auto peer = store::peers::load(in, contact.account_id);
      Person person{.contact = std::move(contact)};
      person.is_verified = peer && person.contact.verified_root == peer->held.certificate.first_root;
      person.looks_like = claimed_names::looks_like(in, person.contact);
      person.messages = store::messages::count(in, person.contact.account_id);
      made.push_back(std::move(person));
    }
    return made;
  });
}

}  // namespace

bool is_nickname(const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= wire::max_claimed_name && wire::is_utf8(text) &&
         std::ranges::none_of(text, is_control) && !wire::AccountId::from_text(text);
}

Result<std::vector<Person>> contacts(Engine& engine) {
  return all(engine, [](Standing standing) { return standing == Standing::accepted || standing == Standing::blocked; });
}

Result<std::vector<Person>> requests(Engine& engine) {
  return all(engine, [](Standing standing) { return standing == Standing::held; });
}

Result<store::Contact> accept(Engine& engine, const std::string& who, const std::optional<std::string>& nickname) {
  return change(engine, [&](store::Transaction& in, const outbox::Lent& lent) -> Result<store::Contact> {
    TRY(store::Contact contact, request(in, who));
    TRY_VOID(check_nickname(in, nickname, contact.account_id));
    if (nickname) contact.nickname = nickname;
    contact.standing = Standing::accepted;
    permits::give_profile_key(in, lent, contact, permits::Haste::now);
    contact.has_our_profile_key = true;
    return contact;
  });
}

Result<store::Contact> refuse(Engine& engine, const std::string& who) {
  return change_and_erase(engine, [&](store::Transaction& in, const outbox::Lent& lent) -> Result<store::Contact> {
    TRY(store::Contact contact, request(in, who));
    contact.standing = Standing::refused;
    store::messages::erase_all(in, contact.account_id);
    permits::take_back(in, lent.own, contact.account_id);
    return contact;
  });
}

Result<store::Contact> block(Engine& engine, const std::string& who) {
  return change_and_erase(engine, [&](store::Transaction& in, const outbox::Lent& lent) -> Result<store::Contact> {
    auto waiting = store::contacts::requests(in, who);
    TRY(store::Contact contact,
        waiting.size() == 1 ? Result<store::Contact>(waiting.front()) : engine.contact(in, who));
    if (contact.standing == Standing::blocked) return refused(contact.name() + " is blocked already");
    if (contact.standing == Standing::held) store::messages::erase_all(in, contact.account_id);
    shut_out(in, lent, contact, "this contact was blocked before it could be sent");
    return *store::contacts::load(in, contact.account_id);
  });
}

void shut_out(store::Transaction& in, const outbox::Lent& lent, store::Contact contact, std::string_view reason) {
  contact.standing = Standing::blocked;
  permits::take_back(in, lent.own, contact.account_id);
  if (contact.has_our_profile_key) permits::rotate_profile_key(in, lent, contact.account_id);
  contact.has_our_profile_key = false;
  store::outgoing::remove_for(in, contact.account_id);
  store::messages::fail_unsent(in, contact.account_id, reason);
  store::contacts::keep(in, contact, lent.now);
}

Result<store::Contact> unblock(Engine& engine, const std::string& who) {
  return change(engine, [&](store::Transaction& in, const outbox::Lent&) -> Result<store::Contact> {
    TRY(store::Contact contact, engine.contact(in, who));
    if (contact.standing != Standing::blocked) return refused(contact.name() + " is not blocked");
    contact.standing = Standing::accepted;
    return contact;
  });
}

Result<store::Contact> rename(Engine& engine, const std::string& who, const std::optional<std::string>& nickname) {
  return change(engine, [&](store::Transaction& in, const outbox::Lent&) -> Result<store::Contact> {
    TRY(store::Contact contact, engine.contact(in, who));
    TRY_VOID(check_nickname(in, nickname, contact.account_id));
    contact.nickname = nickname;
    return contact;
  });
}

Result<store::Contact> go_on_without_list(Engine& engine, const std::string& who) {
  TRY(const store::OwnAccount own, engine.own());
  auto changed = engine.parts().store.transact([&](store::Transaction& in) -> Result<store::Contact> {
    TRY(store::Contact contact, engine.contact(in, who));
    if (!store::peers::standing_claim(in, contact.account_id))
      return refused("nothing waits for a newer device list of " + contact.name());
    store::peers::ignore_claim(in, contact.account_id);
    return contact;
  });
  engine.wake_sending();
  return changed;
}

}  // namespace sotto::client::people
