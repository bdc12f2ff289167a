#include "server/storage/embedded/embedded_storage.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "server/limits.hpp"
#include "server/storage/embedded/database.hpp"
#include "server/storage/embedded/schema.hpp"
#include "server/storage/embedded/worker.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;
using server::Database;
using server::EmbeddedStorage;
using server::Query;
using server::Registered;

struct StorageTest : testing::Test, StorageFixture {
  StorageTest() {
    EXPECT_EQ(enrol(ana), Registered::done);
    EXPECT_EQ(enrol(bob), Registered::done);
  }
  /// Everything at once.
  void store_all(std::vector<server::NewEnvelopes> all) {
    const auto count = [this](asio::awaitable<server::Stored<server::Kept>> work) -> asio::awaitable<void> {
      const auto kept = co_await std::move(work);
      kept ? ++stored : ++refused;
    };
    for (auto& one : all) net::spawn(io.get_executor(), count(storage->mailboxes().store(std::move(one))));
    io.restart();
    io.run();
  }

  server::NewAccount ana = new_account(1, "ana"), bob = new_account(2, "bob");
  std::size_t stored = 0, refused = 0;
};

TEST_F(StorageTest, A54CommitsWhatManyAskAtOnceInFewTransactions) {
  std::vector<server::NewEnvelopes> all;
  for (int i = 0; i < 400; ++i) all.push_back(envelopes(bob, base::Blob(200)));
  const auto before = storage->commits();
  store_all(std::move(all));
  EXPECT_EQ(stored, 400u);
  EXPECT_LT(storage->commits() - before, 100u);
  EXPECT_EQ(queued(bob).size(), 400u);
}

TEST_F(StorageTest, ADeletionWaitsForCompanyAndCostsNoCommitOfItsOwn) {
  storage.reset();
  server::EmbeddedOptions options{.file = folder.path / "server.db", .ack_company = std::chrono::hours(1)};
  storage = std::move(*server::EmbeddedStorage::open(io.get_executor(), random, std::move(options)));
  ASSERT_EQ(store(bob, {1}), server::Kept::stored);
  const auto position = queued(bob).at(0).position;
  const auto before = storage->commits();
  bool is_deleted = false;
  const auto delete_it = [](server::MailboxStorage& in, server::DeviceRow device, server::Position what,
                            bool& done) -> asio::awaitable<void> {
    std::vector<server::Position> positions{what};
    const auto deleted = co_await in.acknowledge(device, std::move(positions));
    done = deleted.has_value();
  };
  net::spawn(io.get_executor(), delete_it(storage->mailboxes(), device(bob).row, position, is_deleted));
  io.restart();
  while (io.poll_one() > 0) {
  }
  EXPECT_FALSE(is_deleted);
  ASSERT_EQ(store(bob, {2}), server::Kept::stored);
  while (!is_deleted) io.run_one();
  EXPECT_EQ(storage->commits(), before + 1);
  EXPECT_EQ(queued(bob).size(), 1u);
}

TEST_F(StorageTest, RefusesWhatHasNoRoomAndKeepsTheRest) {
  open(110);  // pages: some 100 KiB more than there is
  ASSERT_EQ(store(bob, {1}), server::Kept::stored);
  const auto no_room = wait(storage->mailboxes().store(envelopes(bob, base::Blob(1'000'000))));
  ASSERT_FALSE(no_room);
  EXPECT_EQ(no_room.error(), server::StorageProblem::full);
  EXPECT_EQ(store(bob, {3}), server::Kept::stored);  // it goes on
  EXPECT_EQ(queued(bob).size(), 2u);
  open();
  EXPECT_EQ(queued(bob).size(), 2u);
  EXPECT_EQ(store(bob, base::Blob(1'000'000)), server::Kept::stored);  // the retry, with room
}

TEST_F(StorageTest, AJobWithoutRoomTakesNoOtherOfItsGroupWithIt) {
  open(110);
  std::vector<server::NewEnvelopes> all;
  for (std::uint64_t i = 0; i < 20; ++i) all.push_back(envelopes(bob, base::Blob(i % 5 == 2 ? 1'000'000 : 10)));
  store_all(std::move(all));
  EXPECT_EQ(stored, 16u);
  EXPECT_EQ(refused, 4u);
  EXPECT_EQ(queued(bob).size(), 16u);
}

TEST_F(StorageTest, CountsAMailboxRightAfterWhatWasTakenBack) {
  open(110);
  const server::limits::Share share = server::limits::share(server::PermitClass::link);
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto no_room =
        wait(storage->mailboxes().store(envelopes(bob, base::Blob(1'000'000), {20'000}, server::PermitClass::link)));
    EXPECT_FALSE(no_room);
  }
  open();
  const std::size_t size = share.bytes / 16;
  for (int i = 0; i < 16; ++i)
    EXPECT_EQ(store(envelopes(bob, base::Blob(size), {20'000}, server::PermitClass::link)), server::Kept::stored);
  EXPECT_EQ(store(envelopes(bob, base::Blob(size), {20'000}, server::PermitClass::link)), server::Kept::mailbox_full);
}

struct OpeningTest : testing::Test {
  server::OpenProblem::Kind problem() {
    const auto opened = EmbeddedStorage::open(io.get_executor(), random, {.file = file});
    EXPECT_FALSE(opened);
    if (opened) return server::OpenProblem::Kind::failed;
    EXPECT_FALSE(to_text(opened.error()).empty());
    return opened.error().kind;
  }
  void make_good() { ASSERT_TRUE(EmbeddedStorage::open(io.get_executor(), random, {.file = file})); }

  TemporaryFolder folder;
  fs::path file = folder.path / "server.db";
  SeededRandom random{3};
  asio::io_context io;
};

using Kind = server::OpenProblem::Kind;

TEST_F(OpeningTest, SaysThatTheFileIsNotADatabase) {
  std::ofstream(file) << std::string(5000, 'x');
  EXPECT_EQ(problem(), Kind::not_a_database);
}

TEST_F(OpeningTest, DoesNotTakeAnEmptyFileForANewServer) {
  make_good();
  fs::resize_file(file, 0);
  EXPECT_EQ(problem(), Kind::not_a_database);
}

TEST_F(OpeningTest, SaysThatTheFileWasCutOff) {
  make_good();
  fs::resize_file(file, fs::file_size(file) / 2);
  EXPECT_EQ(problem(), Kind::damaged);
}

TEST_F(OpeningTest, SaysThatTheFileIsDamagedAfterAnUncleanEnd) {
  make_good();
  {
    const fs::path copy = folder.path / "copy.db";
    Database database(file, Database::Access::write);
    database.execute("PRAGMA wal_autocheckpoint = 0");
    database.execute("INSERT INTO payloads (uses, payload) VALUES (1, x'00')");
    fs::copy_file(file, copy);
    fs::copy_file(file.string() + "-wal", copy.string() + "-wal");
    file = copy;
  }
  std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
  for (int page = 2; page < 20; ++page) damage.seekp(page * 4096), damage << std::string(64, '\xff');
  damage.close();
  EXPECT_EQ(problem(), Kind::damaged);
}

TEST_F(OpeningTest, RefusesADatabaseOfANewerVersionAndLeavesItAsItIs) {
  make_good();
  {
    Database database(file, Database::Access::write);
    database.execute("PRAGMA user_version = 999");
  }
  EXPECT_EQ(problem(), Kind::newer_schema);
  Database database(file, Database::Access::write);
  Query version(database, "PRAGMA user_version");
  ASSERT_TRUE(version.next());
  EXPECT_EQ(version.number(0), 999);
}

TEST_F(OpeningTest, RefusesADatabaseOfAPreview) {
  make_good();
  {
    Database database(file, Database::Access::write);
    database.execute("PRAGMA user_version = 1");
  }
  EXPECT_EQ(problem(), Kind::preview_schema);
}

TEST_F(OpeningTest, SaysThatTheFolderCantBeWritten) {
  std::ofstream(folder.path / "a file") << "x";
  file = folder.path / "a file" / "server.db";
  EXPECT_EQ(problem(), Kind::not_writable);
}

TEST_F(OpeningTest, TakesUpAFirstStartThatWasCutOff) {
  std::ofstream(folder.path / "server.db.new") << "half of a database";
  make_good();
}

}  // namespace
}  // namespace sotto::test
