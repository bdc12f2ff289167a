#pragma once
#include "client/engine.hpp"
#include "store/resets.hpp"

/// Somebody who lost recovery key and all devices begins a new account that says which one it replaces. Nothing proves
/// it: it is one clear question, and until it is answered nothing is sent to the old account (design, section 3).
namespace sotto::client::resets {

/// A new account has said so. Nothing is kept if the old one is no contact of ours.
void note(store::Transaction& in, const wire::AccountId& old_account, const wire::AccountId& new_account,
          base::Timestamp now);

/// errors  waiting  a question about this account is open
Result<void> may_send(store::Transaction& in, const wire::AccountId& account);

/// The person's answer. Accepted: the new account takes the old one's place and nickname, unverified; what was not sent
/// yet never is, and the old account is blocked. Refused: the new account is blocked, and what waited is sent.
///
/// who      the contact as it was called before
/// which    the new account, or the beginning of its id, if several say so
/// returns  whom to write to from now on
/// errors   refused  no question is open; several are, and `which` names none
Result<store::Contact> answer(Engine& engine, const std::string& who, const std::optional<std::string>& which,
                              bool is_accepted);

}  // namespace sotto::client::resets
