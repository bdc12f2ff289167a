#include "server/storage/embedded/database.hpp"

namespace sotto::server {

Database::Database(const std::filesystem::path& file, Access access) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    std::string message = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    sqlite3_close_v2(handle_);
    throw SqlError{.code = code & 0xff, .message = std::move(message)};
  }
  sqlite3_busy_timeout(handle_, 10'000);  // a reader may meet a checkpoint or a recovery; nobody else has this file
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

std::unique_ptr<Database> Database::interruptible(const std::filesystem::path& file,
                                                  const std::atomic<bool>& is_ending) {
  constexpr int instructions = 10'000;  // of SQLite's machine, between two looks
  auto database = std::make_unique<Database>(file, Access::read);
  const auto look = [](void* flag) { return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0; };
  sqlite3_progress_handler(database->handle_, instructions, look, const_cast<std::atomic<bool>*>(&is_ending));
  return database;
}

void Database::copy_to(Database& to, int pages_at_once, const std::function<bool()>& go_on) {
  sqlite3_backup* const copy = sqlite3_backup_init(to.handle_, "main", handle_, "main");
  if (!copy) to.fail(sqlite3_errcode(to.handle_));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(copy, pages_at_once);
    if (code == SQLITE_OK && !go_on()) code = SQLITE_INTERRUPT;
  }
  sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE) throw SqlError{.code = code & 0xff, .message = sqlite3_errstr(code)};
}

void Database::fail(int code) const { throw SqlError{.code = code & 0xff, .message = sqlite3_errmsg(handle_)}; }

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

sqlite3_stmt* Database::prepared(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  sqlite3_stmt* made = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) fail(code);
  statements_.emplace(sql, made);
  return made;
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Attempt::~Attempt() {
  if (!database_.is_in_transaction()) return;  // SQLite gave up all of it
  Query(database_, "RELEASE attempt").run();
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  database_.fail(code);
}

base::View Query::bytes(int column) const {
  const auto* begin = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::bind(int at, base::View value) {
  // A null pointer would bind NULL; an empty value is not that.
  const int code = value.empty() ? sqlite3_bind_zeroblob(statement_, at, 0)
                                 : sqlite3_bind_blob64(statement_, at, value.data(), value.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_.fail(code);
}

void Query::bind(int at, std::string_view value) {
  const char* begin = value.empty() ? "" : value.data();
  const int code = sqlite3_bind_text64(statement_, at, begin, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code);
}

void Query::bind(int at, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, at, value);
  if (code != SQLITE_OK) database_.fail(code);
}

}  // namespace sotto::server
