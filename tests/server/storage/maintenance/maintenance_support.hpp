#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "server/storage/embedded/maintenance/offline.hpp"
#include "server/storage/embedded/schema.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {

namespace fs = std::filesystem;
using server::Database;
using server::Kept;
using server::Query;
using server::Registered;

constexpr base::Timestamp later{.ms = 1'800'000'000'000};

struct MaintenanceTest : testing::Test, StorageFixture {
  MaintenanceTest() {
    EXPECT_EQ(enrol(ana), Registered::done);
    EXPECT_EQ(enrol(bob), Registered::done);
  }
  fs::path file() const { return folder.path / "server.db"; }
  server::Maintained<server::BackedUp> back_up(std::string name) {
    return wait(storage->maintenance().back_up(std::move(name)));
  }
  server::Maintained<server::Restored> restore(const fs::path& backup, base::Timestamp now = later) {
    storage.reset();
    const int open_file = ::open(backup.c_str(), O_RDONLY | O_CLOEXEC);
    auto restored = server::restore_store(open_file, file(), now);
    ::close(open_file);
    return restored;
  }
  /// Behind the storage's back.
  void tamper(const char* sql) {
    storage.reset();
    {
      Database database(file(), Database::Access::write);
      database.execute(sql);
    }
    open();
  }
  std::vector<server::Finding> check() { return *wait(storage->maintenance().check()); }

  server::NewAccount ana = new_account(1, "ana"), bob = new_account(2, "bob");
};

}  // namespace sotto::test
