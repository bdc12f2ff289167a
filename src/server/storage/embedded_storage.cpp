#include "server/storage/embedded_storage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "server/storage/accounts.hpp"
#include "server/storage/mailboxes.hpp"
#include "server/storage/prekeys.hpp"
#include "server/storage/schema.hpp"
#include "server/storage/worker.hpp"

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

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

/// Made beside it and renamed, so that a file which is there but empty was cut off, and is not taken for a new one.
void create(const fs::path& file, base::Random& random) {
  const fs::path draft = file.string() + ".new";
  for (const char* tail : {"", "-wal", "-shm", "-journal"}) fs::remove(draft.string() + tail);
  {
    Database database(draft, Database::Access::write);
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

void set_up_writer(Database& database, std::int64_t max_pages) {
  database.execute("PRAGMA journal_mode = WAL");
  database.execute("PRAGMA synchronous = FULL");
  database.execute("PRAGMA foreign_keys = ON");
  database.execute("PRAGMA secure_delete = ON");
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
    case Kind::full:
      return "no room is left on the disk";
    case Kind::failed:
      return "the database can't be opened" + why;
  }
  return "unknown problem";
}

struct EmbeddedStorage::Parts {
  base::Bytes<32> secret;
  Worker writer;
  Worker reader;
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
    if (version > schema_version) {
      return OpenProblem{
          .kind = Kind::newer_schema,
          .detail = "schema " + std::to_string(version) + ", known are up to " + std::to_string(schema_version)};
    }
    const auto secret = read_or_make_secret(*write, random);
    auto read = std::make_unique<Database>(options.file, Database::Access::read);
    auto parts = std::unique_ptr<Parts>(
        new Parts{.secret = secret,
                  .writer = Worker(executor, std::move(write), Database::Access::write, std::move(options.fault)),
                  .reader = Worker(executor, std::move(read), Database::Access::read, {})});
    return std::unique_ptr<EmbeddedStorage>(new EmbeddedStorage(std::move(parts)));
  } catch (const SqlError& error) {
    return problem_of(error);
  } catch (const fs::filesystem_error& error) {
    return OpenProblem{.kind = Kind::not_writable, .detail = error.code().message()};
  }
}

EmbeddedStorage::EmbeddedStorage(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EmbeddedStorage::~EmbeddedStorage() = default;

base::Bytes<32> EmbeddedStorage::secret() const { return parts_->secret; }
bool EmbeddedStorage::is_busy() const { return parts_->writer.pending() + parts_->reader.pending() > 0; }
std::uint64_t EmbeddedStorage::commits() const { return parts_->writer.commits(); }

// Each call is one transaction of tables::, by the thread that it is for.

asio::awaitable<Stored<Registered>> EmbeddedStorage::register_account(NewAccount account) {
  std::function<Registered(Database&)> work = [account = std::move(account)](Database& database) {
    return tables::register_account(database, account);
  };
  return parts_->writer.run(std::move(work));
}

asio::awaitable<Stored<bool>> EmbeddedStorage::is_registered_by(base::Bytes<32> request_hash) {
  std::function<bool(Database&)> work = [request_hash](Database& database) {
    return tables::is_registered_by(database, request_hash);
  };
  return parts_->reader.run(std::move(work));
}

asio::awaitable<Stored<std::optional<KnownAccount>>> EmbeddedStorage::account(wire::AccountId id) {
  std::function<std::optional<KnownAccount>(Database&)> work = [id](Database& database) {
    return tables::account(database, id);
  };
  return parts_->reader.run(std::move(work));
}

asio::awaitable<Stored<std::optional<KnownAccount>>> EmbeddedStorage::account_named(std::string user_name) {
  std::function<std::optional<KnownAccount>(Database&)> work = [user_name = std::move(user_name)](Database& database) {
    return tables::account_named(database, user_name);
  };
  return parts_->reader.run(std::move(work));
}

asio::awaitable<Stored<std::optional<KnownDevice>>> EmbeddedStorage::device_with_token(base::Bytes<32> token_hash) {
  std::function<std::optional<KnownDevice>(Database&)> work = [token_hash](Database& database) {
    return tables::device_with_token(database, token_hash);
  };
  return parts_->reader.run(std::move(work));
}

asio::awaitable<Stored<DeviceStatus>> EmbeddedStorage::status(DeviceRow device) {
  std::function<DeviceStatus(Database&)> work = [device](Database& database) {
    return tables::status(database, device);
  };
  return parts_->reader.run(std::move(work));
}

asio::awaitable<Stored<void>> EmbeddedStorage::touch(DeviceRow device, base::Day day) {
  std::function<void(Database&)> work = [device, day](Database& database) { tables::touch(database, device, day); };
  return parts_->writer.run(std::move(work));
}

asio::awaitable<Stored<PrekeysPut>> EmbeddedStorage::put_prekeys(DeviceRow device, wire::PrekeyUpload upload,
                                                                 base::Bytes<32> upload_hash, base::Day day) {
  std::function<PrekeysPut(Database&)> work = [device, upload = std::move(upload), upload_hash,
                                               day](Database& database) {
    return tables::put_prekeys(database, device, upload, upload_hash, day);
  };
  return parts_->writer.run(std::move(work));
}

asio::awaitable<Stored<std::optional<std::vector<wire::DeviceBundle>>>> EmbeddedStorage::take_bundles(
    wire::AccountId id, base::Day day) {
  std::function<std::optional<std::vector<wire::DeviceBundle>>(Database&)> work = [id, day](Database& database) {
    return tables::take_bundles(database, id, day);
  };
  return parts_->writer.run(std::move(work));
}

asio::awaitable<Stored<Delivery>> EmbeddedStorage::deliver(Upload upload) {
  std::function<Delivery(Database&)> work = [upload = std::move(upload)](Database& database) {
    return tables::deliver(database, upload);
  };
  return parts_->writer.run(std::move(work));
}

asio::awaitable<Stored<std::vector<QueuedEnvelope>>> EmbeddedStorage::queued(DeviceRow device, std::uint64_t after,
                                                                             std::size_t max_count,
                                                                             std::size_t max_bytes) {
  std::function<std::vector<QueuedEnvelope>(Database&)> work = [=](Database& database) {
    return tables::queued(database, device, after, max_count, max_bytes);
  };
  return parts_->reader.run(std::move(work));
}

asio::awaitable<Stored<void>> EmbeddedStorage::acknowledge(DeviceRow device, std::vector<std::uint64_t> positions) {
  std::function<void(Database&)> work = [device, positions = std::move(positions)](Database& database) {
    tables::acknowledge(database, device, positions);
  };
  return parts_->writer.run(std::move(work));
}

asio::awaitable<Stored<void>> EmbeddedStorage::expire(base::Day today) {
  std::function<void(Database&)> work = [today](Database& database) { tables::expire(database, today); };
  return parts_->writer.run(std::move(work));
}

}  // namespace sotto::server
