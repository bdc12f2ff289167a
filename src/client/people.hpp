#pragma once
#include "client/engine.hpp"

/// Who may write to us, and what they are called (design, sections 4 and 6). Each is committed when it returns; what it
/// has for others leaves with the next drain, and permits that it took back are told to the server by
/// Engine::settle_permits().
namespace sotto::client::people {

struct Person {
  store::Contact contact;
  bool is_verified = false;
  std::int64_t messages = 0;                   // of a request: how many wait with it
  std::optional<std::string> looks_like = {};  // somebody else whom the claimed name could be taken for
};

/// All but requests and those that were refused.
Result<std::vector<Person>> contacts(Engine& engine);
/// Who wrote first and waits for an answer.
Result<std::vector<Person>> requests(Engine& engine);

/// "You are a contact of mine": they get our profile key, receipts from now on, and may say more than texts.
///
/// who     a request: account id or its beginning
/// errors  refused  no such request; a nickname that is taken or none
Result<store::Contact> accept(Engine& engine, const std::string& who, const std::optional<std::string>& nickname);
/// What they wrote is erased, and they are told nothing. What they write next is a new request.
Result<store::Contact> refuse(Engine& engine, const std::string& who);
/// Nothing of theirs is taken any more. What they could write to us by is taken back, and the profile key is another
/// one: for them our profile and our contact permit end here.
Result<store::Contact> block(Engine& engine, const std::string& who);
/// The same within a transaction; what was not sent to them yet never is, for this reason.
void shut_out(store::Transaction& in, const outbox::Lent& lent, store::Contact contact, std::string_view reason);
/// A contact again.
Result<store::Contact> unblock(Engine& engine, const std::string& who);
/// Nothing takes the nickname back.
Result<store::Contact> rename(Engine& engine, const std::string& who, const std::optional<std::string>& nickname);
/// Sending goes on although a device of theirs speaks of a newer device list, which the server does not show.
Result<store::Contact> go_on_without_list(Engine& engine, const std::string& who);

bool is_nickname(const std::string& text);

}  // namespace sotto::client::people
