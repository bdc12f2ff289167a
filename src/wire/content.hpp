#pragma once
#include <optional>
#include <string>
#include <variant>

#include "base/time.hpp"
#include "wire/identity.hpp"
#include "wire/permit.hpp"

/// What a message says, inside the encryption (statements.md, "Content").
namespace sotto::wire {

constexpr std::size_t max_text = 1u << 20;                         // bytes of UTF-8
constexpr std::size_t max_content = max_text + 4 * max_statement;  // bytes, before padding
constexpr std::size_t max_claimed_name = 64;                       // bytes of UTF-8, NFC

using MessageId = base::Bytes<16>;  // random; names the message together with account and device

/// Which list somebody has, or has seen.
struct ListView {
  Order order;
  Hash list_hash{};
  friend bool operator==(const ListView&, const ListView&) = default;
};

struct Text {
  std::string text;  // UTF-8, at most max_text bytes
  friend bool operator==(const Text&, const Text&) = default;
};

/// A body of a kind that a later version may have: the message is kept, and says that this version can't show it.
struct UnknownBody {
  std::uint32_t kind = 0;
  friend bool operator==(const UnknownBody&, const UnknownBody&) = default;
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
  std::variant<Text, UnknownBody> body;

  base::Blob serialize() const;  // unpadded; the body must be known
  static base::Result<Content, ParseError> parse(base::View bytes);
};

}  // namespace sotto::wire
