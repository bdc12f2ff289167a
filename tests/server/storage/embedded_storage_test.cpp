#include "server/storage/embedded/embedded_storage.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "server/limits.hpp"
#include "server/storage/embedded/database.hpp"
#include "server/storage/embedded/schema.hpp"
#include "server/storage/storage_support.hpp"
#include "server/storage/embedded/worker.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;
using server::Database;
using server::EmbeddedStorage;
using server::PrekeysPut;
using server::Query;
using server::Registered;
using Outcome = server::Delivery::Outcome;

struct StorageTest : testing::Test, StorageFixture {
  server::NewAccount ana = new_account(1, "ana"), bob = new_account(2, "bob"), eve = new_account(3, "eve");
};

TEST_F(StorageTest, KeepsAnAccountThroughReopening) {
  EXPECT_EQ(enrol(ana), Registered::done);
  open();
  EXPECT_EQ((*wait(storage->account(ana.id)))->introduction, ana.introduction);
  EXPECT_EQ((*wait(storage->account_named("ana")))->id, ana.id);
  EXPECT_TRUE(*wait(storage->is_registered_by(ana.request_hash)));
  const auto known = device(ana);
  EXPECT_EQ(known.account, ana.id);
  EXPECT_EQ(known.mailbox, ana.mailbox);
  EXPECT_EQ(known.identity_key, ana.identity_key);
  EXPECT_EQ(known.number.value, 1);
  EXPECT_EQ(known.registration_id.value, 4242);
}

TEST_F(StorageTest, KnowsNobodyThatWasNotRegistered) {
  EXPECT_FALSE(*wait(storage->account(ana.id)));
  EXPECT_FALSE(*wait(storage->account_named("ana")));
  EXPECT_FALSE(*wait(storage->device_with_token(ana.token_hash)));
  EXPECT_FALSE(*wait(storage->is_registered_by(ana.request_hash)));
  EXPECT_FALSE(*wait(storage->take_bundles(ana.id, {20'000})));
}

TEST_F(StorageTest, KeepsItsSecretThroughReopening) {
  const auto secret = storage->secret();
  open();
  EXPECT_EQ(storage->secret(), secret);
}

TEST_F(StorageTest, RefusesARegistrationForItsReasonAndKeepsNothingOfIt) {
  ASSERT_EQ(enrol(ana), Registered::done);
  EXPECT_EQ(enrol(ana), Registered::repeated);
  const auto refused_with = [this](auto change) {
    auto changed = bob;
    change(changed);
    const auto outcome = enrol(changed);
    EXPECT_FALSE(*wait(storage->account(bob.id)));
    EXPECT_FALSE(*wait(storage->is_registered_by(bob.request_hash)));
    return outcome;
  };
  EXPECT_EQ(refused_with([this](auto& a) { a.identity_key = ana.identity_key; }), Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.prekeys.one_time[0].key = ana.prekeys.one_time[1].key; }),
            Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.prekeys.signed_prekey = ana.prekeys.signed_prekey; }),
            Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.prekeys.last_resort = ana.prekeys.last_resort; }), Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.token_hash = ana.token_hash; }), Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.mailbox = ana.mailbox; }), Registered::challenge_used);
  EXPECT_EQ(refused_with([](auto& a) { a.user_name = "ana"; }), Registered::name_taken);
  auto again = eve;
  again.id = ana.id;
  EXPECT_EQ(enrol(again), Registered::account_exists);
  EXPECT_EQ(enrol(bob), Registered::done);
}

TEST_F(StorageTest, GivesBundlesThatAreConsumedThroughReopening) {
  ASSERT_EQ(enrol(ana), Registered::done);
  std::set<base::Blob> given;
  for (int i = 0; i < 2; ++i) {
    const auto bundle = (**wait(storage->take_bundles(ana.id, {20'000}))).front();
    EXPECT_TRUE(given.insert(base::blob(bundle.one_time->key)).second);
    EXPECT_TRUE(given.insert(base::blob(bundle.kyber.key)).second);
    open();
  }
  const auto bundle = (**wait(storage->take_bundles(ana.id, {20'000}))).front();
  EXPECT_FALSE(bundle.one_time);
  EXPECT_EQ(bundle.kyber.key, ana.prekeys.last_resort->key);
}

TEST_F(StorageTest, PutsPrekeysForEachOutcome) {
  ASSERT_EQ(enrol(ana), Registered::done);
  const auto row = device(ana).row;
  const auto upload = new_account(9, "x", 3).prekeys;
  EXPECT_EQ(*wait(storage->put_prekeys(row, upload, {1}, {20'000})), PrekeysPut::done);
  EXPECT_EQ(*wait(storage->put_prekeys(row, upload, {1}, {20'000})), PrekeysPut::repeated);
  EXPECT_EQ(*wait(storage->put_prekeys(row, upload, {2}, {20'000})), PrekeysPut::key_known);
  auto many = new_account(10, "x", 198).prekeys;
  EXPECT_EQ(*wait(storage->put_prekeys(row, many, {3}, {20'000})), PrekeysPut::too_many);
  open();
  EXPECT_EQ(status(ana).one_time, 5u);
  EXPECT_EQ(status(ana).one_time_kyber, 5u);
}

TEST_F(StorageTest, A12RemembersReplacedAndGivenKeysForAWhile) {
  ASSERT_EQ(enrol(ana), Registered::done);
  const auto row = device(ana).row;
  ASSERT_EQ(*wait(storage->put_prekeys(row, new_account(9, "x", 0).prekeys, {1}, {20'000})), PrekeysPut::done);
  wire::PrekeyUpload old;
  old.signed_prekey = ana.prekeys.signed_prekey;
  EXPECT_EQ(*wait(storage->put_prekeys(row, old, {2}, {20'000})), PrekeysPut::key_known);
  EXPECT_TRUE(wait(storage->expire({20'000 + server::limits::spent_key_days})));
  EXPECT_EQ(*wait(storage->put_prekeys(row, old, {2}, {20'000})), PrekeysPut::key_known);
  EXPECT_TRUE(wait(storage->expire({20'001 + server::limits::spent_key_days})));
  EXPECT_EQ(*wait(storage->put_prekeys(row, old, {2}, {20'000})), PrekeysPut::done);
}

TEST_F(StorageTest, DeliversForEachOutcomeAndKeepsNothingOfARefusal) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  const auto good = upload(ana, bob, 1, {1, 2, 3});
  EXPECT_EQ(deliver(good), Outcome::done);
  EXPECT_EQ(deliver(good), Outcome::repeated);
  auto conflict = good;
  conflict.request_hash[0] ^= 1;
  EXPECT_EQ(deliver(conflict), Outcome::conflict);
  EXPECT_EQ(deliver(upload(ana, eve, 2, {1})), Outcome::unknown_account);
  auto wrong = upload(ana, bob, 3, {1});
  wrong.items[0].mailbox = eve.mailbox;
  const auto delivery = *wait(storage->deliver(wrong));
  EXPECT_EQ(delivery.outcome, Outcome::wrong_devices);
  EXPECT_EQ(delivery.missing.at(0).mailbox, bob.mailbox);
  EXPECT_EQ(delivery.extra.at(0), eve.mailbox);
  auto stale = upload(ana, bob, 4, {1});
  stale.items[0].registration_id = 1;
  EXPECT_EQ(deliver(stale), Outcome::stale_devices);
  EXPECT_EQ(queued(bob).size(), 1u);
  open();
  ASSERT_EQ(queued(bob).size(), 1u);
  EXPECT_EQ(queued(bob)[0].envelope, (base::Blob{1, 2, 3}));
  EXPECT_EQ(queued(bob)[0].sender, ana.id);
  EXPECT_EQ(deliver(good), Outcome::repeated);
}

TEST_F(StorageTest, GivesEnvelopesInOrderAsManyAsFitButAtLeastOne) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  for (std::uint8_t i = 1; i <= 5; ++i) ASSERT_EQ(deliver(upload(ana, bob, i, base::Blob(100, i))), Outcome::done);
  const auto row = device(bob).row;
  const auto all = queued(bob);
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(all[i].envelope[0], i + 1);
  EXPECT_EQ(wait(storage->queued(row, 0, 2, 1000))->size(), 2u);
  EXPECT_EQ(wait(storage->queued(row, 0, 10, 250))->size(), 2u);
  EXPECT_EQ(wait(storage->queued(row, 0, 10, 1))->size(), 1u);
  EXPECT_EQ(queued(bob, all[2].position).size(), 2u);
}

TEST_F(StorageTest, DeletesWhatIsAcknowledgedAndNeverRepeatsAPosition) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  std::uint64_t highest = 0;
  for (std::uint64_t round = 0; round < 4; ++round) {
    ASSERT_EQ(deliver(upload(ana, bob, round, {1})), Outcome::done);
    const auto position = queued(bob).at(0).position;
    EXPECT_GT(position, highest);
    highest = position;
    const std::vector<std::uint64_t> positions{position, 999};
    EXPECT_TRUE(wait(storage->acknowledge(device(bob).row, positions)));
    open();
    EXPECT_TRUE(queued(bob).empty());
    EXPECT_EQ(status(bob).queued, 0u);
  }
}

TEST_F(StorageTest, FillsAMailboxToItsNumberOfEnvelopesAndNotFurther) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  std::size_t done = 0;
  const auto count = [&done](asio::awaitable<server::Stored<server::Delivery>> work) -> asio::awaitable<void> {
    const auto delivery = co_await std::move(work);
    if (delivery->outcome == Outcome::done) ++done;
  };
  for (std::uint64_t key = 0; key < server::limits::mailbox_envelopes; ++key)
    net::spawn(io.get_executor(), count(storage->deliver(upload(ana, bob, key, {1}))));
  io.restart();
  io.run();
  EXPECT_EQ(done, server::limits::mailbox_envelopes);
  EXPECT_EQ(deliver(upload(ana, bob, 99'999, {1})), Outcome::mailbox_full);
  EXPECT_EQ(status(bob).queued, server::limits::mailbox_envelopes);
}

TEST_F(StorageTest, A54CommitsWhatManyAskAtOnceInFewTransactions) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  std::vector<server::Upload> uploads;
  for (std::uint64_t key = 0; key < 400; ++key) uploads.push_back(upload(ana, bob, key, base::Blob(200)));
  const auto before = storage->commits();
  std::size_t done = 0;
  const auto count = [&done](asio::awaitable<server::Stored<server::Delivery>> work) -> asio::awaitable<void> {
    const auto delivery = co_await std::move(work);
    if (delivery && delivery->outcome == Outcome::done) ++done;
  };
  for (const auto& one : uploads) net::spawn(io.get_executor(), count(storage->deliver(one)));
  io.restart();
  io.run();
  EXPECT_EQ(done, 400u);
  EXPECT_LT(storage->commits() - before, 100u);
  EXPECT_EQ(queued(bob).size(), 400u);
}

TEST_F(StorageTest, DropsWhatIsTooOld) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  ASSERT_EQ(deliver(upload(ana, bob, 1, {1}, {20'000})), Outcome::done);
  ASSERT_EQ(deliver(upload(ana, bob, 2, {2}, {20'005})), Outcome::done);
  EXPECT_TRUE(wait(storage->expire({20'000 + server::limits::queue_days})));
  EXPECT_EQ(status(bob).queued, 2u);
  EXPECT_TRUE(wait(storage->expire({20'001 + server::limits::queue_days})));
  EXPECT_EQ(status(bob).queued, 1u);
  EXPECT_EQ(queued(bob).at(0).envelope, (base::Blob{2}));
}

TEST_F(StorageTest, RefusesWhatHasNoRoomAndKeepsTheRest) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  open(80);  // pages: some 100 KiB more than there is
  ASSERT_EQ(deliver(upload(ana, bob, 1, {1})), Outcome::done);
  const auto refused = wait(storage->deliver(upload(ana, bob, 2, base::Blob(1'000'000))));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), server::StorageProblem::full);
  EXPECT_EQ(deliver(upload(ana, bob, 3, {3})), Outcome::done);  // it goes on
  EXPECT_EQ(queued(bob).size(), 2u);
  open();
  EXPECT_EQ(queued(bob).size(), 2u);
  EXPECT_EQ(deliver(upload(ana, bob, 2, base::Blob(1'000'000))), Outcome::done);  // the retry, with room
}

TEST_F(StorageTest, AJobWithoutRoomTakesNoOtherOfItsGroupWithIt) {
  ASSERT_EQ(enrol(ana), Registered::done);
  ASSERT_EQ(enrol(bob), Registered::done);
  open(80);
  std::vector<server::Upload> uploads;
  for (std::uint64_t key = 0; key < 20; ++key)
    uploads.push_back(upload(ana, bob, key, base::Blob(key % 5 == 2 ? 1'000'000 : 10)));
  std::size_t done = 0, full = 0;
  const auto count = [&](asio::awaitable<server::Stored<server::Delivery>> work) -> asio::awaitable<void> {
    const auto delivery = co_await std::move(work);
    delivery ? ++done : ++full;
  };
  for (const auto& one : uploads) net::spawn(io.get_executor(), count(storage->deliver(one)));
  io.restart();
  io.run();
  EXPECT_EQ(done, 16u);
  EXPECT_EQ(full, 4u);
  EXPECT_EQ(queued(bob).size(), 16u);
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
    database.execute("INSERT INTO uploads (device, idempotency_key, request_hash, day) VALUES (1, x'00', x'00', 1)");
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
