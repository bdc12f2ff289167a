#include "client/homes.hpp"

#include "store/contacts.hpp"
#include "store/homes.hpp"
#include "store/notices.hpp"
#include "store/peers.hpp"

namespace sotto::client::homes {
namespace {

std::string question(const std::string& name, const Move& move) {
  return name + " has moved from " + move.from + " to " + move.to +
         ". Nothing is sent there before you allow it: `sotto contact allow-move` if " + name +
         " told you so, or ask another way";
}

/// The signed list's pin; a link's, as long as the list has none.
std::optional<wire::Hash> pin_of(const std::optional<store::Peer>& peer, const store::Contact& contact) {
  if (peer && peer->held.list.tls_pin) return peer->held.list.tls_pin;
  return contact.tls_pin ? base::fixed<32>(*contact.tls_pin) : std::nullopt;
}

}  // namespace

Result<std::optional<Home>> home_of(store::Transaction& in, const store::OwnAccount& own,
                                    const wire::AccountId& account) {
  if (account == own.account_id) return std::optional<Home>();
  const auto peer = store::peers::load(in, account);
  const auto contact = store::contacts::load(in, account);
  auto agreed = store::homes::load(in, account);
  if (!agreed && !peer) return std::optional<Home>();
  const bool is_accepted = contact && contact->standing == store::Standing::accepted;
  if (!agreed) {
    const std::string& named = peer->held.list.home_server;
    if (named == own.server) return std::optional<Home>();
    if (!is_accepted)
      return Problem(Error::waiting, "who wrote lives at " + named +
                                         ", another server: nothing connects there before you accept the request");
    agreed = store::homes::Agreed{.server = named};
    store::homes::agree(in, account, *agreed);
  }
  if (const auto move = open_move(in, account))
    return Problem(Error::waiting, question(contact ? contact->name() : account.text().substr(0, 8), *move));
  if (agreed->server == own.server) return std::optional<Home>();
  if (!is_accepted)
    return Problem(Error::waiting, "nothing connects to " + agreed->server + " for somebody who is not accepted");
  const auto authority = wire::Authority::parse(agreed->server);
  if (!authority) return refused("the contact's home server has an address that can't be read");
  return std::optional(Home{.server = *authority, .tls_pin = pin_of(peer, *contact)});
}

std::optional<Move> open_move(store::Transaction& in, const wire::AccountId& account) {
  const auto agreed = store::homes::load(in, account);
  const auto peer = store::peers::load(in, account);
  if (!agreed || !peer || peer->held.list.home_server == agreed->server) return std::nullopt;
  return Move{.from = agreed->server, .to = peer->held.list.home_server};
}

void follow(store::Transaction& in, const wire::AccountId& account) {
  const auto peer = store::peers::load(in, account);
  if (peer) store::homes::agree(in, account, {.server = peer->held.list.home_server});
}

namespace {

void ask(store::Transaction& in, const wire::AccountId& account, const Move& move, base::Timestamp now) {
  const auto contact = store::contacts::load(in, account);
  if (!contact || contact->standing != store::Standing::accepted) return;
  store::notices::keep_once(in, {.account = account,
                                 .kind = store::Notice::Kind::contact_moved,
                                 .words = question(contact->name(), move),
                                 .at = now});
}

}  // namespace

void note_list(store::Transaction& in, const wire::AccountId& account, const wire::DeviceList& before,
               const wire::DeviceList& next, base::Timestamp now) {
  if (before.home_server == next.home_server) return;
  const auto contact = store::contacts::load(in, account);
  if (!contact || contact->standing != store::Standing::accepted) return;
  if (!store::homes::load(in, account)) store::homes::agree(in, account, {.server = before.home_server});
  ask(in, account, {.from = before.home_server, .to = next.home_server}, now);
}

void note_first(store::Transaction& in, const wire::DeviceList& list, base::Timestamp now) {
  const auto agreed = store::homes::load(in, list.account_id);
  if (agreed && agreed->server != list.home_server)
    ask(in, list.account_id, {.from = agreed->server, .to = list.home_server}, now);
}

}  // namespace sotto::client::homes
