#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "wire/identity.hpp"
#include "wire/permit.hpp"

/// What a content can say, one kind a field (statements.md, "Bodies").
namespace sotto::wire {

constexpr std::size_t max_text = 1u << 20;           // bytes of UTF-8
constexpr std::size_t max_claimed_name = 64;         // bytes of UTF-8, NFC
constexpr std::size_t max_excerpt = 512;             // bytes of UTF-8
constexpr std::size_t max_emoji = 64;                // bytes of UTF-8
constexpr std::size_t max_named_messages = 128;      // in one receipt, question or answer
constexpr std::size_t max_sync_contacts = 16;        // in one body
constexpr std::size_t max_history_rows = 2'048;      // in one body
constexpr std::size_t max_settings = 32;             // in one body
constexpr std::uint32_t max_timer = 4 * 7 * 86'400;  // seconds

using MessageId = base::Bytes<16>;  // random; names the message together with account and device

/// The key of a message everywhere.
struct MessageRef {
  AccountId account;  // whose message it is
  DeviceNumber device{1};
  MessageId id{};
  friend auto operator<=>(const MessageRef&, const MessageRef&) = default;
};

struct Quote {
  MessageRef of;
  std::string excerpt;  // what the sender saw there; only a claim
  friend bool operator==(const Quote&, const Quote&) = default;
};
struct Text {
  std::string text;  // UTF-8, at most max_text bytes
  std::optional<Quote> quote = {};
  std::uint32_t timer = 0;  // seconds after which it disappears; 0: it stays
  friend bool operator==(const Text&, const Text&) = default;
};
struct Reaction {
  MessageRef to;
  std::optional<std::string> emoji;  // nothing takes it back
  friend bool operator==(const Reaction&, const Reaction&) = default;
};
struct Edit {
  MessageRef of;
  std::string text;
  friend bool operator==(const Edit&, const Edit&) = default;
};
struct Deletion {
  MessageRef of;
  friend bool operator==(const Deletion&, const Deletion&) = default;
};
struct Receipt {
  enum class Kind : std::uint8_t { delivered = 1, read = 2, viewed = 3 };
  Kind kind = Kind::delivered;
  std::vector<MessageRef> of;  // 1…max_named_messages
  friend bool operator==(const Receipt&, const Receipt&) = default;
};
struct Typing {
  bool is_typing = false;
  friend bool operator==(const Typing&, const Typing&) = default;
};
/// Disappearing messages of the conversation from now on.
struct TimerChange {
  std::uint32_t seconds = 0;  // 0: off
  friend bool operator==(const TimerChange&, const TimerChange&) = default;
};
/// "You are a contact of mine": the profile key, from which the contact permit is derived.
struct Acceptance {
  base::Bytes<32> profile_key{};
  friend bool operator==(const Acceptance&, const Acceptance&) = default;
};
/// The last number that the sending device has used in this conversation: a lost tail shows. Who asks wants the same of
/// the other side: a folder that was put back does not know what it has lost.
struct Heartbeat {
  std::uint64_t last_seq = 0;  // 0: none yet
  bool asks = false;
  std::optional<DeviceNumber> of =
      {};  // of a device that has left the list: its number, as another of the account has it
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};
/// "These numbers are missing here", to the device that used them; to all of the account, if that one has left.
struct GapQuestion {
  DeviceNumber device{1};
  std::vector<std::uint64_t> seqs;  // ascending, 1…max_named_messages
  friend bool operator==(const GapQuestion&, const GapQuestion&) = default;
};
/// "They are gone": expired, deleted, or not for this device.
struct GapAnswer {
  std::vector<std::uint64_t> gone;
  std::optional<DeviceNumber> of = {};  // the device that used them, if it has left the list; nothing: the sender
  friend bool operator==(const GapAnswer&, const GapAnswer&) = default;
};

/// A text of a device that has left the list, from another one of its account: it was asked for.
struct Resent {
  DeviceNumber device{1};
  MessageId id{};
  base::Timestamp sent_at;
  std::uint64_t seq = 0;
  Text text;
  friend bool operator==(const Resent&, const Resent&) = default;
};

/// What the account calls itself.
struct Profile {
  std::string name;  // 1…max_claimed_name
  friend bool operator==(const Profile&, const Profile&) = default;
};

/// "I am a new account of who had this one": proves nothing.
struct Replacement {
  AccountId old_account;
  friend bool operator==(const Replacement&, const Replacement&) = default;
};

// Between the devices of one account

/// What a new device needs to be one of the account, and what changes when another leaves.
struct SyncAccount {
  base::Bytes<32> account_secret{};  // seals what only own devices may read
  base::Bytes<32> profile_key{};
  base::Bytes<16> link_token{};
  std::string user_name;
  std::optional<base::Bytes<32>> account_key;  // makes it an admin
  std::uint64_t profile_key_count = 0;         // how often that was replaced
  friend bool operator==(const SyncAccount&, const SyncAccount&) = default;
};
struct SyncContact {
  enum class Standing : std::uint8_t { accepted = 1, held = 2, blocked = 3, refused = 4 };
  AccountId account;
  Standing standing = Standing::accepted;
  std::uint8_t origin = 1;
  std::optional<std::string> nickname = {};
  std::optional<std::string> claimed_name = {};
  std::optional<std::string> user_name = {};
  std::vector<Permit> permits = {};  // the best first, at most 4
  std::optional<base::Bytes<33>> verified_root = {};
  std::uint32_t timer = 0;
  std::optional<Introduction> introduction = {};
  std::optional<base::Bytes<32>> profile_key = {};  // theirs
  friend bool operator==(const SyncContact&, const SyncContact&) = default;
};
struct SyncContacts {
  std::vector<SyncContact> contacts;
  bool fills = false;  // for who may never have got them: what is known there stays as it is
  friend bool operator==(const SyncContacts&, const SyncContacts&) = default;
};

/// What the person has chosen, by name.
struct SyncSettings {
  struct One {
    std::string name;
    bool is_on = false;
    friend bool operator==(const One&, const One&) = default;
  };
  std::vector<One> settings;  // 1…max_settings
  friend bool operator==(const SyncSettings&, const SyncSettings&) = default;
};

/// A part of the history that one own device gives to another. It goes to all own devices; `rows` only to the one that
/// it is for, so that the others can say what is being given.
struct SyncHistory {
  DeviceNumber device{1};             // whom it is for
  std::uint64_t first = 0;            // places in the giver's folder, from 1: of what is given here
  std::uint64_t last = 0;             // and up to where
  std::uint64_t done = 0;             // messages that have been given with these
  std::uint64_t total = 0;            // of all, as counted when it began
  bool is_end = false;                // nothing more comes
  std::vector<base::Blob> rows = {};  // HistoryRow, at most max_history_rows
  friend bool operator==(const SyncHistory&, const SyncHistory&) = default;
};
/// It came, and is kept.
struct SyncHistoryTaken {
  DeviceNumber giver{1};
  std::uint64_t last = 0;
  friend bool operator==(const SyncHistoryTaken&, const SyncHistoryTaken&) = default;
};

/// A body of a kind that a later version may have: the message is kept, and says that this version can't show it.
struct UnknownBody {
  std::uint32_t kind = 0;
  friend bool operator==(const UnknownBody&, const UnknownBody&) = default;
};

using Body = std::variant<Text, Reaction, Edit, Deletion, Receipt, Typing, TimerChange, Acceptance, Heartbeat,
                          GapQuestion, GapAnswer, Profile, Replacement, Resent, SyncAccount, SyncContacts, SyncSettings,
                          SyncHistory, SyncHistoryTaken, UnknownBody>;

constexpr std::uint32_t first_body = 16, last_body = 63;

/// Its field in a content, 16…63.
std::uint32_t kind_of(const Body& body);
/// What stands in that field. The body must be known.
base::Blob serialize(const Body& body);
/// A kind that this version does not know gives UnknownBody, whatever the bytes.
base::Result<Body, ParseError> parse_body(std::uint32_t kind, base::View bytes);

/// Whether it has a number of its own in the conversation: what must not be lost.
bool is_durable(const Body& body);
/// Whether only own devices may say it.
bool is_sync(const Body& body);

}  // namespace sotto::wire
