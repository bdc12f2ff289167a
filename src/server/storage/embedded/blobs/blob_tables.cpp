#include "server/storage/embedded/blobs/blob_tables.hpp"

#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {

void add_blob(Database& database, const StoredBlob& blob) {
  Query(database,
        "INSERT INTO blobs (blob_id, kind, size, sha256, last_day) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        blob.id, static_cast<std::int64_t>(blob.kind), blob.size, blob.sha256, blob.last_day.value)
      .run();
}

std::optional<StoredBlob> find_blob(Database& database, const BlobId& id, base::Day today) {
  Query query(database,
              "SELECT kind, size, sha256, coalesce(last_day, 4294967295) FROM blobs WHERE blob_id = ?1 AND (last_day "
              "IS NULL OR last_day >= ?2)",
              id, today.value);
  if (!query.next()) return std::nullopt;
  return StoredBlob{.id = id,
                    .kind = static_cast<BlobKind>(query.number(0)),
                    .size = static_cast<std::uint64_t>(query.number(1)),
                    .sha256 = intact(base::fixed<32>(query.bytes(2))),
                    .last_day = {static_cast<std::uint32_t>(query.number(3))}};
}

std::vector<BlobId> all_blobs(Database& database) {
  Query query(database, "SELECT blob_id FROM blobs");
  std::vector<BlobId> all;
  while (query.next()) all.push_back(intact(base::fixed<16>(query.bytes(0))));
  return all;
}

std::vector<BlobId> expire_blobs(Database& database, base::Day today) {
  Query query(database, "DELETE FROM blobs WHERE last_day < ? RETURNING blob_id", today.value);
  std::vector<BlobId> gone;
  while (query.next()) gone.push_back(intact(base::fixed<16>(query.bytes(0))));
  return gone;
}

}  // namespace sotto::server::tables
