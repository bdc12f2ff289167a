// room: protocol
// The primitives and the steps of a session, in microseconds of CPU each. Records are parsed from bytes and serialized
// to bytes in the "stored" rows, as the client does around each message.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/check.hpp"
#include "bench/table.hpp"
#include "crypto/aes.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/kyber1024.hpp"
#include "crypto/start.hpp"
#include "crypto/system_random.hpp"
#include "crypto/xeddsa.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"

namespace sotto {
namespace {

using namespace protocol;
using benchmark::State;

crypto::SystemRandom system_random;
const Trust everyone = [](const Address&, const crypto::PublicKey&, Use) { return true; };

// --- primitives

void x25519_keygen(State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(crypto::KeyPair::generate(system_random));
}

void x25519_agree(State& state) {
  const auto local = crypto::KeyPair::generate(system_random), remote = crypto::KeyPair::generate(system_random);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::agree(local.private_key, remote.public_key));
}

void xeddsa_sign(State& state) {
  const auto keys = crypto::KeyPair::generate(system_random);
  const base::Bytes<64> message{};
  for (auto _ : state) benchmark::DoNotOptimize(crypto::sign(keys.private_key, message, system_random));
}

void xeddsa_verify(State& state) {
  const auto keys = crypto::KeyPair::generate(system_random);
  const base::Bytes<64> message{};
  const auto signature = crypto::sign(keys.private_key, message, system_random);
  for (auto _ : state) CHECK(crypto::verify(keys.public_key, message, signature));
}

void base_key_check(State& state) {
  const auto keys = crypto::KeyPair::generate(system_random);
  for (auto _ : state) CHECK(crypto::is_canonical(keys.public_key));
}

void hmac_sha256_32_bytes(State& state) {
  const base::Bytes<32> key{}, message{};
  for (auto _ : state) benchmark::DoNotOptimize(crypto::hmac_sha256<base::Bytes<32>>(key, message));
}

void hkdf_sha256_80_bytes(State& state) {
  const base::Bytes<32> key{}, salt{};
  base::Bytes<80> out;
  for (auto _ : state) {
    crypto::hkdf_sha256_into(out, salt, key, base::view("WhisperMessageKeys"));
    benchmark::DoNotOptimize(out);
  }
}

void aes256_cbc_encrypt_256_bytes(State& state) {
  const base::Bytes<32> key{};
  const base::Bytes<16> iv{};
  const base::Blob text(256);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::aes256_cbc_encrypt(key, iv, text));
}

void kyber1024_keygen(State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(crypto::KyberKeyPair::generate(system_random));
}

void kyber1024_encapsulate(State& state) {
  const auto keys = crypto::KyberKeyPair::generate(system_random);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::encapsulate(keys.public_key, system_random));
}

void kyber1024_decapsulate(State& state) {
  const auto keys = crypto::KyberKeyPair::generate(system_random);
  const auto sent = crypto::encapsulate(keys.public_key, system_random);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::decapsulate(keys.secret_key, sent->ciphertext));
}

// --- sessions

class End final : public PreKeySource {
 public:
  End(std::string name) : address{std::move(name), DeviceId(1)}, identity(crypto::KeyPair::generate(system_random)) {}

  Context with(const End& remote) const {
    return {.identity = identity,
            .registration_id = RegistrationId(1),
            .local = address,
            .remote = remote.address,
            .trust = everyone,
            .now_ms = 1'700'000'000'000,
            .random = system_random};
  }

  PreKeyBundle bundle() const {
    return {.registration_id = RegistrationId(1),
            .device_id = address.device,
            .identity_key = identity.public_key,
            .signed_prekey = {signed_.id, signed_.keys.public_key, base::blob(signed_.signature)},
            .kyber_prekey = {kyber_.id, kyber_.keys.public_key, base::blob(kyber_.signature)},
            .one_time_prekey = PreKeyBundle::OneTime{one_time_.id, one_time_.keys.public_key}};
  }

  Result<OneTimePreKey> one_time_prekey(PreKeyId) const override {
    return OneTimePreKey{one_time_.id, one_time_.keys.clone()};
  }
  Result<SignedPreKey> signed_prekey(SignedPreKeyId) const override {
    return SignedPreKey{signed_.id, signed_.keys.clone(), signed_.signature, 0};
  }
  Result<KyberPreKey> kyber_prekey(KyberPreKeyId) const override {
    return KyberPreKey{kyber_.id, kyber_.keys.clone(), kyber_.signature, 0};
  }

  Address address;
  crypto::KeyPair identity;
  Record record;

 private:
  OneTimePreKey one_time_ = OneTimePreKey::generate(PreKeyId(1), system_random);
  SignedPreKey signed_ = SignedPreKey::generate(SignedPreKeyId(1), identity.private_key, 0, system_random);
  KyberPreKey kyber_ = KyberPreKey::generate(KyberPreKeyId(1), identity.private_key, 0, system_random);
};

struct Pair {
  End here{"9d0652a3-dcc3-4d11-975f-74d61598733f"}, there{"796abedb-ca4e-4f18-8803-1fde5b921f9f"};

  void establish() {
    here.record = *start_session({}, there.bundle(), here.with(there));
    there.record = decrypt_prekey({}, send(here, there).message, there, there.with(here))->record;
    here.record = decrypt_signal(here.record, send(there, here).message, here.with(there))->record;
  }
  Encrypted send(End& from, const End& to) {
    auto sent = encrypt(from.record, text, from.with(to));
    from.record = sent->record;
    return *std::move(sent);
  }
  base::Blob text = base::Blob(256);
};

void initiator_process_bundle(State& state) {
  Pair pair;
  const auto bundle = pair.there.bundle();
  for (auto _ : state) benchmark::DoNotOptimize(start_session({}, bundle, pair.here.with(pair.there)));
}

void recipient_first_decrypt(State& state) {
  Pair pair;
  pair.here.record = *start_session({}, pair.there.bundle(), pair.here.with(pair.there));
  const auto first = pair.send(pair.here, pair.there);
  for (auto _ : state) CHECK(decrypt_prekey({}, first.message, pair.there, pair.there.with(pair.here)));
}

void encrypt_256_bytes(State& state) {
  Pair pair;
  pair.establish();
  for (auto _ : state) benchmark::DoNotOptimize(pair.send(pair.here, pair.there));
}

void decrypt_256_bytes(State& state) {
  Pair pair;
  pair.establish();
  std::vector<base::Blob> messages;
  for (auto _ : state) {
    if (messages.empty()) {
      state.PauseTiming();
      for (int i = 0; i < 10'000; ++i) messages.push_back(pair.send(pair.here, pair.there).message);
      std::ranges::reverse(messages);
      state.ResumeTiming();
    }
    auto received = decrypt_signal(pair.there.record, messages.back(), pair.there.with(pair.here));
    pair.there.record = std::move(received->record);
    messages.pop_back();
  }
}

void encrypt_256_bytes_stored(State& state) {
  Pair pair;
  pair.establish();
  base::SecretBlob stored = pair.here.record.serialize();
  for (auto _ : state) {
    const auto record = Record::parse(stored.expose());
    stored = encrypt(*record, pair.text, pair.here.with(pair.there))->record.serialize();
  }
}

void ping_pong_round_trip(State& state) {
  Pair pair;
  pair.establish();
  for (auto _ : state) {
    const auto ping = pair.send(pair.here, pair.there);
    pair.there.record = decrypt_signal(pair.there.record, ping.message, pair.there.with(pair.here))->record;
    const auto pong = pair.send(pair.there, pair.here);
    pair.here.record = decrypt_signal(pair.here.record, pong.message, pair.here.with(pair.there))->record;
  }
}

}  // namespace
}  // namespace sotto

int main(int argc, char** argv) {
  using namespace sotto;
  CHECK(crypto::start());
  const std::pair<const char*, void (*)(benchmark::State&)> rows[] = {
      {"x25519_keygen", x25519_keygen},
      {"x25519_agree", x25519_agree},
      {"xeddsa_sign", xeddsa_sign},
      {"xeddsa_verify", xeddsa_verify},
      {"base_key_check", base_key_check},
      {"hmac_sha256_32_bytes", hmac_sha256_32_bytes},
      {"hkdf_sha256_80_bytes", hkdf_sha256_80_bytes},
      {"aes256_cbc_encrypt_256_bytes", aes256_cbc_encrypt_256_bytes},
      {"kyber1024_keygen", kyber1024_keygen},
      {"kyber1024_encapsulate", kyber1024_encapsulate},
      {"kyber1024_decapsulate", kyber1024_decapsulate},
      {"initiator_process_bundle", initiator_process_bundle},
      {"recipient_first_decrypt", recipient_first_decrypt},
      {"encrypt_256_bytes", encrypt_256_bytes},
      {"decrypt_256_bytes", decrypt_256_bytes},
      {"encrypt_256_bytes_stored", encrypt_256_bytes_stored},
      {"ping_pong_round_trip", ping_pong_round_trip},
  };
  for (const auto& [name, function] : rows) {
    benchmark::RegisterBenchmark(name, function)->Unit(benchmark::kMicrosecond)->MinTime(0.2);
  }
  return bench::run_and_write("protocol", argc, argv);
}
