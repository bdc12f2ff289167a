#include "server/storage/embedded/embedded_storage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "server/storage/blob_stores/disk_blobs.hpp"
#include "server/storage/embedded/acts/embedded_acts.hpp"
#include "server/storage/embedded/acts/removal.hpp"
#include "server/storage/embedded/blobs/embedded_blobs.hpp"
#include "server/storage/embedded/embedded_accounts.hpp"
#include "server/storage/embedded/embedded_devices.hpp"
#include "server/storage/embedded/embedded_invites.hpp"
#include "server/storage/embedded/embedded_mailboxes.hpp"
#include "server/storage/embedded/embedded_permits.hpp"
#include "server/storage/embedded/embedded_prekeys.hpp"
#include "server/storage/embedded/groups/embedded_groups.hpp"
#include "server/storage/embedded/maintenance/copy.hpp"
#include "server/storage/embedded/maintenance/embedded_maintenance.hpp"
#include "server/storage/embedded/operator/embedded_operator.hpp"
#include "server/storage/embedded/schema.hpp"

namespace sotto::server {
namespace {

namespace fs = std::filesystem;
using Kind = OpenProblem::Kind;

OpenProblem problem_of(const SqlError& error) {
  switch (error.code) {
    case SQLITE_NOTADB:
      return {.kind = Kind::not_a_database};
    case SQLITE_CORRUPT:
      return {.kind = Kind::damaged, .detail = error.message};
    case SQLITE_FULL:
      return {.kind = Kind::full};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {.kind = Kind::not_writable, .detail = error.message};
    default:
      return {.kind = Kind::failed, .detail = error.message};
  }
}

base::Bytes<32> read_or_make_secret(Database& database, base::Random& random) {
  {
    Query query(database, "SELECT secret FROM server");
    if (query.next()) return tables::intact(base::fixed<32>(query.bytes(0)));
  }
  const auto secret = random.bytes<32>();
  Query(database, "INSERT INTO server (id, secret) VALUES (1, ?)", secret).run();
  return secret;
}

/// Made beside it and renamed, so that a file which is there but empty was cut off, and is not taken for a new one.
void create(const fs::path& file, base::Random& random) {
  const fs::path draft = file.string() + ".new";
  for (const char* tail : {"", "-wal", "-shm", "-journal"}) fs::remove(draft.string() + tail);
  {
    Database database(draft, Database::Access::write);
    database.execute("PRAGMA auto_vacuum = INCREMENTAL");  // so that it can shrink while it serves
    migrate(database);
    read_or_make_secret(database, random);
  }
  fs::rename(draft, file);
  sync_folder(file.parent_path());
}

bool is_sqlcipher(Database& database) {
  Query query(database, "PRAGMA cipher_version");
  return query.next() && !query.bytes(0).empty();
}

bool is_intact(Database& database) {
  Query query(database, "PRAGMA quick_check(1)");
  return query.next() && base::text(query.bytes(0)) == "ok";
}

OpenProblem unreadable(std::int64_t version) {
  if (version < schema_version) return {.kind = Kind::preview_schema};
  return {.kind = Kind::newer_schema,
          .detail = "schema " + std::to_string(version) + ", known are up to " + std::to_string(schema_version)};
}

/// Above all that were given before, whatever became of them.
Position first_position(Database& database) {
  Query newest(database, "SELECT max(id) FROM envelopes");
  const Position last = newest.next() ? static_cast<Position>(newest.number(0)) : 0;
  return std::max(last + 1, tables::reserved_positions(database));
}

std::uint64_t epoch_of(Database& database) {
  Query query(database, "SELECT epoch FROM server");
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

void set_up_writer(Database& database, std::int64_t max_pages) {
  database.execute("PRAGMA journal_mode = WAL");
  database.execute("PRAGMA synchronous = FULL");
  database.execute("PRAGMA foreign_keys = ON");
  database.execute("PRAGMA secure_delete = ON");
  database.execute("PRAGMA journal_size_limit = 67108864");  // what a long reader, a backup say, has made of the log
  if (max_pages > 0) database.execute(("PRAGMA max_page_count = " + std::to_string(max_pages)).c_str());
}

}  // namespace

std::string to_text(const OpenProblem& problem) {
  const std::string why = problem.detail.empty() ? "" : " (" + problem.detail + ")";
  switch (problem.kind) {
    case Kind::wrong_library:
      return "this program was linked with another SQLite than SQLCipher's";
    case Kind::not_writable:
      return "the data folder can't be written" + why;
    case Kind::not_a_database:
      return "server.db is not a database of this server, or it was cut off; restore it from a backup";
    case Kind::damaged:
      return "server.db is damaged; restore it from a backup" + why;
    case Kind::newer_schema:
      return "server.db was written by a newer version of this program" + why;
    case Kind::preview_schema:
      return "server.db was written by a preview of this program, whose accounts can't be taken over; begin with an "
             "empty data folder";
    case Kind::full:
      return "no room is left on the disk";
    case Kind::failed:
      return "the database can't be opened" + why;
  }
  return "unknown problem";
}

struct EmbeddedStorage::Parts {
  Parts(asio::any_io_executor executor, EmbeddedOptions with, std::unique_ptr<Database> write,
        std::unique_ptr<Database> read, Position first, std::uint64_t epoch)
      : writer(executor, std::move(write), Database::Access::write,
               {.patience = with.ack_company,
                .fault = std::move(with.fault),
                .taken_back = [this] { counts.forget_all(); }}),
        reader(executor, std::move(read), Database::Access::read, {}),
        mailboxes({writer, reader}, counts, first),
        maintenance(executor, writer, with.file, epoch),
        blob_bytes(with.blobs ? std::move(with.blobs)
                              : std::make_unique<DiskBlobs>(executor, with.file.parent_path() / "blobs")) {}

  base::Bytes<32> secret{};
  DirectoryCache cache;
  QueueCounts counts;  // used by the writer's thread only
  Worker writer;
  Worker reader;
  EmbeddedAccounts accounts{{writer, reader}, cache};
  EmbeddedDevices devices{{writer, reader}, cache};
  EmbeddedPermits permits{{writer, reader}, cache};
  EmbeddedPrekeys prekeys{{writer, reader}};
  EmbeddedMailboxes mailboxes;
  EmbeddedActs acts{{writer, reader}, cache, counts};
  EmbeddedInvites invites{{writer, reader}};
  EmbeddedBlobs blobs{{writer, reader}};
  EmbeddedBackups backups{{writer, reader}};
  EmbeddedGroups groups{{writer, reader}};
  EmbeddedOperator operators{{writer, reader}, cache, counts};
  EmbeddedMaintenance maintenance;
  std::unique_ptr<BlobStore> blob_bytes;
};

base::Result<std::unique_ptr<EmbeddedStorage>, OpenProblem> EmbeddedStorage::open(asio::any_io_executor executor,
                                                                                  base::Random& random,
                                                                                  EmbeddedOptions options) {
  try {
    if (!fs::exists(options.file)) create(options.file, random);
    if (fs::file_size(options.file) == 0) return OpenProblem{.kind = Kind::not_a_database};
    const fs::path wal = options.file.string() + "-wal";
    const bool was_left_open = fs::exists(wal) && fs::file_size(wal) > 0;

    auto write = std::make_unique<Database>(options.file, Database::Access::write);
    if (!is_sqlcipher(*write)) return OpenProblem{.kind = Kind::wrong_library};
    set_up_writer(*write, options.max_pages);
    if (was_left_open && !is_intact(*write)) return OpenProblem{.kind = Kind::damaged};
    const auto version = migrate(*write);
    if (!can_be_read(version)) return unreadable(version);
    const auto secret = read_or_make_secret(*write, random);
    const Position first = first_position(*write);
    tables::reserve_positions(*write, first + EmbeddedMailboxes::block);
    auto read = std::make_unique<Database>(options.file, Database::Access::read);
    const std::uint64_t epoch = epoch_of(*write);
    auto parts = std::make_unique<Parts>(std::move(executor), std::move(options), std::move(write), std::move(read),
                                         first, epoch);
    parts->secret = secret;
    return std::unique_ptr<EmbeddedStorage>(new EmbeddedStorage(std::move(parts)));
  } catch (const SqlError& error) {
    return problem_of(error);
  } catch (const fs::filesystem_error& error) {
    return OpenProblem{.kind = Kind::not_writable, .detail = error.code().message()};
  }
}

EmbeddedStorage::EmbeddedStorage(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EmbeddedStorage::~EmbeddedStorage() {
  if (parts_) parts_->maintenance.end();
}

base::Bytes<32> EmbeddedStorage::secret() const { return parts_->secret; }
AccountStorage& EmbeddedStorage::accounts() { return parts_->accounts; }
DeviceStorage& EmbeddedStorage::devices() { return parts_->devices; }
PermitStorage& EmbeddedStorage::permits() { return parts_->permits; }
PrekeyStorage& EmbeddedStorage::prekeys() { return parts_->prekeys; }
MailboxStorage& EmbeddedStorage::mailboxes() { return parts_->mailboxes; }
ActStorage& EmbeddedStorage::acts() { return parts_->acts; }
InviteStorage& EmbeddedStorage::invites() { return parts_->invites; }
BlobStorage& EmbeddedStorage::blobs() { return parts_->blobs; }
BlobStore& EmbeddedStorage::blob_bytes() { return *parts_->blob_bytes; }
BackupStorage& EmbeddedStorage::backups() { return parts_->backups; }
GroupStorage& EmbeddedStorage::groups() { return parts_->groups; }
OperatorStorage& EmbeddedStorage::operators() { return parts_->operators; }
Maintenance& EmbeddedStorage::maintenance() { return parts_->maintenance; }
bool EmbeddedStorage::is_busy() const {
  return parts_->writer.pending() + parts_->reader.pending() > 0 || parts_->blob_bytes->is_busy() ||
         parts_->maintenance.is_busy();
}
std::uint64_t EmbeddedStorage::commits() const { return parts_->writer.commits(); }

asio::awaitable<Stored<Expired>> EmbeddedStorage::expire(base::Day today) {
  std::function<Expired(Database&)> work = [&counts = parts_->counts, today](Database& database) {
    bool has_more = tables::expire_envelopes(database, counts, today);
    has_more |= tables::expire_permits(database, today);
    has_more |= tables::expire_keys(database, today);
    tables::expire_challenges(database, today);
    tables::expire_waiting(database, today);
    tables::expire_invites(database, today);
    tables::expire_backups(database, today);
    Expired gone{.devices = tables::remove_due_accounts(database, counts, today), .blobs = {}, .has_more = has_more};
    gone.blobs = tables::expire_blobs(database, today);
    return gone;
  };
  parts_->cache.forget_all();
  auto expired = co_await parts_->writer.run(std::move(work));
  parts_->cache.forget_all();
  co_return expired;
}

}  // namespace sotto::server
