#pragma once
#include "crypto/curve25519.hpp"
#include "server/storage/embedded/database.hpp"
#include "server/storage/prekeys.hpp"

/// The transactions on prekeys, on one connection.
namespace sotto::server::tables {

/// What the directory remembers of a public key, so that no device brings it a second time.
using KeyHash = std::int64_t;  // the first 8 bytes of its SHA-256: enough to notice, small enough for millions
std::vector<KeyHash> key_hashes(const wire::PrekeyUpload& upload);
std::vector<KeyHash> key_hashes(const crypto::PublicKey& identity_key, const wire::PrekeyUpload& upload);
bool has_any_key(Database& database, const std::vector<KeyHash>& hashes);  // also: whether two of them are the same
void keep_keys(Database& database, DeviceRow device, const std::vector<KeyHash>& hashes);

void add_one_time_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload);

/// Takes every one-time prekey of every device away. Nobody may bring them again.
void drop_one_time_prekeys(Database& database, base::Day day);

PrekeysPut put_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload,
                       const base::Bytes<32>& upload_hash, base::Day day);
TakenBundles take_bundles(Database& database, AccountRow account, PermitClass for_class, base::Day day);

/// Spent keys may come again after a while: nobody would answer to them any more.
/// returns  whether there may be more to drop
bool expire_keys(Database& database, base::Day today);

}  // namespace sotto::server::tables
