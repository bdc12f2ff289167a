#pragma once
#include <fstream>
#include <map>
#include <memory>
#include <vector>

#include "base/check.hpp"
#include "store/migrations.hpp"
#include "store/store.hpp"
#include "support/temporary_folder.hpp"

namespace sotto::test {

/// Every row of every table, as SQL literals: what "nothing changed" is compared by.
using Dump = std::map<std::string, std::vector<std::string>>;

inline Dump dump(store::Store& from) {
  const auto dumped = from.transact([](store::Transaction& in) -> base::Result<Dump, store::Problem> {
    Dump rows;
    auto table = in.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (table.step()) {
      const std::string name = table.text(0);
      auto columns = in.prepare(
          "SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info('" + name + "')");
      CHECK(columns.step());
      auto row = in.prepare("SELECT " + columns.text(0) + " FROM " + name + " ORDER BY 1");
      std::vector<std::string>& all = rows[name];
      while (row.step()) all.push_back(row.text(0));
    }
    return rows;
  });
  return *dumped;
}

/// A store in a folder of its own, with a key that is simply there: a passphrase costs half a second each time.
class TemporaryStore {
 public:
  store::Store& operator*() { return *store_; }
  store::Store* operator->() { return store_.get(); }
  std::filesystem::path file() const { return folder_.path / "store.db"; }
  /// As after the end of the program.
  void reopen() {
    store_.reset();
    store_ = std::make_unique<store::Store>(file(), key_);
  }
  /// The database as it stands, as who copies the folder gets it.
  base::Blob copy() {
    store_.reset();  // the last connection empties the log into the file
    std::ifstream from(file(), std::ios::binary);
    base::Blob bytes((std::istreambuf_iterator<char>(from)), std::istreambuf_iterator<char>());
    store_ = std::make_unique<store::Store>(file(), key_);
    return bytes;
  }
  /// The program has ended, and the folder is what it was then.
  void put_back(const base::Blob& bytes) {
    store_.reset();
    std::filesystem::remove(file().string() + "-wal");
    std::filesystem::remove(file().string() + "-shm");
    std::ofstream(file(), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    store_ = std::make_unique<store::Store>(file(), key_);
  }
  Dump dump() { return test::dump(*store_); }

  /// Statements without parameters, committed.
  void run(const std::string& sql) {
    const auto done = store_->transact([&](store::Transaction& in) -> base::Result<void, store::Problem> {
      in.database().run(sql);
      return {};
    });
    CHECK(done);
  }
  std::int64_t number(const std::string& sql) {
    return *store_->transact([&](store::Transaction& in) -> base::Result<std::int64_t, store::Problem> {
      auto row = in.prepare(sql);
      CHECK(row.step());
      return row.number(0);
    });
  }
  /// What needs another page from now on fails as on a full disk; 0 gives the room back.
  void limit_pages(std::int64_t pages) {
    run("PRAGMA max_page_count = " + std::to_string(pages > 0 ? pages : std::int64_t{1} << 30));
  }
  std::int64_t pages() { return number("PRAGMA page_count"); }

 private:
  TemporaryFolder folder_;
  store::DatabaseKey key_{base::Bytes<32>{42}};
  std::unique_ptr<store::Store> store_ = open();

  std::unique_ptr<store::Store> open() {
    store::Connection database(file(), key_.expose());
    store::migrate(database);
    return std::make_unique<store::Store>(file(), key_);
  }
};

}  // namespace sotto::test
