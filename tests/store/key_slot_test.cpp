#include "store/key_slot.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "crypto/equal.hpp"
#include "store/file.hpp"
#include "support/seeded_random.hpp"
#include "support/temporary_folder.hpp"
#include "wire/strict.hpp"

namespace sotto::store {
namespace {

class KeySlot : public ::testing::Test {
 protected:
  static base::View words(std::string_view text) { return base::view(text); }
  void put(const base::Blob& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  base::Blob written() { return *read_small_file(file); }
  void make() {
    const auto done = key_slot::write(file, key, words("a passphrase"), fastest_allowed, random);
    ASSERT_TRUE(done) << done.error().message;
  }
  /// A slot of the right form with these numbers in front.
  static base::Blob slot(std::uint64_t form, std::uint64_t kind, std::uint64_t passes, std::uint64_t mebibytes) {
    return wire::StrictWriter()
        .number(1, form)
        .number(2, kind)
        .number(3, passes)
        .number(4, mebibytes)
        .bytes(5, base::Bytes<16>{})
        .bytes(6, base::Bytes<12>{})
        .bytes(7, base::Bytes<48>{})
        .done();
  }
  Error refusal_of(const base::Blob& bytes) {
    put(bytes);
    const auto opened = key_slot::open(file, words("a passphrase"));
    EXPECT_FALSE(opened);
    return opened ? Error::io : opened.error().error;
  }

  test::SeededRandom random{1};
  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path / "keyslot";
  DatabaseKey key = key_slot::make_key(random);
};

TEST_F(KeySlot, OpensWithItsPassphrase) {
  make();
  const auto opened = key_slot::open(file, words("a passphrase"));
  ASSERT_TRUE(opened);
  EXPECT_TRUE(crypto::equal(opened->expose(), key.expose()));
}

TEST_F(KeySlot, AnotherPassphraseIsWrong) {
  make();
  for (const char* guess : {"", "a passphras", "A passphrase", "a passphrase "}) {
    const auto opened = key_slot::open(file, words(guess));
    ASSERT_FALSE(opened) << guess;
    EXPECT_EQ(opened.error().error, Error::wrong_passphrase);
  }
}

TEST_F(KeySlot, IsItsOwnersOnly) {
  make();
  struct stat entry{};
  ASSERT_EQ(::stat(file.c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777u, 0600u);
}

TEST_F(KeySlot, NeverHoldsTheKeyOrThePassphraseInTheClear) {
  make();
  const std::string bytes = base::text(written());
  EXPECT_EQ(bytes.find(base::text(key.expose())), std::string::npos);
  EXPECT_EQ(bytes.find("passphrase"), std::string::npos);
}

TEST_F(KeySlot, EveryChangedByteIsRefused) {
  make();
  const base::Blob good = written();
  for (std::size_t at = 0; at < good.size(); ++at) {
    base::Blob changed = good;
    changed[at] ^= 0x04;
    const Error refusal = refusal_of(changed);
    EXPECT_TRUE(refusal == Error::damaged || refusal == Error::wrong_passphrase || refusal == Error::newer_version ||
                refusal == Error::out_of_memory)
        << at;
  }
}

TEST_F(KeySlot, EveryCutIsDamaged) {
  make();
  const base::Blob good = written();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(refusal_of(base::Blob(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))), Error::damaged);
  }
  base::Blob longer = good;
  longer.push_back(0);
  EXPECT_EQ(refusal_of(longer), Error::damaged);
  EXPECT_EQ(refusal_of(base::Blob(100'000, 1)), Error::damaged);
}

TEST_F(KeySlot, CostsBelowTheFloorAreRefused_A34) {
  EXPECT_EQ(refusal_of(slot(1, 1, 1, 64)), Error::damaged);
  EXPECT_EQ(refusal_of(slot(1, 1, 2, 63)), Error::damaged);
  EXPECT_EQ(refusal_of(slot(1, 1, 0, 0)), Error::damaged);
}

TEST_F(KeySlot, AbsurdCostsAreRefusedBeforeTheyArePaid) {
  EXPECT_EQ(refusal_of(slot(1, 1, 65, 64)), Error::damaged);
  EXPECT_EQ(refusal_of(slot(1, 1, 2, 4097)), Error::damaged);
  EXPECT_EQ(refusal_of(slot(1, 1, UINT64_MAX, UINT64_MAX)), Error::damaged);
}

TEST_F(KeySlot, ANewerFormIsSaidToBeNewer) { EXPECT_EQ(refusal_of(slot(2, 1, 2, 64)), Error::newer_version); }

TEST_F(KeySlot, WithoutOneThereIsNoStore) {
  EXPECT_EQ(key_slot::open(file, words("a passphrase")).error().error, Error::no_store);
}

}  // namespace
}  // namespace sotto::store
