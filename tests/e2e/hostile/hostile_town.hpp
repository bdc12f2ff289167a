#pragma once
#include "client/sealing.hpp"
#include "crypto/hash.hpp"
#include "e2e/hostile/pieces.hpp"
#include "e2e/town.hpp"
#include "protocol/session/prekey_message.hpp"

namespace sotto::test::hostile {

/// A town whose server is not to be trusted.
struct HostileTown : Town {
  HostileTown() {
    port = 8443;
    restart();
    shim.listen();
  }
  ~HostileTown() {
    shim.stop();
    kill();
  }
  /// Everybody drains, until nothing moves any more.
  void settle(int rounds = 5) {
    for (int round = 0; round < rounds; ++round) {
      for (Resident& one : residents) {
        const auto has_account = one.engine->has_account();
        if (has_account && *has_account) (void)one.listen();
      }
      time.run_for(std::chrono::minutes(1));
    }
  }
  /// Another device of an account.
  Resident& second_of(Resident& admin, const std::string& name) {
    Resident& made = visitor(name);
    const auto joined = made.join(admin);
    CHECK(joined);
    settle();
    return made;
  }

  Shim shim{*this, 8443};
};

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

/// Statements that only who has the account key can make: `change` of the list that stands, signed anew.
inline wire::Introduction signed_anew(Resident& admin, const std::function<void(wire::DeviceList&)>& change) {
  const store::OwnAccount account = admin.own();
  wire::Introduction made = account.introduction;
  wire::DeviceList list = *wire::DeviceList::parse(made.list.statement);
  change(list);
  made.list = wire::Signed::make(wire::names::device_list, list.serialize(), *account.account_key, admin.random);
  return made;
}

inline bool has_loud(const Resident& one, const std::string& kind) {
  return std::ranges::any_of(one.notices, [&](const store::Notice& notice) {
    return notice.is_loud() && store::to_text(notice.kind) == kind && !notice.words.empty();
  });
}

}  // namespace sotto::test::hostile
