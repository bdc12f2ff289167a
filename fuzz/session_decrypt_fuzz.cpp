// room: protocol
// Decrypting with sessions in many states. An input is the number of a state and a message; without a message it stands
// for the genuine next one. The mutator changes single fields of the message and of the one inside it, and half of the
// time makes the MAC right again with the true keys, so that what lies behind the MAC is reached.
#include "base/check.hpp"
#include "crypto/hmac.hpp"
#include "fields.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/prekey_message.hpp"
#include "protocol/session/start.hpp"

using namespace sotto;
using namespace sotto::protocol;

namespace {

constexpr std::size_t mac_size = 8;
const Trust everyone = [](const Address&, const crypto::PublicKey&, Use) { return true; };

class Device final : public PreKeySource {
 public:
  Device(std::string name, std::uint64_t seed)
      : random(seed), address{std::move(name), DeviceId(1)}, identity(crypto::KeyPair::generate(random)) {}

  Context with(const Device& remote) {
    return {identity, RegistrationId(7), address, remote.address, everyone, 1'700'000'000'000, random};
  }
  PreKeyBundle bundle() const {
    return {RegistrationId(7),
            DeviceId(1),
            identity.public_key,
            {signed_.id, signed_.keys.public_key, base::blob(signed_.signature)},
            {kyber_.id, kyber_.keys.public_key, base::blob(kyber_.signature)},
            PreKeyBundle::OneTime{one_time_.id, one_time_.keys.public_key}};
  }
  Result<OneTimePreKey> one_time_prekey(PreKeyId id) const override {
    if (id != one_time_.id) return Error::unknown_prekey;
    return OneTimePreKey{one_time_.id, one_time_.keys.clone()};
  }
  Result<SignedPreKey> signed_prekey(SignedPreKeyId id) const override {
    if (id != signed_.id) return Error::unknown_prekey;
    return SignedPreKey{signed_.id, signed_.keys.clone(), signed_.signature, 0};
  }
  Result<KyberPreKey> kyber_prekey(KyberPreKeyId id) const override {
    if (id != kyber_.id) return Error::unknown_prekey;
    return KyberPreKey{kyber_.id, kyber_.keys.clone(), kyber_.signature, 0};
  }

  fuzz::SeededRandom random;
  Address address;
  crypto::KeyPair identity;
  Record record;

 private:
  OneTimePreKey one_time_ = OneTimePreKey::generate(PreKeyId(1), random);
  SignedPreKey signed_ = SignedPreKey::generate(SignedPreKeyId(1), identity.private_key, 0, random);
  KyberPreKey kyber_ = KyberPreKey::generate(KyberPreKeyId(1), identity.private_key, 0, random);
};

/// A recipient at one moment, and what the sender would send it next.
struct Moment {
  Record recipient;
  MessageType type;
  base::Blob genuine;
  MacKey mac_key;
};

class World {
 public:
  World() {
    ana_.record = start_session({}, ben_.bundle(), ana_.with(ben_)).value();
    keep();  // no session yet
    says(ana_, ben_);
    keep();  // a prekey message of a session that is known
    says(ben_, ana_);
    keep();
    for (int i = 0; i < 5; ++i) unheard();
    says(ana_, ben_);
    keep();  // with skipped seeds
    for (int turn = 1; turn <= 90; ++turn) {
      says(ana_, ben_), says(ben_, ana_);
      if (turn % 6 == 0) keep();  // each phase of the post-quantum ratchet, in both roles
    }
    const Record before = ana_.record;
    ana_.record = start_session(ana_.record, ben_.bundle(), ana_.with(ben_)).value();
    says(ana_, ben_);
    ana_.record = before;
    keep();  // a message of an archived session
  }

  const Moment& at(std::size_t number) const { return moments_[number % moments_.size()]; }
  Context recipient() { return ben_.with(ana_); }
  const PreKeySource& prekeys() const { return ben_; }

  base::Bytes<mac_size> mac(base::View message, const MacKey& key) const {
    const auto whole = crypto::hmac_sha256<base::Bytes<32>>(key.expose(), ana_.identity.public_key.serialize(),
                                                            ben_.identity.public_key.serialize(), message);
    return *base::fixed<mac_size>(base::View(whole).first(mac_size));
  }

 private:
  Encrypted encrypted(Device& from, Device& to) { return encrypt(from.record, text_, from.with(to)).value(); }

  void unheard() { ana_.record = encrypted(ana_, ben_).record; }

  void says(Device& from, Device& to) {
    Encrypted sent = encrypted(from, to);
    from.record = sent.record;
    to.record = (sent.type == MessageType::prekey ? decrypt_prekey(to.record, sent.message, to, to.with(from))
                                                  : decrypt_signal(to.record, sent.message, to.with(from)))
                    .value()
                    .record;
  }

  // The random bytes are drawn twice from one seed, so the key belongs to the message.
  void keep() {
    const State& sender = *ana_.record.current();
    fuzz::SeededRandom for_key(9), for_message(9);
    const auto part = spqr::send(sender.spqr, for_key);
    CHECK(part.has_value());
    MessageKeys keys = message_keys(seed(sender.sending.key), part->part.key);
    const Context context{ana_.identity, RegistrationId(7), ana_.address, ben_.address,
                          everyone,      1'700'000'000'000, for_message};
    Encrypted sent = encrypt(ana_.record, text_, context).value();
    moments_.push_back({ben_.record, sent.type, std::move(sent.message), std::move(keys.mac_key)});
  }

  const base::Blob text_ = base::blob(base::view("a text of some length"));
  Device ana_{"9d0652a3-dcc3-4d11-975f-74d61598733f", 1}, ben_{"796abedb-ca4e-4f18-8803-1fde5b921f9f", 2};
  std::vector<Moment> moments_;
};

World& world() {
  static World whole;
  return whole;
}

Result<Decrypted> decrypt(const Record& record, MessageType type, base::View message) {
  return type == MessageType::prekey ? decrypt_prekey(record, message, world().prekeys(), world().recipient())
                                     : decrypt_signal(record, message, world().recipient());
}

base::Blob mutated_signal(base::View message, const MacKey& key, fuzz::Luck& luck) {
  if (message.size() < 1 + mac_size) return base::blob(message);
  auto parts = fuzz::take_apart(message.subspan(1, message.size() - 1 - mac_size));
  for (unsigned i = 0; i <= luck() % 3; ++i) fuzz::mutate_fields(parts, luck);
  const base::Bytes<1> version{fuzz::happens(luck, 16) ? static_cast<std::uint8_t>(luck()) : message[0]};
  base::Blob made = base::concat({version, fuzz::put_together(parts)});
  const auto right = world().mac(made, key);
  const base::View mac = fuzz::happens(luck, 2) ? base::View(right) : message.last(mac_size);
  made.insert(made.end(), mac.begin(), mac.end());
  return made;
}

base::Blob mutated_prekey(base::View message, const MacKey& key, fuzz::Luck& luck) {
  if (message.empty()) return {};
  auto parts = fuzz::take_apart(message.subspan(1));
  if (fuzz::happens(luck, 2)) fuzz::mutate_fields(parts, luck);
  for (auto& part : parts) {
    if (part.number == 4 && part.is_bytes) part.bytes = mutated_signal(part.bytes, key, luck);
  }
  return base::concat({message.first(1), fuzz::put_together(parts)});
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t room, unsigned seed) {
  fuzz::Luck luck(seed);
  const std::uint8_t number = size == 0 || fuzz::happens(luck, 16) ? static_cast<std::uint8_t>(luck()) : bytes[0];
  const Moment& moment = world().at(number);
  const bool is_fresh = size <= 1 || fuzz::happens(luck, 8);
  base::Blob message = is_fresh ? moment.genuine : base::Blob(bytes + 1, bytes + size);
  if (fuzz::happens(luck, 8)) {
    fuzz::mutate_bytes(message);
  } else {
    message = moment.type == MessageType::prekey ? mutated_prekey(message, moment.mac_key, luck)
                                                 : mutated_signal(message, moment.mac_key, luck);
  }
  return fuzz::give(base::concat({base::Bytes<1>{number}, message}), bytes, room);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Moment& moment = world().at(bytes[0]);
  const base::Blob message = size == 1 ? moment.genuine : base::Blob(bytes + 1, bytes + size);
  const auto before = moment.recipient.serialize();
  const auto read = decrypt(moment.recipient, moment.type, message);
  CHECK(base::same(moment.recipient.serialize().expose(), before.expose()));
  CHECK(read || size != 1);
  if (!read) return 0;

  const auto after = read->record.serialize();
  const auto again = Record::parse(after.expose());
  CHECK(again && base::same(again->serialize().expose(), after.expose()));
  CHECK(!decrypt(*again, moment.type, message));  // nothing is read twice
  return 0;
}
