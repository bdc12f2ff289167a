#include "server/storage/embedded/maintenance/embedded_maintenance.hpp"

#include <algorithm>

#include "server/storage/embedded/maintenance/checks.hpp"
#include "server/storage/embedded/maintenance/copy.hpp"

namespace sotto::server {
namespace {

namespace fs = std::filesystem;
constexpr int pages_at_once = 256;  // moved by one transaction: 1 MiB

std::uint64_t number(Database& database, std::string_view sql) {
  Query query(database, sql);
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code failure;
  const auto size = fs::file_size(file, failure);
  return failure ? 0 : size;
}
std::uint64_t size_with_log(const fs::path& file) { return size_of(file) + size_of(file.string() + "-wal"); }

bool is_a_name(const std::string& name) {
  constexpr std::size_t longest = 100;
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= longest && name.front() != '.' && std::ranges::all_of(name, is_good);
}

StorageFigures count(Database& database, const fs::path& file) {
  StorageFigures figures{.accounts = number(database, "SELECT count(*) FROM accounts"),
                         .devices = number(database, "SELECT count(*) FROM devices"),
                         .file_bytes = size_with_log(file)};
  figures.free_bytes = number(database, "PRAGMA freelist_count") * number(database, "PRAGMA page_size");
  Query query(database, "SELECT count(*), coalesce(sum(size), 0) FROM envelopes");
  if (query.next()) {
    figures.queued_envelopes = static_cast<std::uint64_t>(query.number(0));
    figures.queued_bytes = static_cast<std::uint64_t>(query.number(1));
  }
  return figures;
}

std::vector<Finding> all_findings(Database& database) {
  std::vector<Finding> findings = damage_in(database);
  if (!findings.empty()) return findings;  // what a damaged file says of itself is worth nothing
  return contradictions_in(database);
}

/// Moves what lies at the end of the file into its gaps.
/// returns  pages that are still free
std::uint64_t close_gaps(Database& database) {
  static_assert(pages_at_once == 256);
  database.execute("PRAGMA incremental_vacuum(256)");
  return number(database, "PRAGMA freelist_count");
}

/// Brings what the write-ahead log holds into the file, and cuts the log off.
bool empty_log(const fs::path& file) {
  Database database(file, Database::Access::write);
  database.execute("PRAGMA busy_timeout = 1000");  // a commit waits as long, if somebody reads for long
  Query query(database, "PRAGMA wal_checkpoint(TRUNCATE)");
  return query.next() && query.number(0) == 0;
}

constexpr const char* needs_standstill =
    "this store was made by a version that could not shrink it while it serves: drain the server, run compact again, "
    "start it";
constexpr const char* is_being_read = "the write-ahead log is being read and stays as it is; try again later";

}  // namespace

EmbeddedMaintenance::EmbeddedMaintenance(asio::any_io_executor executor, Worker& writer, fs::path file,
                                         std::uint64_t epoch)
    : writer_(writer),
      file_(std::move(file)),
      epoch_(epoch),
      keeper_(executor, Database::interruptible(file_, is_ending_), Database::Access::read, {}),
      counter_(executor, Database::interruptible(file_, is_ending_), Database::Access::read, {}) {}

template <class T>
asio::awaitable<Maintained<T>> EmbeddedMaintenance::on(Worker& worker, std::function<Maintained<T>(Database&)> work) {
  std::function<Maintained<T>(Database&)> act = [work = std::move(work)](Database& database) -> Maintained<T> {
    try {
      return work(database);
    } catch (const SqlError& error) {
      return in_words(error);
    }
  };
  auto done = co_await worker.run(std::move(act));
  if (!done) co_return MaintenanceProblem{"the storage failed; its log says more"};
  co_return *std::move(done);
}

asio::awaitable<Maintained<StorageFigures>> EmbeddedMaintenance::figures() {
  std::function<Maintained<StorageFigures>(Database&)> work = [this](Database& database) -> Maintained<StorageFigures> {
    return count(database, file_);
  };
  return on(counter_, std::move(work));
}

asio::awaitable<Maintained<BackedUp>> EmbeddedMaintenance::back_up(std::string name) {
  std::function<Maintained<BackedUp>(Database&)> work = [this, name](Database& database) -> Maintained<BackedUp> {
    if (!is_a_name(name))
      return MaintenanceProblem{
          "a backup's name is made of letters, digits, `.`, `_`, `-`, and lies in the data folder"};
    return copy_store(database, file_.parent_path() / "backups" / name, is_ending_);
  };
  return on(keeper_, std::move(work));
}

asio::awaitable<Maintained<std::vector<Finding>>> EmbeddedMaintenance::check() {
  using Findings = std::vector<Finding>;
  std::function<Maintained<Findings>(Database&)> work = [](Database& database) -> Maintained<Findings> {
    database.execute("BEGIN");  // one moment: counts of before and rows of after would contradict each other
    try {
      Findings findings = all_findings(database);
      database.execute("COMMIT");
      return findings;
    } catch (const SqlError&) {
      if (database.is_in_transaction()) database.execute("ROLLBACK");
      throw;
    }
  };
  return on(keeper_, std::move(work));
}

asio::awaitable<Maintained<Compacted>> EmbeddedMaintenance::compact() {
  constexpr std::uint64_t incremental = 2;  // of PRAGMA auto_vacuum
  Compacted compacted{.bytes_before = size_with_log(file_)};
  std::function<std::uint64_t(Database&)> ask_kind = [](Database& database) {
    return number(database, "PRAGMA auto_vacuum") == incremental ? number(database, "PRAGMA freelist_count") + 1 : 0;
  };
  const auto free_pages = co_await keeper_.run(std::move(ask_kind));
  if (!free_pages) co_return MaintenanceProblem{"the storage failed; its log says more"};
  if (*free_pages == 0) compacted.remark = needs_standstill;
  // As often as it takes for what was free at the beginning: others go on making gaps.
  for (std::uint64_t moved = 1; moved < *free_pages && !is_ending_; moved += pages_at_once) {
    std::function<std::uint64_t(Database&)> work = close_gaps;
    const auto left = co_await writer_.run(std::move(work));
    if (!left) co_return MaintenanceProblem{"the storage failed; its log says more"};
    if (*left == 0) break;
  }
  std::function<Maintained<bool>(Database&)> last = [this](Database&) -> Maintained<bool> { return empty_log(file_); };
  const auto is_emptied = co_await on(keeper_, std::move(last));
  if (!is_emptied) co_return is_emptied.error();
  if (!*is_emptied && compacted.remark.empty()) compacted.remark = is_being_read;
  compacted.bytes_after = size_with_log(file_);
  co_return compacted;
}

}  // namespace sotto::server
