#include "protocol/pqxdh/pqxdh.hpp"

#include "crypto/hkdf.hpp"

namespace sotto::protocol {
namespace {

// The KDF's input grows by one agreement at a time, in a buffer that never moves and is wiped.
class Agreements {
 public:
  static constexpr std::size_t most = 32 * 6;

  Result<void> add(const crypto::PrivateKey& local, const crypto::PublicKey& remote) {
    auto agreed = crypto::agree(local, remote);
    if (!agreed) return from_crypto(agreed.error());
    append(agreed->expose());
    return {};
  }

  AgreedKeys finish(const crypto::KyberSecret& secret) {
    append(secret.expose());
    const base::SecretBlob input(std::move(bytes_));
    auto [root_key, chain_key, auth_key] = crypto::hkdf_sha256<RootKey, ChainKey, spqr::AuthKey>(
        {}, input.expose(), base::view("WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024"));
    return {std::move(root_key), std::move(chain_key), std::move(auth_key)};
  }

  Agreements() {
    bytes_.reserve(most);
    bytes_.assign(32, 0xff);
  }
  Agreements(const Agreements&) = delete;
  Agreements& operator=(const Agreements&) = delete;
  ~Agreements() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }

 private:
  void append(base::View secret) { bytes_.insert(bytes_.end(), secret.begin(), secret.end()); }
  base::Blob bytes_;
};

}  // namespace

Result<Initiation> initiate(const crypto::KeyPair& identity, const PreKeyBundle& bundle, base::Random& random) {
  const crypto::KeyPair base_key = crypto::KeyPair::generate(random);
  Agreements agreements;
  TRY_VOID(agreements.add(identity.private_key, bundle.signed_prekey.key));
  TRY_VOID(agreements.add(base_key.private_key, bundle.identity_key));
  TRY_VOID(agreements.add(base_key.private_key, bundle.signed_prekey.key));
  if (bundle.one_time_prekey) TRY_VOID(agreements.add(base_key.private_key, bundle.one_time_prekey->key));

  auto sent = crypto::encapsulate(bundle.kyber_prekey.key, random);
  if (!sent) return from_crypto(sent.error());
  return Initiation{agreements.finish(sent->secret), base_key.public_key, std::move(sent->ciphertext)};
}

Result<AgreedKeys> accept(const Acceptance& with) {
  Agreements agreements;
  TRY_VOID(agreements.add(with.signed_prekey.keys.private_key, with.remote_identity));
  TRY_VOID(agreements.add(with.identity.private_key, with.base_key));
  TRY_VOID(agreements.add(with.signed_prekey.keys.private_key, with.base_key));
  if (with.one_time_prekey != nullptr) TRY_VOID(agreements.add(with.one_time_prekey->keys.private_key, with.base_key));
  const auto secret = crypto::decapsulate(with.kyber_prekey.keys.secret_key, with.kyber_ciphertext);
  if (!secret) return Error::invalid_session;
  return agreements.finish(*secret);
}

}  // namespace sotto::protocol
