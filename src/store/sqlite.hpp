#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "store/problem.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sotto::store {

/// Thrown by the wrappers below within a transaction; Store::transact() catches it, undoes everything and returns it.
struct SqlError {
  Problem problem;
};

/// Statements that were prepared before and are not in use: parsing one costs more than running it.
class IdleStatements {
 public:
  IdleStatements() = default;
  IdleStatements(const IdleStatements&) = delete;
  IdleStatements& operator=(const IdleStatements&) = delete;
  ~IdleStatements() { clear(); }

  sqlite3_stmt* take(std::string_view sql);  // null if there is none
  void give_back(sqlite3_stmt* statement);   // forgets what was bound to it
  void clear();

 private:
  std::map<std::string, sqlite3_stmt*, std::less<>> by_sql_;
};

/// One prepared statement: bound from left to right, stepped, read from left to right.
class Statement {
 public:
  Statement(sqlite3* database, IdleStatements& idle, std::string_view sql);
  Statement(Statement&& from) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(base::View bytes);
  Statement& bind_null();
  template <class T>
  Statement& bind_optional(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  bool step();  // true while there is a row
  void run();   // for what gives no rows

  std::int64_t number(int column) const;
  std::string text(int column) const;
  base::Blob blob(int column) const;
  bool is_null(int column) const;

 private:
  sqlite3* database_;
  IdleStatements* idle_;
  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
};

/// One connection to a SQLCipher database file.
class Connection {
 public:
  /// key: 32 raw bytes. Opens or creates the file in WAL mode with synchronous = FULL; throws SqlError.
  Connection(const std::filesystem::path& file, std::span<const std::uint8_t, 32> key);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  Statement prepare(std::string_view sql) { return Statement(database_, idle_, sql); }
  void run(const std::string& sql);  // one or more statements without parameters
  std::int64_t last_row_id() const;
  int changes() const;  // rows changed by the last statement

 private:
  sqlite3* database_ = nullptr;
  IdleStatements idle_;
};

/// "SQLCipher 4.6.1 (SQLite 3.46.1)".
std::string library_version();

}  // namespace sotto::store
