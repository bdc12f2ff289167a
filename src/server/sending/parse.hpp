#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// An upload for the devices of one account, as the sender addressed them.
struct Letter {
  struct Item {
    wire::MailboxId mailbox;
    std::uint32_t registration_id;
    std::shared_ptr<const base::Blob> envelope;  // shared by all who keep it on the way
  };
  base::Bytes<16> idempotency_key;
  base::Bytes<32> request_hash;
  base::Blob recipient;  // as written; empty where permit or token say it
  std::vector<Item> items;
  bool is_ephemeral = false;
};

/// errors  400 malformed_body, 413 envelope_too_large
base::Result<Letter, net::Response> parse_letter(const base::Blob& body);

/// Which devices the letter should have addressed, against which it did.
struct Mismatch {
  std::vector<Target> missing;
  std::vector<wire::MailboxId> extra;
  std::vector<Target> stale;
  bool is_there() const { return !missing.empty() || !extra.empty() || !stale.empty(); }
};
Mismatch mismatch(const Letter& letter, const std::vector<Target>& targets);
/// 409 wrong_devices or 410 stale_devices.
net::Response refuse(const Mismatch& mismatch);
void describe(wire::frames::Mailbox& into, const Target& target);

}  // namespace sotto::server
