#include "server/storage/embedded/maintenance/offline.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "server/storage/embedded/mailbox_tables.hpp"
#include "server/storage/embedded/maintenance/checks.hpp"
#include "server/storage/embedded/maintenance/copy.hpp"
#include "server/storage/embedded/prekey_tables.hpp"
#include "server/storage/embedded/schema.hpp"

namespace sotto::server {
namespace {

namespace fs = std::filesystem;

/// More than the lost store can have given since the backup, and there is room for eight million restores.
constexpr Position ahead = 1ull << 40;

void remove_with_tails(const fs::path& file) {
  std::error_code failure;
  for (const char* tail : {"", "-wal", "-shm", "-journal"}) fs::remove(file.string() + tail, failure);
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code failure;
  const auto size = fs::file_size(file, failure);
  return failure ? 0 : size;
}

Maintained<void> copy_bytes(int from, const fs::path& to) {
  const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const auto failed = [&to, file] {
    const std::string why = std::generic_category().message(errno);
    if (file >= 0) ::close(file);
    return MaintenanceProblem{to.string() + " can't be written (" + why + ")"};
  };
  if (file < 0) return failed();
  std::vector<std::uint8_t> bytes(1u << 20);
  for (off_t at = 0;;) {
    const ssize_t size = ::pread(from, bytes.data(), bytes.size(), at);
    if (size < 0) return failed();
    if (size == 0) break;
    for (ssize_t done = 0; done < size;) {
      const ssize_t written = ::write(file, bytes.data() + done, static_cast<std::size_t>(size - done));
      if (written <= 0) return failed();
      done += written;
    }
    at += size;
  }
  if (::fsync(file) != 0) return failed();
  ::close(file);
  return {};
}

std::uint64_t number(Database& database, std::string_view sql) {
  Query query(database, sql);
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

/// Also brings what its log holds into the file, so that the log may go.
std::uint64_t epoch_of(const fs::path& file) {
  try {
    if (size_of(file) == 0) return 0;
    Database database(file, Database::Access::write);
    if (number(database, "PRAGMA user_version") < 4) return 1;
    return number(database, "SELECT epoch FROM server");
  } catch (const SqlError&) {
    return 0;  // damaged: that is why somebody restores
  }
}

/// Checks the draft and makes it the store of a new epoch.
Maintained<Restored> renew(const fs::path& draft, std::uint64_t above, base::Timestamp now) {
  Database database(draft, Database::Access::write);
  std::vector<Finding> damage = damage_in(database);
  if (!damage.empty()) return MaintenanceProblem{"the backup is damaged: " + damage.front().what};
  const auto version = static_cast<std::int64_t>(number(database, "PRAGMA user_version"));
  if (version == 0) return MaintenanceProblem{"the file is not a store of this server"};
  if (!can_be_read(version)) return MaintenanceProblem{"the backup was written by another version of this program"};
  database.execute("PRAGMA synchronous = FULL");
  migrate(database);
  Restored restored{.findings = contradictions_in(database)};
  restored.epoch = std::max(
      {number(database, "SELECT epoch FROM server") + 1, above + 1, static_cast<std::uint64_t>(now.ms / 1000)});
  database.execute("BEGIN IMMEDIATE");
  Query(database, "UPDATE server SET epoch = ?", restored.epoch).run();
  tables::reserve_positions(database, tables::reserved_positions(database) + ahead);
  tables::drop_one_time_prekeys(database, base::day_of(now));
  database.execute("COMMIT");
  return restored;
}

/// The store that was there gets another name, and the draft its place.
Maintained<fs::path> put_in_place(const fs::path& draft, const fs::path& file) {
  const auto failed = [](const fs::path& what, int code) {
    return MaintenanceProblem{what.string() + " can't be put in place (" + std::generic_category().message(code) + ")"};
  };
  fs::path replaced;
  if (fs::exists(file)) {
    replaced = file.string() + ".replaced";
    remove_with_tails(replaced);
    if (::link(file.c_str(), replaced.c_str()) != 0) return failed(replaced, errno);
    // A log that was left over belongs to the old file: beside the new one it would be taken for the new one's.
    for (const std::string tail : {"-wal", "-shm"}) {
      if (::rename((file.string() + tail).c_str(), (replaced.string() + tail).c_str()) != 0 && errno != ENOENT)
        return failed(replaced, errno);
    }
    sync_folder(file.parent_path());
  } else {
    remove_with_tails(file);
  }
  if (::rename(draft.c_str(), file.c_str()) != 0) return failed(file, errno);
  sync_folder(file.parent_path());
  return replaced;
}

}  // namespace

Maintained<Restored> restore_store(int backup, const fs::path& file, base::Timestamp now) {
  const fs::path draft = file.string() + ".restoring";
  remove_with_tails(draft);
  const auto fill = [&]() -> Maintained<Restored> {
    TRY_VOID(copy_bytes(backup, draft));
    try {
      TRY(Restored restored, renew(draft, epoch_of(file), now));
      TRY(restored.replaced, put_in_place(draft, file));
      return restored;
    } catch (const SqlError& error) {
      return in_words(error);
    }
  };
  auto restored = fill();
  if (!restored) remove_with_tails(draft);
  return restored;
}

Maintained<std::vector<Finding>> check_store(const fs::path& file) {
  try {
    if (size_of(file) == 0) return MaintenanceProblem{"there is no store at " + file.string()};
    Database database(file, Database::Access::write);  // what a log holds is brought in first
    std::vector<Finding> findings = damage_in(database);
    if (!findings.empty()) return findings;
    return contradictions_in(database);
  } catch (const SqlError& error) {
    return in_words(error);
  }
}

Maintained<Compacted> compact_store(const fs::path& file) {
  try {
    if (size_of(file) == 0) return MaintenanceProblem{"there is no store at " + file.string()};
    Compacted compacted{.bytes_before = size_of(file) + size_of(file.string() + "-wal")};
    {
      Database database(file, Database::Access::write);
      database.execute("PRAGMA synchronous = FULL");
      database.execute("PRAGMA secure_delete = ON");
      database.execute("PRAGMA auto_vacuum = INCREMENTAL");  // from now on it can shrink while it serves
      database.execute("VACUUM");
      Query(database, "PRAGMA wal_checkpoint(TRUNCATE)").run();
    }
    compacted.bytes_after = size_of(file) + size_of(file.string() + "-wal");
    return compacted;
  } catch (const SqlError& error) {
    return in_words(error);
  }
}

}  // namespace sotto::server
