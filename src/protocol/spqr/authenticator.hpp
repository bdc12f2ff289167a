#pragma once
#include "crypto/mlkem768_split.hpp"
#include "protocol/spqr/secrets.hpp"

namespace sotto::protocol::spqr {

namespace mlkem = crypto::mlkem768;

/// Binds each key agreement of the braid to all before it, and the first to PQXDH (spqr.md §5).
class Authenticator {
 public:
  using RootKey = base::Secret<struct AuthenticatorRootTag, 32>;
  using MacKey = base::Secret<struct AuthenticatorMacTag, 32>;
  using Mac = base::Bytes<32>;

  explicit Authenticator(const AuthKey& auth_key);
  Authenticator(RootKey root, MacKey mac) : root_(std::move(root)), mac_(std::move(mac)) {}
  Authenticator clone() const { return {root_.clone(), mac_.clone()}; }

  /// What stands in its place once epoch `epoch` has given its secret.
  Authenticator updated(std::uint64_t epoch, const EpochSecret& secret) const;

  Mac header_mac(std::uint64_t epoch, const mlkem::Header& header) const;  // before this epoch's update
  Mac ciphertext_mac(std::uint64_t epoch, const mlkem::FirstPart& ct1, const mlkem::LastPart& ct2) const;  // after it

  const RootKey& root() const { return root_; }
  const MacKey& mac() const { return mac_; }

 private:
  static Authenticator made(std::uint64_t epoch, base::View root, base::View key);
  RootKey root_;
  MacKey mac_;
};

/// From the secret of an encapsulation; §5.
EpochSecret epoch_secret(std::uint64_t epoch, const mlkem::SharedSecret& shared);

}  // namespace sotto::protocol::spqr
