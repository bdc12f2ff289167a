// Who is written to: by link or user name, and what the server shows about them.
#include <algorithm>

#include "base/check.hpp"
#include "client/engine.hpp"
#include "client/introductions.hpp"
#include "client/people.hpp"
#include "store/homes.hpp"
#include "store/settings.hpp"
#include "wire/utf8.hpp"

namespace sotto::client {
namespace {

wire::DeviceList list_of(const store::OwnAccount& own) {
  const auto list = wire::DeviceList::parse(own.introduction.list.statement);
  CHECK(list);
  return *list;
}

/// A new account says so once to everybody whom it adds, before anything else.
void say_what_is_replaced(store::Transaction& in, const outbox::Lent& lent, const wire::AccountId& to) {
  const auto replaced = wire::AccountId::from_text(store::settings::text(in, store::settings::replaces));
  if (replaced && store::messages::last_seq(in, to) == 0) outbox::post(in, lent, to, wire::Replacement{*replaced});
}

}  // namespace

Result<wire::ContactLink> Engine::address() {
  TRY(const store::OwnAccount account, own());
  const wire::Order order = view_of(account.introduction).order;
  return wire::ContactLink{.home_server = account.server,
                           .account_id = account.account_id,
                           .token = account.link_token,
                           .links = order.links,
                           .epoch = order.epoch,
                           .tls_pin = list_of(account).tls_pin};
}

Result<std::optional<Move>> Engine::pending_move(const std::string& words) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<std::optional<Move>> {
    TRY(const store::Contact whose, contact(in, words));
    return homes::open_move(in, whose.account_id);
  });
}

Result<void> Engine::allow_move(const std::string& words) {
  TRY_VOID(parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    TRY(const store::Contact whose, contact(in, words));
    if (!homes::open_move(in, whose.account_id)) return refused(whose.name() + " has not moved to another server");
    homes::follow(in, whose.account_id);
    return {};
  }));
  wake_sending();
  return {};
}

asio::awaitable<Result<bool>> Engine::refresh(Lines& lines, const store::OwnAccount& own, wire::AccountId account) {
  auto rights = rights_to(own, account);
  if (!rights) co_return rights.error();
  const auto introduction = co_await lines.introduction_of(*std::move(rights));
  if (!introduction) co_return introduction.error();
  const auto outcome = parts_.store.transact([&](store::Transaction& in) -> Result<Introduced> {
    const auto parsed = wire::rules::parse(*introduction);
    if (!parsed || parsed->list.account_id != account) return refused("the server answered with another account");
    const auto agreed = store::homes::load(in, account);
    if (agreed && std::tie(parsed->list.order.links, parsed->list.order.epoch) < std::tie(agreed->links, agreed->epoch))
      return refused("the server shows older statements than the link names: ask for the reason before you go on");
    return apply_introduction(in, *introduction, parts_.clock.now());
  });
  if (!outcome) co_return outcome.error();
  switch (*outcome) {  // committed: of a fork, what proves it
    case Introduced::is_new:
      co_return true;
    case Introduced::is_held:
      co_return false;
    case Introduced::is_older:  // it was restored, or hides something: the account's own devices show it theirs
      co_return Problem(
          Error::waiting,
          "the server shows an older device list of this contact than was seen before: the message waits");
    case Introduced::is_fork:
      co_return refused("the server shows a device list that contradicts one seen before; both are kept as proof");
    case Introduced::is_unsound:
      co_return refused("the server shows statements of this account that do not verify");
  }
  co_return false;
}

/// Kept as the link says; adding somebody connects nowhere that the person has not sent anything to.
Result<AddedContact> Engine::add_elsewhere(const store::OwnAccount& account, const wire::ContactLink& link,
                                           std::optional<std::string> nickname) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<AddedContact> {
    if (link.account_id == account.account_id) return refused("this is your own account");
    if (nickname && store::contacts::is_nickname_taken(in, *nickname, link.account_id))
      return refused("another contact is called \"" + *nickname + "\" already");
    auto contact = store::contacts::load(in, link.account_id).value_or(store::Contact{.account_id = link.account_id});
    if (nickname) contact.nickname = nickname;
    contact.origin = store::Origin::link;
    contact.link_token = base::blob(link.token);
    contact.standing = store::Standing::accepted;
    if (link.tls_pin) contact.tls_pin = base::blob(*link.tls_pin);
    store::contacts::keep(in, contact, parts_.clock.now());
    say_what_is_replaced(in, lent(account), contact.account_id);
    // Who is known already may have moved since the link was made: the signed list decides, and is asked about.
    if (!store::homes::load(in, link.account_id))
      store::homes::agree(in, link.account_id, {.server = link.home_server, .links = link.links, .epoch = link.epoch});
    return AddedContact{.contact = contact, .is_pinned = true, .server = link.home_server};
  });
}

asio::awaitable<Result<AddedContact>> Engine::add_contact(std::string link_or_name,
                                                          std::optional<std::string> nickname) {
  const auto account = own();
  if (!account) co_return account.error();
  if (nickname && !people::is_nickname(*nickname)) {
    co_return refused("a nickname is one line of 1 to 64 bytes without control characters, and no account id");
  }
  const bool is_link = link_or_name.find(':') != std::string::npos;
  std::optional<wire::ContactLink> link;
  if (is_link) {
    const auto parsed = wire::ContactLink::parse(link_or_name);
    if (!parsed) co_return refused(parsed.error().message);
    link = *parsed;
  } else if (!wire::is_user_name(link_or_name)) {
    co_return refused("\"" + link_or_name + "\" is neither a contact link nor a user name (3 to 32 of a-z 0-9 . _ -)");
  }
  if (link && link->home_server != account->server) co_return add_elsewhere(*account, *link, std::move(nickname));

  Lines lines = lines_for(*account);
  std::optional<wire::Introduction> introduction;
  if (link) {
    auto found = co_await lines.post.introduction_of(link->account_id, link->token);
    if (!found) co_return found.error();
    if (!*found) co_return refused(lines.server.name() + ": there is no such account, or its link was revoked");
    introduction = **std::move(found);
  } else {
    auto found = co_await lines.server.look_up(link_or_name);
    if (!found) co_return found.error();
    introduction = *std::move(found);
  }

  const auto added = parts_.store.transact([&](store::Transaction& in) -> Result<std::optional<AddedContact>> {
    const auto checked = wire::check_introduction(*introduction);
    if (!checked) return refused("the server's statements for this contact do not verify: " + checked.error().text());
    const wire::DeviceList& list = checked->list;
    if (list.account_id == account->account_id) return refused("this is your own account");
    if (link && list.account_id != link->account_id) return refused("the server answered with another account");
    if (link && std::tie(list.order.links, list.order.epoch) < std::tie(link->links, link->epoch)) {
      return refused("the server shows older statements than the link names: ask for the reason before you go on");
    }
    const Introduced outcome = apply_introduction(in, *introduction, parts_.clock.now());
    if (outcome == Introduced::is_unsound) return refused("one of these devices is another account's already");
    if (outcome == Introduced::is_fork) return std::optional<AddedContact>();  // committed: what proves it
    if (nickname && store::contacts::is_nickname_taken(in, *nickname, list.account_id)) {
      return refused("another contact is called \"" + *nickname + "\" already");
    }
    auto contact = store::contacts::load(in, list.account_id).value_or(store::Contact{.account_id = list.account_id});
    if (nickname) contact.nickname = nickname;
    if (!link) contact.user_name = link_or_name;
    contact.origin = link ? store::Origin::link : store::Origin::user_name;
    if (link) contact.link_token = base::blob(link->token);
    contact.standing = store::Standing::accepted;
    store::contacts::keep(in, contact, parts_.clock.now());
    say_what_is_replaced(in, lent(*account), contact.account_id);
    own_list::sync_contact(in, lent(*account), contact);
    // Found here, so here is where the person wants to write to: if the list names another server, that is a question.
    if (!store::homes::load(in, list.account_id)) store::homes::agree(in, list.account_id, {.server = account->server});
    homes::note_first(in, list, parts_.clock.now());
    return std::optional<AddedContact>({.contact = contact, .is_pinned = link.has_value()});
  });
  if (!added) co_return added.error();
  if (!*added)
    co_return refused("the server shows statements that contradict what was seen before; both are kept as proof");
  co_return **added;
}

}  // namespace sotto::client
