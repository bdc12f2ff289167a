#pragma once
#include <sqlcipher/sqlite3.h>

#include <atomic>
#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sotto::server {

/// Thrown inside storage/, caught by its workers and by open().
struct SqlError {
  int code;  // SQLite's primary result code
  std::string message;
};

/// One connection, used by one thread.
class Database {
 public:
  enum class Access { read, write };
  Database(const std::filesystem::path& file, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  /// One that only reads, and whose statements end with SQLITE_INTERRUPT once it is told to; the flag outlives it.
  static std::unique_ptr<Database> interruptible(const std::filesystem::path& file, const std::atomic<bool>& is_ending);

  /// Copies every page into another database, some at a time. `go_on` is asked in between; no ends it.
  void copy_to(Database& to, int pages_at_once, const std::function<bool()>& go_on);
  void execute(const char* sql);
  bool is_in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_); }
  std::int64_t changed() const { return sqlite3_changes64(handle_); }

 private:
  friend class Query;
  sqlite3_stmt* prepared(std::string_view sql);  // kept: `sql` is a literal
  [[noreturn]] void fail(int code) const;

  sqlite3* handle_ = nullptr;
  std::map<std::string_view, sqlite3_stmt*> statements_;
};

/// One run of a statement with its values.
class Query {
 public:
  template <class... Values>
  Query(Database& database, std::string_view sql, const Values&... values)
      : database_(database), statement_(database.prepared(sql)) {
    [[maybe_unused]] int at = 0;  // NOLINT(misc-const-correctness): some queries have no values
    (bind(++at, values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  bool next();  // whether there is a row
  void run() {
    while (next()) {
    }
  }

  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  base::View bytes(int column) const;  // until next()
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  void bind(int at, base::View value);
  void bind(int at, std::string_view value);
  void bind(int at, std::int64_t value);
  void bind(int at, const std::string& value) { bind(at, std::string_view(value)); }
  void bind(int at, const base::Blob& value) { bind(at, base::View(value)); }
  template <std::size_t N>
  void bind(int at, const base::Bytes<N>& value) {
    bind(at, base::View(value));
  }
  template <std::integral Number>
    requires(!std::same_as<Number, std::int64_t>)
  void bind(int at, Number value) {
    bind(at, static_cast<std::int64_t>(value));
  }

  Database& database_;
  sqlite3_stmt* statement_;
};

/// A part of a transaction that may be taken back by itself: for rules that are easiest to judge afterwards.
class Attempt {
 public:
  explicit Attempt(Database& database) : database_(database) { Query(database_, "SAVEPOINT attempt").run(); }
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  void undo() { Query(database_, "ROLLBACK TO attempt").run(); }

 private:
  Database& database_;
};

}  // namespace sotto::server
