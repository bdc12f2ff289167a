#include "store/store.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "store/messages.hpp"
#include "store/own_account.hpp"
#include "support/seeded_random.hpp"
#include "support/temporary_store.hpp"

namespace sotto::store {
namespace {

using namespace std::chrono_literals;
using Done = base::Result<void, Problem>;

base::Blob contents(const std::filesystem::path& file) {
  std::ifstream from(file, std::ios::binary);
  return base::Blob(std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>());
}

void overwrite(const std::filesystem::path& file, const base::Blob& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// A store with a passphrase, as a person has it.
class StoreFiles : public ::testing::Test {
 protected:
  StoreFiles() {
    const auto made = Store::create(folder, passphrase(), fastest_allowed, random);
    EXPECT_TRUE(made);
    add(**made, "kept");
  }
  static base::View passphrase() { return base::view("a passphrase"); }
  static void add(Store& store, std::string_view reason) {
    const auto done = store.transact([&](Transaction& in) -> Done {
      refusals::keep(in, base::view(reason), reason, {1});
      return {};
    });
    EXPECT_TRUE(done);
  }
  static std::int64_t rows(Store& store) {
    return *store.transact([](Transaction& in) -> base::Result<std::int64_t, Problem> { return refusals::count(in); });
  }
  Error refusal() {
    const auto opened = Store::open(folder, passphrase());
    EXPECT_FALSE(opened);
    return opened ? Error::io : opened.error().error;
  }

  test::SeededRandom random{1};
  test::TemporaryFolder temporary;
  DataFolder folder = std::move(*DataFolder::claim(temporary.path / "data", 0ms));
};

TEST_F(StoreFiles, OpenAgainWithEverything) {
  const auto opened = Store::open(folder, passphrase());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(rows(**opened), 1);
}

TEST_F(StoreFiles, RefuseAnotherPassphrase) {
  EXPECT_EQ(Store::open(folder, base::view("another")).error().error, Error::wrong_passphrase);
}

TEST_F(StoreFiles, AreNotMadeTwice) {
  const auto slot = contents(folder.key_slot());
  EXPECT_EQ(Store::create(folder, passphrase(), fastest_allowed, random).error().error, Error::already_there);
  EXPECT_EQ(contents(folder.key_slot()), slot);
}

TEST_F(StoreFiles, WithoutTheDatabaseAreDamagedAndTheSlotIsKept) {
  std::filesystem::remove(folder.database());
  EXPECT_EQ(refusal(), Error::damaged);
  EXPECT_EQ(Store::create(folder, passphrase(), fastest_allowed, random).error().error, Error::already_there)
      << "the database may come back, and only this slot opens it";
}

TEST_F(StoreFiles, ThatWereCutOffAreDamaged) {
  const base::Blob whole = contents(folder.database());
  ASSERT_GT(whole.size(), 8'192u);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4'000}, std::size_t{4'096}, std::size_t{8'192}}) {
    overwrite(folder.database(), base::Blob(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(refusal(), Error::damaged) << size;
  }
  overwrite(folder.database(), whole);
  EXPECT_TRUE(Store::open(folder, passphrase()));
}

TEST_F(StoreFiles, OfAnotherKindAreDamaged) {
  overwrite(folder.database(), base::blob(base::view("SQLite format 3\0 but not really, and long enough to be read")));
  EXPECT_EQ(refusal(), Error::damaged);
  overwrite(folder.database(), base::Blob(20'000, 0x5A));
  EXPECT_EQ(refusal(), Error::damaged);
}

TEST_F(StoreFiles, OfALaterVersionAreRefusedUnchanged) {
  {
    const auto opened = Store::open(folder, passphrase());
    ASSERT_TRUE((*opened)->transact([](Transaction& in) -> Done {
      in.database().run("PRAGMA user_version = 1000");
      return {};
    }));
  }
  const base::Blob before = contents(folder.database());
  EXPECT_EQ(refusal(), Error::newer_version);
  EXPECT_EQ(contents(folder.database()), before);
}

TEST_F(StoreFiles, OfAForeignProgramAreRefusedUnchanged) {
  const auto key = key_slot::open(folder.key_slot(), passphrase());
  ASSERT_TRUE(key);
  for (const char* mark : {"PRAGMA application_id = 7", "PRAGMA user_version = 0", "PRAGMA user_version = -1"}) {
    std::filesystem::remove(folder.database());
    {
      Connection foreign(folder.database(), key->expose());
      foreign.run("CREATE TABLE theirs (x); PRAGMA user_version = 1; PRAGMA application_id = 1397707860;");
      foreign.run(mark);
    }
    EXPECT_EQ(refusal(), Error::damaged) << mark;
    Connection foreign(folder.database(), key->expose());
    auto tables = foreign.prepare("SELECT count(*) FROM sqlite_schema");
    ASSERT_TRUE(tables.step());
    EXPECT_EQ(tables.number(0), 1) << mark;
  }
}

TEST_F(StoreFiles, OfAnEarlierVersionAreBroughtUpToDate) {
  const auto key = key_slot::open(folder.key_slot(), passphrase());
  ASSERT_TRUE(key);
  {
    Connection earlier(folder.database(), key->expose());
    earlier.run(  // as the first version left it
        "DROP TABLE prekey_upload; DROP TABLE tails; DROP TABLE own_permits; DROP TABLE permit_revocations; DROP TABLE "
        "resets; ALTER "
        "TABLE contacts DROP "
        "COLUMN permit; ALTER TABLE "
        "own_account DROP COLUMN profile_key; ALTER TABLE own_account DROP COLUMN sender_certificate; ALTER TABLE "
        "own_account DROP COLUMN permits_put_at;"
        "DROP TABLE homes; DROP TABLE linking; DROP TABLE linking_tries; DROP TABLE outgoing; DROP TABLE "
        "earlier_texts; DROP TABLE "
        "reactions; DROP TABLE sequences_out; DROP TABLE "
        "sequences_in; DROP TABLE gaps; DROP TABLE earlier_keys; DROP TABLE forks; DROP TABLE list_claims; DROP TABLE "
        "settings; DROP TABLE notices; DROP TABLE prekey_refill; DROP TABLE history_given; DROP TABLE history_coming; "
        "DROP TABLE history_deleted; DROP TABLE accepted_envelopes; DROP TABLE burnt_chains; ALTER TABLE sessions DROP "
        "COLUMN chain; ALTER "
        "TABLE sessions DROP COLUMN "
        "chain_since; DROP TABLE pending_change; DROP TABLE last_acts; DROP TABLE given_numbers; "
        "DROP INDEX messages_expiring; DROP INDEX "
        "messages_by_conversation;"
        "CREATE TABLE outbox (message INTEGER PRIMARY KEY REFERENCES messages, request BLOB NOT NULL) STRICT;"
        "ALTER TABLE sessions ADD COLUMN first_seq INTEGER; ALTER TABLE conversations DROP COLUMN timer;");
    for (const char* column : {"quote", "timer", "expires_at", "edited_at", "is_deleted", "delivered_at", "read_at"})
      earlier.run("ALTER TABLE messages DROP COLUMN " + std::string(column));
    for (const char* column : {"standing", "profile_key", "has_our_profile_key"})
      earlier.run("ALTER TABLE contacts DROP COLUMN " + std::string(column));
    for (const char* column :
         {"profile_key_count", "generation", "tick", "next_tick", "store_epoch", "confirmed_epoch", "is_removed"})
      earlier.run("ALTER TABLE own_account DROP COLUMN " + std::string(column));
    earlier.run("PRAGMA user_version = 1;");
  }
  const auto opened = Store::open(folder, passphrase());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(rows(**opened), 1) << "with what was in it";
  ASSERT_TRUE((*opened)->transact([](Transaction& in) -> Done {
    in.database().run("SELECT * FROM prekey_upload");
    return {};
  }));
}

TEST_F(StoreFiles, ThatCannotBeBroughtUpToDateStayAsTheyWere_A55) {
  const auto key = key_slot::open(folder.key_slot(), passphrase());
  ASSERT_TRUE(key);
  {
    Connection earlier(folder.database(), key->expose());
    earlier.run("PRAGMA user_version = 1;");  // the second step's table stands in its own way
  }
  EXPECT_FALSE(Store::open(folder, passphrase()));
  Connection after(folder.database(), key->expose());
  auto version = after.prepare("PRAGMA user_version");
  ASSERT_TRUE(version.step());
  EXPECT_EQ(version.number(0), 1);
}

TEST_F(StoreFiles, MadeByACrashBeforeTheSlotAreMadeAnew) {
  std::filesystem::remove(folder.key_slot());
  EXPECT_EQ(refusal(), Error::no_store);
  const auto made = Store::create(folder, passphrase(), fastest_allowed, random);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(rows(**made), 0);
}

TEST_F(StoreFiles, ShowNothingOfWhatIsInside_A52) {
  constexpr std::string_view canary = "the canary of this very test";
  const auto opened = Store::open(folder, passphrase());
  for (int i = 0; i < 50; ++i) add(**opened, std::string(canary) + std::to_string(i));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string bytes = base::text(contents(entry.path()));
    EXPECT_EQ(bytes.find(canary), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("SQLite format"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("CREATE TABLE"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("a passphrase"), std::string::npos) << entry.path();
  }
  EXPECT_GE(files, 4u) << "lock, slot, database and its log";
}

TEST_F(StoreFiles, EveryDamagedPageIsNoticed) {
  base::Blob bytes = contents(folder.database());
  const auto noticed = [&] {
    const auto opened = Store::open(folder, passphrase());
    if (!opened) return opened.error().error == Error::damaged;
    return !(*opened)->check();
  };
  ASSERT_FALSE(noticed());
  for (std::size_t page = 0; page < bytes.size() / 4'096; page += 5) {
    base::Blob damaged = bytes;
    damaged[page * 4'096 + 2'000] ^= 1;
    overwrite(folder.database(), damaged);
    EXPECT_TRUE(noticed()) << page;
  }
}

TEST(StoreLibrary, OpensThoughNoPlainSqliteIsLoadedBesideIt) {
  const test::TemporaryStore store;  // which asks for SQLCipher
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) EXPECT_EQ(line.find("libsqlite3"), std::string::npos) << line;
}

// Transactions

Done insert(Transaction& in, std::string_view what) {
  refusals::keep(in, base::view(what), what, {1});
  return {};
}

TEST(Transact, CommitsAValue) {
  test::TemporaryStore store;
  ASSERT_TRUE(store->transact([](Transaction& in) { return insert(in, "one"); }));
  store.reopen();
  EXPECT_EQ(store.number("SELECT count(*) FROM refusals"), 1);
}

TEST(Transact, ARefusalUndoesEverything) {
  test::TemporaryStore store;
  const auto before = store.dump();
  const auto refused = store->transact([](Transaction& in) -> Done {
    EXPECT_TRUE(insert(in, "one"));
    return Problem{Error::io, "no"};
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "no");
  EXPECT_EQ(store.dump(), before);
}

TEST(Transact, AFailingStatementUndoesEverythingAndIsTheAnswer) {
  test::TemporaryStore store;
  const auto before = store.dump();
  const auto failed = store->transact([](Transaction& in) -> Done {
    EXPECT_TRUE(insert(in, "one"));
    in.database().run("INSERT INTO there_is_no_such_table VALUES (1)");
    return {};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error, Error::io);
  EXPECT_EQ(store.dump(), before);
  EXPECT_TRUE(store->transact([](Transaction& in) { return insert(in, "two"); })) << "and it goes on";
}

TEST(Transact, AFullDiskUndoesEverythingAndIsTheAnswer) {
  test::TemporaryStore store;
  store.limit_pages(store.pages());
  const auto before = store.dump();
  const auto failed = store->transact([](Transaction& in) { return insert(in, std::string(100'000, 'x')); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error, Error::disk_full);
  EXPECT_EQ(store.dump(), before);
  store.limit_pages(0);
  EXPECT_TRUE(store->transact([](Transaction& in) { return insert(in, std::string(100'000, 'x')); }));
}

}  // namespace
}  // namespace sotto::store
