#include "protocol/session/state.hpp"

#include <algorithm>

#include "protocol/session/version.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

using relay::Field;
using relay::FieldWriter;

// Bytes that hold secrets: room for all of them is reserved first, so that growing leaves no unwiped copy behind.
class SecretWriter : public FieldWriter {
 public:
  explicit SecretWriter(std::size_t room) : FieldWriter(bytes_) { bytes_.reserve(room); }
  base::SecretBlob finish() { return base::SecretBlob(std::move(bytes_)); }

 private:
  base::Blob bytes_;
};

constexpr std::size_t seed_size = 4 + 32;  // counter, big-endian, and seed
constexpr std::size_t chain_room = 128;

base::SecretBlob written(const SendingChain& chain) {
  SecretWriter write(chain_room + 64);
  write.bytes(1, chain.ratchet_key.public_key.serialize());
  write.bytes(2, chain.ratchet_key.private_key.expose());
  write.bytes(3, chain.key.expose());
  write.uint64(4, chain.counter);
  return write.finish();
}

base::SecretBlob written(const std::vector<SkippedSeed>& skipped) {
  base::Blob bytes;
  bytes.reserve(skipped.size() * seed_size);
  for (const SkippedSeed& one : skipped) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(one.counter >> shift));
    bytes.insert(bytes.end(), one.seed.expose().begin(), one.seed.expose().end());
  }
  return base::SecretBlob(std::move(bytes));
}

base::SecretBlob written(const ReceivingChain& chain) {
  const base::SecretBlob skipped = written(chain.skipped);
  SecretWriter write(chain_room + skipped.size());
  write.bytes(1, chain.ratchet_key.serialize());
  write.bytes(2, chain.key.expose());
  write.uint64(3, chain.counter);
  if (skipped.size() > 0) write.bytes(4, skipped.expose());
  return write.finish();
}

base::Blob written(const Pending& pending) {
  base::Blob bytes;
  FieldWriter write(bytes);
  if (pending.one_time_id) write.uint64(1, pending.one_time_id->value);
  write.uint64(2, pending.signed_id.value);
  write.uint64(3, pending.kyber_id.value);
  write.bytes(4, pending.base_key.serialize());
  write.bytes(5, pending.kyber_ciphertext.serialize());
  write.uint64(6, pending.created_s);
  return bytes;
}

std::optional<crypto::PublicKey> exact_key(base::View bytes) {
  if (bytes.size() != crypto::PublicKey::size) return std::nullopt;
  const auto key = crypto::PublicKey::parse(bytes);
  return key ? std::optional(*key) : std::nullopt;
}

template <class T>
std::optional<T> exact_secret(base::View bytes) {
  if (bytes.size() != T::size) return std::nullopt;
  return T(std::span<const std::uint8_t, T::size>(bytes));
}

constexpr std::uint64_t max_counter = 1ull << 32;  // one past the last that fits on the wire

Result<SendingChain> read_sending(base::View bytes) {
  std::optional<crypto::PublicKey> open;
  std::optional<ChainKey> key;
  std::optional<std::uint64_t> counter;
  base::View private_bytes;
  bool is_known = true;
  const bool is_sound = relay::read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 1:
        open = exact_key(field.bytes());
        break;
      case 2:
        private_bytes = field.bytes();
        break;
      case 3:
        key = exact_secret<ChainKey>(field.bytes());
        break;
      case 4:
        counter = field.uint64();
        break;
      default:
        is_known = false;
        field.skip();
    }
  });
  auto secret = crypto::PrivateKey::parse(private_bytes);
  if (!is_sound || !is_known || !open || !secret || !key || !counter || *counter > max_counter)
    return Error::invalid_session;
  return SendingChain{crypto::KeyPair(*std::move(secret), *open), *std::move(key), *counter};
}

Result<std::vector<SkippedSeed>> read_skipped(base::View bytes, std::uint64_t before) {
  if (bytes.size() % seed_size != 0 || bytes.size() / seed_size > max_skipped) return Error::invalid_session;
  std::vector<SkippedSeed> skipped;
  skipped.reserve(bytes.size() / seed_size);
  for (; !bytes.empty(); bytes = bytes.subspan(seed_size)) {
    const auto counter = static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
                         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
    const bool is_ascending = skipped.empty() || skipped.back().counter < counter;
    if (!is_ascending || counter >= before) return Error::invalid_session;
    skipped.push_back({counter, *exact_secret<MessageSeed>(bytes.subspan(4, 32))});
  }
  return skipped;
}

Result<ReceivingChain> read_receiving(base::View bytes) {
  std::optional<crypto::PublicKey> ratchet_key;
  std::optional<ChainKey> key;
  std::optional<std::uint64_t> counter;
  base::View skipped_bytes;
  bool is_known = true;
  const bool is_sound = relay::read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 1:
        ratchet_key = exact_key(field.bytes());
        break;
      case 2:
        key = exact_secret<ChainKey>(field.bytes());
        break;
      case 3:
        counter = field.uint64();
        break;
      case 4:
        skipped_bytes = field.bytes();
        break;
      default:
        is_known = false;
        field.skip();
    }
  });
  if (!is_sound || !is_known || !ratchet_key || !key || !counter || *counter > max_counter)
    return Error::invalid_session;
  TRY(auto skipped, read_skipped(skipped_bytes, *counter));
  return ReceivingChain{*ratchet_key, *std::move(key), *counter, std::move(skipped)};
}

Result<Pending> read_pending(base::View bytes) {
  std::optional<std::uint32_t> one_time_id, signed_id, kyber_id;
  std::optional<crypto::PublicKey> base_key;
  std::optional<std::uint64_t> created_s;
  base::View ciphertext_bytes;
  bool is_known = true;
  const bool is_sound = relay::read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 1:
        one_time_id = field.uint32();
        break;
      case 2:
        signed_id = field.uint32();
        break;
      case 3:
        kyber_id = field.uint32();
        break;
      case 4:
        base_key = exact_key(field.bytes());
        break;
      case 5:
        ciphertext_bytes = field.bytes();
        break;
      case 6:
        created_s = field.uint64();
        break;
      default:
        is_known = false;
        field.skip();
    }
  });
  auto ciphertext = crypto::KyberCiphertext::parse(ciphertext_bytes);
  if (!is_sound || !is_known || !signed_id || !kyber_id || !base_key || !ciphertext || !created_s) {
    return Error::invalid_session;
  }
  Pending pending{std::nullopt, SignedPreKeyId(*signed_id), KyberPreKeyId(*kyber_id),
                  *base_key,    *std::move(ciphertext),     *created_s};
  if (one_time_id) pending.one_time_id = PreKeyId(*one_time_id);
  return pending;
}

// What State::parse has seen so far; every part is there at the end, or the record is refused.
struct Parts {
  std::optional<std::uint32_t> version, previous_counter, local_registration_id, remote_registration_id;
  std::optional<crypto::PublicKey> local_identity, remote_identity, base_key;
  std::optional<RootKey> root_key;
  base::View sending, pending, spqr;
  std::vector<base::View> receiving;
  bool is_known = true;

  void take(Field& field) {
    switch (field.number()) {
      case 1:
        version = field.uint32();
        break;
      case 2:
        local_identity = exact_key(field.bytes());
        break;
      case 3:
        remote_identity = exact_key(field.bytes());
        break;
      case 4:
        local_registration_id = field.uint32();
        break;
      case 5:
        remote_registration_id = field.uint32();
        break;
      case 6:
        base_key = exact_key(field.bytes());
        break;
      case 7:
        root_key = exact_secret<RootKey>(field.bytes());
        break;
      case 8:
        previous_counter = field.uint32();
        break;
      case 9:
        sending = field.bytes();
        break;
      case 10:
        receiving.push_back(field.bytes());
        break;
      case 11:
        pending = field.bytes();
        break;
      case 12:
        spqr = field.bytes();
        break;
      default:
        is_known = false;
        field.skip();
    }
  }

  bool is_complete() const {
    return is_known && version == session_version && previous_counter && local_registration_id &&
           remote_registration_id && local_identity && remote_identity && base_key && root_key && !sending.empty() &&
           !spqr.empty() && receiving.size() <= max_receiving_chains;
  }
};

}  // namespace

State State::clone() const {
  std::vector<ReceivingChain> chains;
  chains.reserve(receiving.size() + 1);
  for (const ReceivingChain& chain : receiving) chains.push_back(chain.clone());
  return {local_identity,    remote_identity,  local_registration_id, remote_registration_id,
          base_key,          root_key.clone(), previous_counter,      sending.clone(),
          std::move(chains), pending,          spqr.clone()};
}

base::SecretBlob State::serialize() const {
  const base::SecretBlob sending_bytes = written(sending);
  std::vector<base::SecretBlob> chains;
  StoredWriter spqr_bytes(spqr.stored_size());
  spqr.store(spqr_bytes);
  const base::SecretBlob spqr_blob = spqr_bytes.finish();
  std::size_t room =
      512 + sending_bytes.size() + spqr_blob.size() + (pending ? 2 * crypto::kyber1024::ciphertext_size : 0);
  for (const ReceivingChain& chain : receiving) room += chains.emplace_back(written(chain)).size() + 8;

  SecretWriter write(room);
  write.uint64(1, session_version);
  write.bytes(2, local_identity.serialize());
  write.bytes(3, remote_identity.serialize());
  write.uint64(4, local_registration_id.value);
  write.uint64(5, remote_registration_id.value);
  write.bytes(6, base_key.serialize());
  write.bytes(7, root_key.expose());
  write.uint64(8, previous_counter);
  write.bytes(9, sending_bytes.expose());
  for (const base::SecretBlob& chain : chains) write.bytes(10, chain.expose());
  if (pending) write.bytes(11, written(*pending));
  write.bytes(12, spqr_blob.expose());
  return write.finish();
}

Result<State> State::parse(base::View bytes) {
  Parts parts;
  const bool is_sound = relay::read_fields(bytes, [&](Field& field) { parts.take(field); });
  if (!is_sound || !parts.is_complete()) return Error::invalid_session;

  TRY(SendingChain sending, read_sending(parts.sending));
  std::vector<ReceivingChain> receiving;
  for (const base::View chain_bytes : parts.receiving) {
    TRY(ReceivingChain chain, read_receiving(chain_bytes));
    receiving.push_back(std::move(chain));
  }
  StoredReader spqr_bytes(parts.spqr);
  auto spqr = spqr::State::restore(spqr_bytes);
  if (!spqr || !spqr_bytes.is_finished()) return Error::invalid_session;
  std::optional<Pending> pending;
  if (!parts.pending.empty()) {
    TRY(pending, read_pending(parts.pending));
  }
  return State{*parts.local_identity,
               *parts.remote_identity,
               RegistrationId(*parts.local_registration_id),
               RegistrationId(*parts.remote_registration_id),
               *parts.base_key,
               *std::move(parts.root_key),
               *parts.previous_counter,
               std::move(sending),
               std::move(receiving),
               std::move(pending),
               *std::move(spqr)};
}

}  // namespace sotto::protocol
