#pragma once
#include <optional>
#include <string>

#include "wire/identity.hpp"

/// What a new device and an admin device say to each other when one links the other (design, section 7; statements.md,
/// "Linking").
namespace sotto::wire {

constexpr std::size_t max_device_name = 64;                // bytes of UTF-8
constexpr std::size_t max_link_words = 4 * max_statement;  // bytes of one thing that is said

enum class DeviceKind : std::uint8_t { computer = 1, phone = 2, tablet = 3, service = 4 };
/// In words; a kind of a later version is "a device".
std::string_view to_text(DeviceKind kind);

/// The admin device's first and only message before it knows whom it talks to.
struct LinkOffer {
  base::Bytes<32> nonce{};
  AccountId account_id;
  std::string account_name;  // at most 64 bytes; empty if the account has none
  Hash certificate_hash{};
  Hash list_hash{};
  Introduction introduction;
  base::Bytes<32> grant{};  // of the mailbox
  MailboxId mailbox_id;

  base::Blob serialize() const;
  static base::Result<LinkOffer, ParseError> parse(base::View bytes);
};

/// What the new device has committed to in its link: written once, said only to who proved to be on the account's list.
struct LinkReveal {
  base::Bytes<32> nonce{};
  DeviceKind kind = DeviceKind::computer;
  std::string name;  // 1 to 64 bytes

  base::Blob serialize() const;
  static base::Result<LinkReveal, ParseError> parse(base::View bytes);
};

/// The number that the new device is to consent to; said when the first code was right.
struct LinkPlace {
  DeviceNumber number{1};

  base::Blob serialize() const;
  static base::Result<LinkPlace, ParseError> parse(base::View bytes);
};

/// The new device's consent; said when the second code was right. Registration id and mailbox id are those of its
/// bundle and of the offer.
struct LinkApplication {
  DeviceNumber number{1};
  crypto::Signature consent{};

  base::Blob serialize() const;
  static base::Result<LinkApplication, ParseError> parse(base::View bytes);
};

/// The list that names the new device, and what only the account's devices know.
struct LinkWelcome {
  Introduction introduction;
  base::Bytes<32> account_secret{};
  base::Bytes<32> profile_key{};
  base::Bytes<16> link_token{};

  base::Blob serialize() const;
  static base::Result<LinkWelcome, ParseError> parse(base::View bytes);
};

/// Everything that both have seen before the first code: nothing in it was chosen after both nonces were fixed.
struct LinkTranscript {
  base::View link;    // DeviceLink::message()
  base::View bundle;  // DeviceBundle, as it was said
  base::Bytes<33> admin_identity_key{};
  base::Bytes<33> base_key{};
  base::View kem_ciphertext;
  base::View offer;
  base::View reveal;

  Hash hash() const;
};

struct LinkCodes {
  std::string first;   // six digits: shown by the new device
  std::string second;  // shown by the admin device, after the first was right
};
LinkCodes link_codes(const LinkTranscript& transcript);

}  // namespace sotto::wire
