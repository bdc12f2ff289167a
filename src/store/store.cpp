#include "store/store.hpp"

#include "store/migrations.hpp"

namespace sotto::store {
namespace {

enum class Expected { nothing, tables };

base::Result<std::unique_ptr<Store>, Problem> open_database(const DataFolder& folder, const DatabaseKey& key,
                                                            Expected expected) try {
  {
    Connection database(folder.database(), key.expose());
    // The slot is written when the tables are there, so a database without any was cut off, and is not taken as new.
    if (expected == Expected::tables && is_empty(database)) {
      return Problem{Error::damaged, "the database in " + folder.path().string() +
                                         " is empty: put the folder back from a copy, or empty it and register anew"};
    }
    migrate(database);
  }
  return std::make_unique<Store>(folder.database(), key);
} catch (const SqlError& failed) {
  return failed.problem;
}

}  // namespace

base::Result<std::unique_ptr<Store>, Problem> Store::create(const DataFolder& folder, base::View passphrase,
                                                            KdfCost cost, base::Random& random) {
  if (folder.has_store()) {
    return Problem{Error::already_there, folder.path().string() + " holds an account already"};
  }
  // A database without its slot is what a crash in here left: nothing was in it yet.
  std::error_code ignored;
  for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(folder.database().string() + tail, ignored);
  const DatabaseKey key = key_slot::make_key(random);
  TRY(auto store, open_database(folder, key, Expected::nothing));
  TRY_VOID(key_slot::write(folder.key_slot(), key, passphrase, cost, random));
  return store;
}

base::Result<std::unique_ptr<Store>, Problem> Store::open(const DataFolder& folder, base::View passphrase) {
  if (!std::filesystem::exists(folder.key_slot())) {
    return Problem{Error::no_store, folder.path().string() + " holds no account: run `sotto register` first"};
  }
  TRY(const DatabaseKey key, key_slot::open(folder.key_slot(), passphrase));
  if (!std::filesystem::exists(folder.database())) {
    return Problem{Error::damaged, "the database is missing from " + folder.path().string() +
                                       ": put the folder back from a copy, or empty it and register anew"};
  }
  return open_database(folder, key, Expected::tables);
}

base::Result<void, Problem> Store::check() try {
  auto page = database_.prepare("PRAGMA cipher_integrity_check");  // a row for each page whose HMAC is wrong
  if (page.step()) return Problem{Error::damaged, "the store is damaged: " + page.text(0)};
  auto table = database_.prepare("PRAGMA quick_check(1)");
  if (!table.step() || table.text(0) != "ok") return Problem{Error::damaged, "the store is damaged: " + table.text(0)};
  return {};
} catch (const SqlError& failed) {
  return failed.problem;
}

base::Result<void, Problem> Store::truncate_log() try {
  auto checkpoint = database_.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  checkpoint.step();
  return {};
} catch (const SqlError& failed) {
  return failed.problem;
}

void Store::roll_back() noexcept {
  try {
    database_.run("ROLLBACK");
  } catch (const SqlError&) {  // NOLINT(bugprone-empty-catch): there is nothing left to do
    // A failed COMMIT may have rolled back by itself; the next BEGIN says so if it did not.
  }
}

}  // namespace sotto::store
