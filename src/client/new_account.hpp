#pragma once
#include <string>

#include "client/problem.hpp"
#include "store/own_account.hpp"
#include "wire/recovery_key.hpp"

namespace sotto::client {

/// What the server said in the first request of a registration.
struct Invitation {
  wire::MailboxId mailbox_id;
  base::Bytes<32> challenge;
};

struct NewAccountPlan {
  std::string server;                      // HOST:PORT
  std::string server_ca;                   // PEM, or empty
  std::optional<wire::Hash> tls_pin = {};  // for everybody who comes from elsewhere
  std::string user_name;
  Invitation invitation;
};

/// Makes an account with its first device: root keys from the recovery key, account key, identity key, statements,
/// prekeys; keeps it all, with the one request that registers it, in this transaction. The private halves of root,
/// backup and backup access key are gone when it returns (statements.md, "Registration").
void make_account(store::Transaction& in, const NewAccountPlan& plan, const wire::RecoveryKey& recovery_key,
                  base::Timestamp now, base::Random& random);

}  // namespace sotto::client
