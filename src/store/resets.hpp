#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/ids.hpp"

/// New accounts that say to take the place of one we know. It proves nothing; the person answers (design, section 3).
namespace sotto::store {

struct Reset {
  enum class Answer : std::uint8_t { open = 0, accepted = 1, refused = 2 };
  wire::AccountId old_account;
  wire::AccountId new_account;
  base::Timestamp at;
  Answer answer = Answer::open;
};

namespace resets {

constexpr std::size_t max_open = 4;  // for one account: whoever says it more often asks nothing more

/// returns  whether it is new, and a question
bool keep(Transaction& in, const Reset& reset);
/// Oldest first.
std::vector<Reset> open(Transaction& in, const wire::AccountId& old_account);
/// Whether an open question is about this account, as the old one or the new.
bool is_asked(Transaction& in, const wire::AccountId& account);
void answer(Transaction& in, const Reset& reset, Reset::Answer answer);

}  // namespace resets
}  // namespace sotto::store
