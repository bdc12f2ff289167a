#include "protocol/sealed/seal_for_many.hpp"

#include <optional>

#include "protocol/sealed/version_2.hpp"

namespace sotto::protocol {
namespace {

using namespace sealed_v2;

constexpr std::uint16_t another_follows = 0x8000;

Result<void> check(const SealedRecipient& recipient) {
  if (recipient.devices.empty()) return Error::no_session;  // it would be read as excluded
  for (const auto& device : recipient.devices) {
    if (device.registration_id.value > max_sealed_registration_id) return Error::invalid_session;
  }
  return {};
}

class Entries {
 public:
  void add(base::View part) { bytes_.insert(bytes_.end(), part.begin(), part.end()); }
  void add_devices(const std::vector<SealedRecipient::Device>& devices) {
    for (std::size_t i = 0; i < devices.size(); ++i) {
      const bool is_last = i + 1 == devices.size();
      const auto word = devices[i].registration_id.value | (is_last ? 0u : another_follows);
      add(base::Bytes<3>{devices[i].id.value, static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)});
    }
  }
  void end_entry() { ++count_; }
  base::Blob count() const {
    base::Blob varint;
    std::size_t rest = count_;
    for (; rest >= 0x80; rest >>= 7) varint.push_back(static_cast<std::uint8_t>(rest | 0x80));
    varint.push_back(static_cast<std::uint8_t>(rest));
    return varint;
  }
  const base::Blob& bytes() const { return bytes_; }

 private:
  base::Blob bytes_;
  std::size_t count_ = 0;
};

struct OneShare {
  MaskedSecret masked;
  AuthenticationTag tag;
};

// The message's own parts, the same for all recipients.
struct Sealing {
  const crypto::KeyPair& sender;
  const MessageSecret& secret;
  const crypto::KeyPair& ephemeral;
  const KnownAgreements& known;
};

std::optional<OneShare> share_for(const crypto::PublicKey& recipient, const Sealing& sealing) {
  const Share share{sealing.ephemeral.public_key, recipient};
  const auto agreed = crypto::agree(sealing.ephemeral.private_key, recipient);
  const auto static_agreed = static_agreement(sealing.sender, recipient, sealing.known);
  if (!agreed || !static_agreed) return std::nullopt;
  const MaskedSecret masked = mask(sealing.secret, *agreed, share);
  return OneShare{masked, authentication_tag(*static_agreed, masked, sealing.sender.public_key, share)};
}

}  // namespace

Result<SealedForMany> seal_for_many(base::View content, const crypto::KeyPair& sender, const SealedAudience& audience,
                                    base::Random& random, const KnownAgreements& known) {
  for (const SealedRecipient& one : audience.recipients) TRY_VOID(check(one));
  const auto secret = MessageSecret::made_by([&](std::span<std::uint8_t, 32> out) { random.fill(out); });
  const crypto::KeyPair ephemeral = ephemeral_of(secret);
  const Sealing sealing{sender, secret, ephemeral, known};

  Entries entries;
  std::vector<std::size_t> left_out;
  for (std::size_t i = 0; i < audience.recipients.size(); ++i) {
    const auto share = share_for(audience.recipients[i].identity, sealing);
    if (!share) {
      left_out.push_back(i);
      continue;
    }
    entries.add(audience.recipients[i].service_id.fixed());
    entries.add_devices(audience.recipients[i].devices);
    entries.add(share->masked);
    entries.add(share->tag);
    entries.end_entry();
  }
  for (const ServiceId& one : audience.excluded) {
    entries.add(one.fixed());
    entries.add(base::Bytes<1>{0});
    entries.end_entry();
  }
  const base::Blob ciphertext = crypto::aead::seal(cipher_key_of(secret).expose(), zero_nonce, content, {});
  return SealedForMany{base::concat({base::Bytes<1>{sent_version_byte}, entries.count(), entries.bytes(),
                                     ephemeral.public_key.u(), ciphertext}),
                       std::move(left_out)};
}

Result<std::vector<SealedRecipient>> recipients_of(std::span<const SealedPeer> peers) {
  std::vector<SealedRecipient> recipients;
  const std::string* name = nullptr;
  for (const SealedPeer& peer : peers) {
    if (name == nullptr || *name != peer.address.name) {
      name = &peer.address.name;
      TRY(const ServiceId id, ServiceId::parse(*name));
      recipients.push_back({id, {}, peer.identity});
    }
    recipients.back().devices.push_back({peer.address.device, peer.registration_id});
  }
  return recipients;
}

}  // namespace sotto::protocol
