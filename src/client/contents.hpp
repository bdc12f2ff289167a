#pragma once
#include <variant>

#include "client/outbox.hpp"
#include "store/contacts.hpp"

/// What a content does, once it is admitted: who said it is settled before.
namespace sotto::client::contents {

struct Speaker {
  wire::AccountId account;
  wire::DeviceNumber device{1};
};

/// A message row to show.
struct Shown {
  store::Message message;
};
/// Something else: applied, and nothing to show by itself.
struct Applied {};
/// Somebody is writing, or has stopped, and both sides want that to be known.
struct TypingNow {
  bool is_typing = false;
};
/// How far the history is on its way between two devices of ours, one of which is this one.
struct HistoryNow {
  wire::DeviceNumber other{1};
  bool is_coming = false;  // here; otherwise it leaves
  std::int64_t done = 0;   // messages
  std::int64_t total = 0;
  bool is_done = false;
};
/// For who looks now: applied, and told in passing.
struct Overheard {
  std::variant<TypingNow, HistoryNow> what;
};
/// It came before.
struct Repeated {};
/// It breaks a rule: all of it is undone.
struct Broken {
  std::string reason;
};
using Outcome = std::variant<Shown, Applied, Overheard, Repeated, Broken>;

/// Of a contact, or of somebody who may become one.
///
/// contact  as it is kept now; a stranger's may only say texts
Outcome take_from_contact(store::Transaction& in, const outbox::Lent& lent, const wire::Content& content,
                          const Speaker& speaker, const store::Contact& contact);

/// Of another device of our own account, which speaks about a conversation, or about the account itself.
Outcome take_from_own(store::Transaction& in, const outbox::Lent& lent, const wire::Content& content,
                      const Speaker& speaker);

/// A message of a listed device can't be read: there is a copy of one of the two folders, or a session was lost. A new
/// session is begun with a question for what is missing; at most one in ten minutes with each device, and only with
/// contacts and own devices.
void begin_anew_with(store::Transaction& in, const outbox::Lent& lent, const Speaker& speaker);

}  // namespace sotto::client::contents
