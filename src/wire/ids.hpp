#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/uuid.hpp"

namespace sotto::wire {

/// An account, for ever: derived from its first root key (UUID version 8), so there is nothing to swap.
struct AccountId {
  base::Uuid uuid;
  friend auto operator<=>(const AccountId&, const AccountId&) = default;

  base::View view() const { return uuid.bytes; }
  std::string text() const { return base::to_text(uuid); }
  static std::optional<AccountId> from(base::View bytes);            // 16 bytes of version 8, else nothing
  static std::optional<AccountId> from_text(std::string_view text);  // 36 characters, either case
};

/// Where one device's envelopes wait: made by the server (UUID version 4), unknown to the session layer.
struct MailboxId {
  base::Uuid uuid;
  friend auto operator<=>(const MailboxId&, const MailboxId&) = default;

  base::View view() const { return uuid.bytes; }
  std::string text() const { return base::to_text(uuid); }
  static std::optional<MailboxId> from(base::View bytes);  // 16 bytes of version 4, else nothing
  static MailboxId made_of(base::Bytes<16> random);        // sets version and variant
};

using DeviceNumber = base::Id<struct DeviceNumberTag, std::uint8_t>;       // 1…127, its place in the account's list
using RegistrationId = base::Id<struct RegistrationIdTag, std::uint16_t>;  // 1…0x3FFF

/// (links, epoch, version): the order in which an account's statements succeed each other; it never goes back.
struct Order {
  std::uint32_t links = 0;
  std::uint32_t epoch = 0;
  std::uint32_t version = 0;
  friend auto operator<=>(const Order&, const Order&) = default;
};

}  // namespace sotto::wire
