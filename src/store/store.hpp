#pragma once
#include <memory>
#include <utility>

#include "store/data_folder.hpp"
#include "store/key_slot.hpp"
#include "store/sqlite.hpp"

namespace sotto::store {

/// A transaction under way. The functions of this room that take one read and write within it; if the database fails
/// they throw SqlError, which Store::transact() turns into its answer after undoing everything.
class Transaction {
 public:
  explicit Transaction(Connection& database) : database_(database) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Statement prepare(std::string_view sql) { return database_.prepare(sql); }
  Connection& database() { return database_; }

  /// A part of the transaction: a refusal undoes what `work()` did, and nothing else.
  template <class Work>
  auto attempt(Work&& work) -> std::invoke_result_t<Work> {
    run("SAVEPOINT attempt");
    auto outcome = std::forward<Work>(work)();
    if (!outcome) run("ROLLBACK TO attempt");
    run("RELEASE attempt");
    return outcome;
  }

 private:
  void run(std::string_view sql) { prepare(sql).run(); }
  Connection& database_;
};

/// The encrypted database of one data folder. One thread uses it.
class Store {
 public:
  /// errors  already_there, and those of the file system
  static base::Result<std::unique_ptr<Store>, Problem> create(const DataFolder& folder, base::View passphrase,
                                                              KdfCost cost, base::Random& random);
  /// errors  no_store, wrong_passphrase, damaged, newer_version, old_library, disk_full, not_writable, io
  static base::Result<std::unique_ptr<Store>, Problem> open(const DataFolder& folder, base::View passphrase);

  Store(const std::filesystem::path& file, const DatabaseKey& key) : database_(file, key.expose()) {}

  /// Whether every page is authentic and the tables are sound. errors: damaged. cost: reads the whole file.
  base::Result<void, Problem> check();

  /// What was erased is gone from the log, too.
  base::Result<void, Problem> truncate_log();

  /// Runs `work(Transaction&)`, which returns a Result. A value commits (durably: fsync'd before this returns), a
  /// refusal or a failing database undoes everything. The refusal's type must be constructible from Problem.
  template <class Work>
  auto transact(Work&& work) -> std::invoke_result_t<Work, Transaction&> {
    using Outcome = std::invoke_result_t<Work, Transaction&>;
    try {
      database_.prepare("BEGIN IMMEDIATE").run();
      Transaction transaction(database_);
      Outcome outcome = std::forward<Work>(work)(transaction);
      if (!outcome) {
        roll_back();
        return outcome;
      }
      database_.prepare("COMMIT").run();
      return outcome;
    } catch (const SqlError& failed) {
      roll_back();
      return typename Outcome::Error(failed.problem);
    }
  }

 private:
  void roll_back() noexcept;
  Connection database_;
};

}  // namespace sotto::store
