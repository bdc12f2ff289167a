#pragma once
#include <algorithm>

#include "client/sealing.hpp"
#include "crypto/hash.hpp"
#include "protocol/session/prekey_message.hpp"

namespace sotto::test::hostile {

/// Who sealed an envelope for a device, and which message key it was encrypted by.
struct UsedKey {
  std::string sender;  // account and device
  base::Bytes<33> ratchet_key{};
  std::uint32_t counter = 0;
  base::Bytes<32> ciphertext{};  // its hash
};

/// What a device can tell about an envelope for it; nothing if it is not.
inline std::optional<UsedKey> used_key(const base::Blob& envelope, const crypto::KeyPair& identity) {
  const auto opened = client::sealing::open(envelope, identity);
  if (!opened) return std::nullopt;
  UsedKey made{.sender = opened->claim.account.text() + "." + std::to_string(opened->claim.device.value)};
  const auto note = [&](const protocol::SignalMessage& message) {
    std::ranges::copy(message.ratchet_key.serialize(), made.ratchet_key.begin());
    made.counter = message.counter;
    made.ciphertext = crypto::sha256({message.ciphertext});
  };
  if (opened->content.type == protocol::ContentType::prekey) {
    const auto first = protocol::PreKeySignalMessage::parse(base::View(opened->content.content));
    if (!first) return std::nullopt;
    note(first->message);
  } else {
    const auto message = protocol::SignalMessage::parse(base::View(opened->content.content));
    if (!message) return std::nullopt;
    note(*message);
  }
  return made;
}

}  // namespace sotto::test::hostile
