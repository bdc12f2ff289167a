#pragma once
#include "client/problem.hpp"
#include "store/own_account.hpp"
#include "wire/authority.hpp"

/// Which server a contact lives on, and whether anything may connect there (design, section 6, "Cross-server").
namespace sotto::client {

/// A home server of somebody else.
struct Home {
  wire::Authority server;
  std::optional<wire::Hash> tls_pin;  // nothing: the system's authorities
};

/// A contact's signed list names another server than the one agreed to.
struct Move {
  std::string from;  // HOST:PORT
  std::string to;
};

namespace homes {

/// returns  where what is for the account goes; nothing: our own server
/// errors   waiting  the contact has moved and nobody has answered; it was not accepted and lives elsewhere
Result<std::optional<Home>> home_of(store::Transaction& in, const store::OwnAccount& own,
                                    const wire::AccountId& account);

/// The question that is open, if there is one.
std::optional<Move> open_move(store::Transaction& in, const wire::AccountId& account);
/// The person's yes: to the server on the list that is held now.
void follow(store::Transaction& in, const wire::AccountId& account);

/// A higher list of a contact is about to be held: what it says about the home server is remembered, and asked about.
void note_list(store::Transaction& in, const wire::AccountId& account, const wire::DeviceList& before,
               const wire::DeviceList& next, base::Timestamp now);

/// The same of the first list that is held of a contact: it may name another server than the link did.
void note_first(store::Transaction& in, const wire::DeviceList& list, base::Timestamp now);

}  // namespace homes
}  // namespace sotto::client
