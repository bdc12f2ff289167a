#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "wire/signed.hpp"

/// What is handed over outside of Sotto, between people or between devices. Three schemes that refuse one another
/// (design, section 3).
namespace sotto::wire {

struct LinkProblem {
  std::string message;  // for the person who pasted it
};

using LinkToken = base::Bytes<16>;

/// `sotto-contact:…`: where an account lives, who it is, and the floor below which none of its statements is accepted.
struct ContactLink {
  std::string home_server;
  AccountId account_id;
  LinkToken token{};
  std::uint32_t links = 0;
  std::uint32_t epoch = 0;
  std::optional<Hash> tls_pin;

  std::string text() const;
  static base::Result<ContactLink, LinkProblem> parse(std::string_view text);
};

/// `sotto-verify:…`: the scannable fingerprint, with what each side holds of the other.
struct VerifyLink {
  base::Blob scannable;  // signal-protocol.md, section 6.3
  Order local;           // of whoever shows it
  Order remote;          // its view of the other

  std::string text() const;
  static base::Result<VerifyLink, LinkProblem> parse(std::string_view text);
};

/// `sotto-device:…`: where a new device waits, and what it will say there (design, section 7). Only the admin device's
/// own "add a device" reads it.
struct DeviceLink {
  std::string home_server;
  base::Bytes<16> rendezvous{};
  Hash bundle_hash{};  // H(link bundle, its DeviceBundle)
  Hash reveal_hash{};  // H(link reveal, reveal)

  base::Blob message() const;  // without the armour: what the transcript covers
  std::string text() const;
  static base::Result<DeviceLink, LinkProblem> parse(std::string_view text);
};

}  // namespace sotto::wire
