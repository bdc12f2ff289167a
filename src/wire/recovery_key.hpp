#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/curve25519.hpp"
#include "crypto/xwing.hpp"

namespace sotto::wire {

/// 256 random bits on paper, from which the account's root descends. On no device: its derived private halves live only
/// while it is being typed.
using RecoveryKey = base::Secret<struct RecoveryKeyTag, 32>;

RecoveryKey make_recovery_key(base::Random& random);

/// Why a typed recovery key can't be one, in words for the person who typed it.
struct RecoveryKeyProblem {
  std::string message;
};

/// 56 characters of Crockford base32 in 14 groups of four: 52 of key, 4 of check.
std::string to_text(const RecoveryKey& key);

/// Reads any case; spaces and hyphens are ignored, O is 0, I and L are 1, U is refused. Also reads the 24 words and the
/// QR's text (`sotto-recovery:…`).
///
/// errors  names the first group or word that can't be, or says that a character is wrong
base::Result<RecoveryKey, RecoveryKeyProblem> parse_recovery_key(std::string_view text);

/// 24 words of the English BIP-39 list.
std::vector<std::string> to_words(const RecoveryKey& key);

/// `sotto-recovery:` and the 56 characters, for a QR.
std::string to_qr_text(const RecoveryKey& key);

/// What HKDF makes of it (statements.md, "Keys from the recovery key").
struct RootKeys {
  crypto::KeyPair root;
  crypto::xwing::PublicKey backup;  // its seed is derived again when an archive is opened
  crypto::KeyPair backup_access;
};
RootKeys derive_root_keys(const RecoveryKey& key);

}  // namespace sotto::wire
