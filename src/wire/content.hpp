#pragma once
#include <optional>
#include <string>

#include "base/time.hpp"
#include "wire/bodies.hpp"

/// What a message says, inside the encryption (statements.md, "Content").
namespace sotto::wire {

constexpr std::size_t max_content = max_text + 8 * max_statement;  // bytes, before padding

/// Which list somebody has, or has seen.
struct ListView {
  Order order;
  Hash list_hash{};
  friend bool operator==(const ListView&, const ListView&) = default;
};

struct Content {
  MessageId message_id{};
  base::Timestamp sent_at;                 // strictly growing per sending device
  AccountId recipient;                     // the account that it is for; groups come with their own field
  std::uint64_t seq = 0;                   // 0: not durable; else from 1, +1 per durable content of this device here
  std::optional<std::uint64_t> seq_start;  // in pending sessions: the first seq that the receiving device is to expect
  ListView own_list;
  std::optional<ListView> view;  // what the sender holds of the recipient's list
  std::optional<Introduction> introduction;
  std::optional<std::string> claimed_name;
  std::optional<Permit> reply_permit;  // by which the recipient may answer
  // Of an own device only: with whom the conversation is that this is about; also the sequence's.
  std::optional<AccountId> sync_for = {};
  Body body;

  base::Blob serialize() const;  // unpadded; the body must be known
  static base::Result<Content, ParseError> parse(base::View bytes);
};

}  // namespace sotto::wire
