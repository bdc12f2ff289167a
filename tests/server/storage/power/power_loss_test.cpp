// Power goes at seeded instants, and with it what was written and not synced: all of it, or any part, torn at sector
// boundaries. What was reported durable must be there. POWER_LOSSES says how many stories are lived (20).
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "server/storage/embedded/database.hpp"
#include "server/storage/power/unsynced_disk.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;
using server::EmbeddedStorage;
using server::Kept;

constexpr std::uint32_t letters = 120;
constexpr std::size_t losses_a_story = 12;

/// What had been answered when power went, and what was on the disk then.
struct Loss {
  UnsyncedDisk::Files files;
  std::set<std::uint32_t> stored, asked, deleted;
  std::set<std::uint32_t> keys;  // that were handed out
};

struct Story {
  Story(std::uint64_t seed, UnsyncedDisk::Syncing how) : random(seed), syncing(how) {}

  void live() {
    open_and_close();  // how a store begins is another test's
    UnsyncedDisk disk(syncing);
    std::set<std::size_t> instants;
    while (instants.size() < losses_a_story) instants.insert(random() % 1'500);
    disk.before_each = [&] {
      if (!instants.contains(instant++)) return;
      losses.push_back(now);
      losses.back().files = disk.after_power_loss(random);
    };
    const auto storage = open();
    const auto to = **net::run(io, storage->devices().with_token(bob.token_hash));
    for (std::uint32_t number = 1; number <= letters; ++number) {
      send(*storage, to, number, disk);
      if (number % 3 == 0) receive(*storage, to, disk);
      if (number % 7 == 0) take_key(*storage, to, disk);
      if (number % 25 == 0) static_cast<void>(net::run(io, storage->maintenance().compact()));  // empties the log
    }
  }

  std::unique_ptr<EmbeddedStorage> open() {
    server::EmbeddedOptions options{.file = folder.path / "server.db", .ack_company = std::chrono::milliseconds(0)};
    return std::move(*EmbeddedStorage::open(io.get_executor(), seeded, std::move(options)));
  }
  void open_and_close() {
    const auto storage = open();
    EXPECT_EQ(*net::run(io, storage->accounts().register_account(bob)), server::Registered::done);
  }
  void send(EmbeddedStorage& storage, const server::KnownDevice& to, std::uint32_t number, UnsyncedDisk& disk) {
    base::Blob bytes(500 + random() % 3'000, std::uint8_t(number));
    server::NewEnvelopes letter{.envelopes = {}, .upload = number, .day = {20'000}};
    letter.envelopes.push_back({.device = to.row,
                                .position = storage.mailboxes().next_position(),
                                .permit_class = server::PermitClass::contact,
                                .bytes = std::make_shared<const base::Blob>(std::move(bytes))});
    const auto kept = net::run(io, storage.mailboxes().store(std::move(letter)));
    ASSERT_TRUE(kept && *kept == Kept::stored);
    const auto lock = disk.lock();
    now.stored.insert(number);
  }
  void receive(EmbeddedStorage& storage, const server::KnownDevice& to, UnsyncedDisk& disk) {
    const auto queued = *net::run(io, storage.mailboxes().queued(to.row, 0, 2, 1u << 20));
    std::vector<server::Position> positions;
    std::vector<std::uint32_t> numbers;
    for (const auto& envelope : queued) {
      positions.push_back(envelope.position);
      numbers.push_back(envelope.envelope.front());
    }
    {
      const auto lock = disk.lock();
      now.asked.insert(numbers.begin(), numbers.end());
    }
    ASSERT_TRUE(net::run(io, storage.mailboxes().acknowledge(to.row, std::move(positions))));
    const auto lock = disk.lock();
    now.deleted.insert(numbers.begin(), numbers.end());
  }
  void take_key(EmbeddedStorage& storage, const server::KnownDevice& to, UnsyncedDisk& disk) {
    const auto taken = net::run(io, storage.prekeys().take(to.account_row, server::PermitClass::own, {20'000}));
    const auto lock = disk.lock();
    if (taken->bundles.front().one_time) now.keys.insert(taken->bundles.front().one_time->id);
  }

  std::mt19937_64 random;
  UnsyncedDisk::Syncing syncing;
  SeededRandom seeded{3};
  asio::io_context io;
  TemporaryFolder folder;
  server::NewAccount bob = new_account(2, "bob", 30);
  Loss now;
  std::size_t instant = 0;
  std::vector<Loss> losses;
};

/// What is wrong with the store that came out of it; empty if nothing is.
std::string wrong_after(const Loss& loss, const server::NewAccount& bob) {
  const TemporaryFolder folder;
  lay_out(loss.files, folder.path);
  SeededRandom random{3};
  asio::io_context io;
  auto opened = EmbeddedStorage::open(io.get_executor(), random, {.file = folder.path / "server.db"});
  if (!opened) return to_text(opened.error());
  const auto storage = std::move(*opened);
  const auto findings = net::run(io, storage->maintenance().check());
  if (!findings || !findings->empty()) return findings ? findings->front().what : findings.error().words;
  const auto to = **net::run(io, storage->devices().with_token(bob.token_hash));
  std::map<std::uint32_t, int> waiting;
  const auto queued = *net::run(io, storage->mailboxes().queued(to.row, 0, 1'000, 1u << 30));
  for (const auto& envelope : queued) ++waiting[envelope.envelope.front()];
  for (std::uint32_t number = 1; number <= letters; ++number) {
    const std::string name = "letter " + std::to_string(number);
    if (waiting[number] > 1) return name + " is there twice";
    if (loss.deleted.contains(number) && waiting[number] > 0) return name + " came back";
    if (loss.stored.contains(number) && !loss.asked.contains(number) && waiting[number] == 0) return name + " is lost";
  }
  for (int i = 0; i < 5; ++i) {
    const auto taken = *net::run(io, storage->prekeys().take(to.account_row, server::PermitClass::own, {20'000}));
    const auto& key = taken.bundles.front().one_time;
    if (key && loss.keys.contains(key->id)) return "a one-time prekey is given twice";
  }
  return "";
}

std::uint64_t stories() {
  const char* const asked = std::getenv("POWER_LOSSES");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return asked ? std::strtoull(asked, nullptr, 10) : 20;
}

TEST(PowerLoss, WhatWasReportedDurableIsThereWheneverPowerGoes) {
  std::size_t losses = 0;
  for (std::uint64_t seed = 1; seed <= stories(); ++seed) {
    Story story(seed, UnsyncedDisk::Syncing::works);
    story.live();
    for (const Loss& loss : story.losses) {
      ASSERT_EQ(wrong_after(loss, story.bob), "") << "seed " << seed << ", after " << loss.stored.size() << " letters";
      ++losses;
    }
  }
  EXPECT_GT(losses, stories() * losses_a_story / 2);
}

TEST(PowerLoss, ADiskThatOnlyClaimsToSyncIsFoundOut) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Story story(seed, UnsyncedDisk::Syncing::is_a_lie);
    story.live();
    for (const Loss& loss : story.losses) found += wrong_after(loss, story.bob).empty() ? 0 : 1;
  }
  EXPECT_GT(found, 5u);
}

TEST(FailingDisk, NothingOfWhatItRefusedIsThereAndLaterItGoesOn) {
  for (const int refusal : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_READONLY}) {
    UnsyncedDisk disk;
    StorageFixture world;
    const auto bob = new_account(2, "bob");
    ASSERT_EQ(world.enrol(bob), server::Registered::done);
    ASSERT_EQ(world.store(bob, {1}), Kept::stored);
    disk.refusal = refusal;
    for (int i = 0; i < 3; ++i) {
      const auto refused = world.wait(world.storage->mailboxes().store(world.envelopes(bob, base::Blob(10'000))));
      ASSERT_FALSE(refused) << refusal;
      EXPECT_EQ(refused.error() == server::StorageProblem::full, refusal == SQLITE_FULL);
    }
    EXPECT_EQ(world.queued(bob).size(), 1u);  // what is there can be read meanwhile
    disk.refusal = SQLITE_OK;
    ASSERT_EQ(world.store(bob, {2}), Kept::stored);
    world.open();
    EXPECT_EQ(world.queued(bob).size(), 2u) << refusal;
    EXPECT_TRUE(world.wait(world.storage->maintenance().check())->empty());
  }
}

TEST(SlowDisk, ReadsAndOtherReadersDoNotWaitForIt) {
  UnsyncedDisk disk;
  StorageFixture world;
  const auto bob = new_account(2, "bob");
  ASSERT_EQ(world.enrol(bob), server::Registered::done);
  const auto to = world.device(bob).row;
  disk.sync_takes = std::chrono::milliseconds(300);
  std::size_t stored = 0;
  const auto send = [](server::Storage& in, server::NewEnvelopes what, std::size_t& count) -> asio::awaitable<void> {
    const auto kept = co_await in.mailboxes().store(std::move(what));
    if (kept && *kept == Kept::stored) ++count;
  };
  const auto before = world.storage->commits();
  for (int i = 0; i < 500; ++i)
    net::spawn(world.io.get_executor(), send(*world.storage, world.envelopes(bob, {1}), stored));
  for (int i = 0; i < 10; ++i) {  // answered while the first commit still waits for its sync
    ASSERT_TRUE(world.wait(world.storage->mailboxes().queued(to, 0, 10, 1'000)));
  }
  EXPECT_EQ(stored, 0u);
  world.io.restart();
  world.io.run();
  EXPECT_EQ(stored, 500u);
  EXPECT_LE(world.storage->commits() - before, 5u);  // the slower the disk, the more share a sync
  disk.sync_takes = {};
}

}  // namespace
}  // namespace sotto::test
