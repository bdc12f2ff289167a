#pragma once
#include <optional>
#include <string>

#include "base/random.hpp"
#include "store/own_account.hpp"

/// One device's place on a list: what it brings, and what the account key adds (statements.md, "Device list").
namespace sotto::client::device_entry {

constexpr std::size_t max_name = 64;  // bytes of UTF-8

/// What a device says of itself.
struct Applicant {
  wire::DeviceNumber number{1};
  crypto::PublicKey identity_key;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox_id;
  crypto::Signature consent{};
};

/// What only own devices can read.
struct Private {
  std::string name;  // at most max_name bytes
  bool is_admin = false;
};

struct Keys {
  wire::AccountId account;
  const crypto::PrivateKey& account_key;
  const store::AccountSecret& secret;
  base::Day day;
};

wire::RegistrationId draw_registration_id(base::Random& random);

/// The device's word that it wants to stand on this account's list.
crypto::Signature consent(const wire::AccountId& account, const Applicant& applicant,
                          const crypto::PrivateKey& identity, base::Random& random);

wire::Device make(const Applicant& applicant, const Private& entry, const Keys& keys, base::Random& random);

/// The same device under another account key or another secret; its day and its consent stay.
wire::Device renew(const wire::Device& device, const Private& entry, const Keys& keys, base::Random& random);

/// errors  nothing if it is sealed with another secret
std::optional<Private> open(const wire::AccountId& account, const wire::Device& device,
                            const store::AccountSecret& secret);

}  // namespace sotto::client::device_entry
