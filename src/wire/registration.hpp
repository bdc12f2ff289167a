#pragma once
#include <string>

#include "wire/checks.hpp"
#include "wire/prekeys.hpp"

namespace sotto::wire {

constexpr std::size_t max_registration = max_prekey_upload + 4 * max_statement;  // bytes

/// What the act covers: everything of a registration but the act.
struct RegistrationBody {
  Signed certificate;
  Signed backup_statement;
  Signed list;
  std::string user_name;
  Hash token_hash{};  // H(device token, token)
  PrekeyUpload prekeys;

  base::Blob serialize() const;
};

/// The second request of a registration: body, act by the account key, and the root's signature over the same act.
struct RegistrationRequest {
  base::Blob body;
  Signed act;
  crypto::Signature root_signature{};

  base::Blob serialize() const;
};

/// What the server expects of the request: where it is reached, and what it issued in the first request.
struct RegistrationExpectation {
  std::string authority;  // HOST:PORT
  MailboxId mailbox_id;
  base::Bytes<32> challenge;
};

struct CheckedRegistration {
  CheckedIntroduction identity;
  BackupStatement backup;
  Introduction introduction;    // the bytes to keep
  base::Blob backup_statement;  // a Signed, the bytes to keep
  std::string user_name;
  Hash token_hash{};
  PrekeyUpload prekeys;
};

struct RegistrationPeek {
  MailboxId mailbox_id;
  base::Bytes<32> challenge;
};

/// Which mailbox and challenge a request names, before anything is checked: with them the server finds what it issued.
base::Result<RegistrationPeek, Refusal> peek_registration(base::View request);

/// Everything that a request proves by itself. What only the server's store knows (a challenge unused, an identity key
/// or a user name taken) is asked afterwards. `day` and `private` of the statements are not judged.
///
/// errors  the first broken rule, in the order of statements.md, "The server checks"
/// cost    parsing at most max_registration bytes; about ten signature checks and one for each Kyber prekey, at most
/// 200
base::Result<CheckedRegistration, Refusal> check_registration(base::View request,
                                                              const RegistrationExpectation& expectation);

}  // namespace sotto::wire
