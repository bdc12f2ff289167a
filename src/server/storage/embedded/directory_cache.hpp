#pragma once
#include <vector>

#include "server/storage/devices.hpp"
#include "server/storage/embedded/cache.hpp"
#include "server/storage/embedded/permit_tables.hpp"

namespace sotto::server {

/// What almost every request asks: who holds a token, what a permit is good for, which devices an account has. Whoever
/// changes one of them forgets it here, before the change and after it.
struct DirectoryCache {
  Cache<base::Bytes<32>, KnownDevice, FirstBytes> tokens{100'000};
  Cache<wire::MailboxId, KnownDevice, FirstBytes> mailboxes{100'000};
  Cache<PermitHash, tables::KnownPermit, FirstBytes> permits{100'000};
  Cache<AccountRow, std::vector<Target>, FirstBytes> targets{100'000};

  void forget_all() {
    tokens.forget_all();
    mailboxes.forget_all();
    permits.forget_all();
    targets.forget_all();
  }
};

}  // namespace sotto::server
