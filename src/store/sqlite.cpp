#include "store/sqlite.hpp"

#include <sqlcipher/sqlite3.h>
#include <string.h>

#include <cstdio>
#include <utility>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace sotto::store {
namespace {

Problem problem_of(int code, const char* detail) {
  const std::string why = std::string(" (") + detail + ")";
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {Error::disk_full, "the disk is full; nothing was changed: free some space and try again"};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {Error::damaged, "the store is damaged" + why + ": put the folder back from a copy, or register anew"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {Error::not_writable, "the store can't be opened for writing" + why + ": check the folder's permissions"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Error::in_use, "another program has the store's database open"};
    case SQLITE_NOMEM:
      return {Error::out_of_memory, "not enough memory for the store"};
    case SQLITE_IOERR:
      // A full disk shows here too, when the write-ahead log's shared memory can't grow.
      return {Error::io, "reading or writing the store failed" + why + ": check the disk and its free space"};
    default:
      return {Error::io, "the store's database failed" + why};
  }
}

[[noreturn]] void fail(sqlite3* database, int code) {
  throw SqlError{problem_of(code, database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code))};
}

void check(sqlite3* database, int code) {
  if (code != SQLITE_OK) fail(database, code);
}

bool is_at_least_4_6(const std::string& version) {
  int major = 0, minor = 0;
  return std::sscanf(version.c_str(), "%d.%d", &major, &minor) == 2 && (major > 4 || (major == 4 && minor >= 6));
}

/// SQLCipher's raw-key form, x'64 hex digits': no second key derivation. Wiped by the caller.
std::string raw_key(std::span<const std::uint8_t, 32> key) { return "x'" + base::to_hex(key) + "'"; }

}  // namespace

sqlite3_stmt* IdleStatements::take(std::string_view sql) {
  const auto found = by_sql_.find(sql);
  if (found == by_sql_.end()) return nullptr;
  sqlite3_stmt* const statement = found->second;
  by_sql_.erase(found);
  return statement;
}

void IdleStatements::give_back(sqlite3_stmt* statement) {
  constexpr std::size_t most = 256;
  if (statement == nullptr) return;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  const bool is_kept = by_sql_.size() < most && by_sql_.try_emplace(sqlite3_sql(statement), statement).second;
  if (!is_kept) sqlite3_finalize(statement);
}

void IdleStatements::clear() {
  for (const auto& [sql, statement] : by_sql_) sqlite3_finalize(statement);
  by_sql_.clear();
}

Statement::Statement(sqlite3* database, IdleStatements& idle, std::string_view sql)
    : database_(database), idle_(&idle), statement_(idle.take(sql)) {
  if (statement_ != nullptr) return;
  check(database, sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                     &statement_, nullptr));
}

Statement::Statement(Statement&& from) noexcept
    : database_(from.database_),
      idle_(from.idle_),
      statement_(std::exchange(from.statement_, nullptr)),
      next_parameter_(from.next_parameter_) {}

Statement::~Statement() { idle_->give_back(statement_); }

Statement& Statement::bind(std::int64_t value) {
  check(database_, sqlite3_bind_int64(statement_, next_parameter_++, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  check(database_,
        sqlite3_bind_text64(statement_, next_parameter_++, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(base::View bytes) {
  // A null pointer would bind NULL instead of an empty blob.
  const void* from = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  check(database_, sqlite3_bind_blob64(statement_, next_parameter_++, from, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null() {
  check(database_, sqlite3_bind_null(statement_, next_parameter_++));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(database_, code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
  const auto* from = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return from == nullptr ? std::string() : std::string(from, size);
}

base::Blob Statement::blob(int column) const {
  const auto* from = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return from == nullptr ? base::Blob() : base::Blob(from, from + size);
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Connection::Connection(const std::filesystem::path& file, std::span<const std::uint8_t, 32> key) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int opened = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
  try {
    check(database_, opened);
    run("PRAGMA cipher_log_level = NONE");  // it would talk to stderr; what failed is our answer
    std::string text = raw_key(key);
    const int keyed = sqlite3_key(database_, text.data(), static_cast<int>(text.size()));
    explicit_bzero(text.data(), text.size());
    check(database_, keyed);

    auto version = prepare("PRAGMA cipher_version");
    // A plain libsqlite3 in the same process has the same names and would write everything in the clear.
    if (!version.step() || !is_at_least_4_6(version.text(0))) {
      throw SqlError{{Error::old_library, "the database library is not SQLCipher 4.6 or newer: install libsqlcipher"}};
    }
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;");
  } catch (...) {
    idle_.clear();
    sqlite3_close_v2(database_);
    throw;
  }
}

Connection::~Connection() {
  idle_.clear();
  sqlite3_close_v2(database_);
}

void Connection::run(const std::string& sql) {
  check(database_, sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Connection::last_row_id() const { return sqlite3_last_insert_rowid(database_); }
int Connection::changes() const { return sqlite3_changes(database_); }

std::string library_version() { return std::string("SQLite ") + sqlite3_libversion(); }

}  // namespace sotto::store
