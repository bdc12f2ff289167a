#include "protocol/session/state.hpp"

#include "protocol/session/version.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint64_t max_counter = 1ull << 32;  // one past the last that fits on the wire
constexpr std::size_t seed_size = 4 + 32;
constexpr std::size_t chain_size = 32 + 32 + 8 + 4;  // without its skipped seeds
constexpr std::size_t pending_size = 5 + 4 + 4 + 32 + crypto::kyber1024::ciphertext_size + 8;
constexpr std::size_t fixed_size = 1 + 2 * 32 + 2 * 4 + 32 + 32 + 4 + (3 * 32 + 8) + 1 + 1;

void store(StoredWriter& write, const crypto::PublicKey& key) { write.bytes(key.u()); }

void store(StoredWriter& write, const SendingChain& chain) {
  store(write, chain.ratchet_key.public_key);
  write.secret(chain.ratchet_key.private_key);
  write.secret(chain.key);
  write.number(chain.counter);
}

void store(StoredWriter& write, const ReceivingChain& chain) {
  store(write, chain.ratchet_key);
  write.secret(chain.key);
  write.number(chain.counter);
  write.number(static_cast<std::uint32_t>(chain.skipped.size()));
  for (const SkippedSeed& one : chain.skipped.all()) {
    write.number(one.counter);
    write.secret(one.seed);
  }
}

void store(StoredWriter& write, const Pending& pending) {
  write.number(static_cast<std::uint8_t>(pending.one_time_id.has_value()));
  if (pending.one_time_id) write.number(pending.one_time_id->value);
  write.number(pending.signed_id.value);
  write.number(pending.kyber_id.value);
  store(write, pending.base_key);
  write.bytes(pending.kyber_ciphertext.serialize());
  write.number(pending.created_s);
}

crypto::PublicKey public_key(StoredReader& read) { return crypto::PublicKey(read.bytes<32>()); }

bool flag(StoredReader& read) {
  const auto byte = read.number<std::uint8_t>();
  read.require(byte <= 1);
  return byte == 1;
}

crypto::PrivateKey private_key(StoredReader& read) {
  using Bytes = base::Secret<struct StoredPrivateKeyTag, 32>;
  const auto bytes = read.secret<Bytes>();
  constexpr std::uint8_t low = 0x07, high = 0xc0, high_set = 0x40;  // RFC 7748: as it is used, it is kept
  read.require((bytes.expose()[0] & low) == 0 && (bytes.expose()[31] & high) == high_set);
  return crypto::PrivateKey(bytes.expose());
}

std::uint64_t counter(StoredReader& read) {
  const auto value = read.number<std::uint64_t>();
  read.require(value <= max_counter);
  return value;
}

SendingChain sending_chain(StoredReader& read) {
  const crypto::PublicKey open = public_key(read);
  crypto::KeyPair keys(private_key(read), open);
  auto key = read.secret<ChainKey>();
  return {std::move(keys), std::move(key), counter(read)};
}

SkippedSeeds skipped_seeds(StoredReader& read, std::uint64_t before) {
  const auto size = read.number<std::uint32_t>();
  read.require(size <= max_skipped);
  std::vector<SkippedSeed> skipped;
  if (read.is_sound()) skipped.reserve(size);
  for (std::uint32_t i = 0; i < size && read.is_sound(); ++i) {
    const auto at = read.number<std::uint32_t>();
    read.require(at < before && (skipped.empty() || at > skipped.back().counter));
    skipped.push_back({at, read.secret<MessageSeed>()});
  }
  return SkippedSeeds(std::move(skipped));
}

ReceivingChain receiving_chain(StoredReader& read) {
  const crypto::PublicKey ratchet_key = public_key(read);
  auto key = read.secret<ChainKey>();
  const std::uint64_t next = counter(read);
  return {ratchet_key, std::move(key), next, skipped_seeds(read, next)};
}

ReceivingChains receiving_chains(StoredReader& read) {
  const auto size = read.number<std::uint8_t>();
  read.require(size <= max_receiving_chains);
  ReceivingChains chains;
  for (std::uint8_t i = 0; i < size && read.is_sound(); ++i) chains.push_back(receiving_chain(read));
  return chains;
}

std::optional<Pending> pending_of(StoredReader& read) {
  std::optional<PreKeyId> one_time_id;
  if (flag(read)) one_time_id = PreKeyId(read.number<std::uint32_t>());
  const SignedPreKeyId signed_id(read.number<std::uint32_t>());
  const KyberPreKeyId kyber_id(read.number<std::uint32_t>());
  const crypto::PublicKey base_key = public_key(read);
  auto ciphertext = crypto::KyberCiphertext::parse(read.take(crypto::kyber1024::ciphertext_size));
  if (!ciphertext) return std::nullopt;
  return Pending{one_time_id, signed_id, kyber_id, base_key, *std::move(ciphertext), read.number<std::uint64_t>()};
}

}  // namespace

State State::clone() const {
  return {local_identity,    remote_identity,  local_registration_id, remote_registration_id,
          base_key,          root_key.clone(), previous_counter,      sending.clone(),
          receiving.clone(), pending,          spqr.clone()};
}

std::size_t State::stored_size() const {
  std::size_t size = fixed_size + (pending ? pending_size : 0) + spqr.stored_size();
  for (std::size_t i = 0; i < receiving.size(); ++i) size += chain_size + receiving[i].skipped.size() * seed_size;
  return size;
}

void State::store(StoredWriter& write) const {
  write.number(session_version);
  protocol::store(write, local_identity);
  protocol::store(write, remote_identity);
  write.number(local_registration_id.value);
  write.number(remote_registration_id.value);
  protocol::store(write, base_key);
  write.secret(root_key);
  write.number(previous_counter);
  protocol::store(write, sending);
  write.number(static_cast<std::uint8_t>(receiving.size()));
  for (std::size_t i = 0; i < receiving.size(); ++i) protocol::store(write, receiving[i]);
  write.number(static_cast<std::uint8_t>(pending.has_value()));
  if (pending) protocol::store(write, *pending);
  spqr.store(write);
}

base::SecretBlob State::serialize() const {
  StoredWriter write(stored_size());
  store(write);
  return write.finish();
}

Result<State> State::parse(base::View bytes) {
  StoredReader read(bytes);
  read.require(read.number<std::uint8_t>() == session_version);
  const crypto::PublicKey local = public_key(read), remote = public_key(read);
  const RegistrationId local_id(read.number<std::uint32_t>()), remote_id(read.number<std::uint32_t>());
  const crypto::PublicKey base_key = public_key(read);
  auto root_key = read.secret<RootKey>();
  const auto previous_counter = read.number<std::uint32_t>();
  SendingChain sending = sending_chain(read);
  ReceivingChains receiving = receiving_chains(read);
  std::optional<Pending> pending;
  const bool is_pending = flag(read);
  if (is_pending) pending = pending_of(read);
  auto spqr = spqr::State::restore(read);
  if (!spqr || !read.is_finished() || pending.has_value() != is_pending) return Error::invalid_session;
  return State{local,
               remote,
               local_id,
               remote_id,
               base_key,
               std::move(root_key),
               previous_counter,
               std::move(sending),
               std::move(receiving),
               std::move(pending),
               *std::move(spqr)};
}

}  // namespace sotto::protocol
