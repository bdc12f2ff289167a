#pragma once
#include "server/storage/database.hpp"
#include "server/storage/storage.hpp"

/// The transactions on prekeys, on one connection.
namespace sotto::server::tables {

/// What the directory remembers of a public key, so that no device brings it a second time.
using KeyHash = base::Bytes<32>;
std::vector<KeyHash> key_hashes(const wire::PrekeyUpload& upload);
std::vector<KeyHash> key_hashes(const crypto::PublicKey& identity_key, const wire::PrekeyUpload& upload);
bool has_any_key(Database& database, const std::vector<KeyHash>& hashes);  // also: whether two of them are the same
void keep_keys(Database& database, DeviceRow device, const std::vector<KeyHash>& hashes);

void add_one_time_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload);

PrekeysPut put_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload,
                       const base::Bytes<32>& upload_hash, base::Day day);
std::optional<std::vector<wire::DeviceBundle>> take_bundles(Database& database, const wire::AccountId& id,
                                                            base::Day day);

}  // namespace sotto::server::tables
