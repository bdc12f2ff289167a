#pragma once
#include "base/time.hpp"
#include "wire/bodies.hpp"

/// One message of a history, as one device of an account gives it to another (docs/spec/statements.md, body 43).
namespace sotto::wire {

struct HistoryRow {
  struct Reacted {
    AccountId account;
    std::string emoji;
    base::Timestamp at;
    friend bool operator==(const Reacted&, const Reacted&) = default;
  };
  struct Earlier {
    base::Timestamp at;
    std::string text;
    friend bool operator==(const Earlier&, const Earlier&) = default;
  };

  AccountId conversation;
  MessageRef ref;
  std::uint32_t kind = 16;  // the field of Content that it was; 16 is a text
  Text text;                // empty if it is of another kind
  std::uint64_t seq = 0;    // 0: unknown
  base::Timestamp sent_at;
  base::Timestamp received_at;
  std::uint8_t state = 0;  // 2 sent, 4 received, 5 delivered, 6 read
  bool is_verified = false;
  std::optional<base::Timestamp> expires_at = {};
  std::optional<base::Timestamp> edited_at = {};
  std::optional<base::Timestamp> delivered_at = {};
  std::optional<base::Timestamp> read_at = {};
  std::vector<Reacted> reactions = {};  // at most max_history_parts
  std::vector<Earlier> earlier = {};    // at most max_history_parts
  std::uint64_t place = 1;              // in the giver's folder: what is older is lower

  friend bool operator==(const HistoryRow&, const HistoryRow&) = default;

  base::Blob serialize() const;
  static base::Result<HistoryRow, ParseError> parse(base::View bytes);
};

constexpr std::size_t max_history_parts = 256;
/// Of earlier texts in one row: what does not fit stays where it is.
constexpr std::size_t max_earlier_bytes = 32u << 10;

}  // namespace sotto::wire
