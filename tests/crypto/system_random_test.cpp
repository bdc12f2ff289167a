#include "crypto/system_random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/curve25519.hpp"

namespace sotto::crypto {
namespace {

TEST(SystemRandom, GivesOtherBytesEachTime) {
  SystemRandom random;
  EXPECT_NE(random.bytes<32>(), random.bytes<32>());
}

TEST(SystemRandom, GivesOtherKeysOnBothSidesOfAFork_A12) {
  SystemRandom random;
  static_cast<void>(random.bytes<32>());  // whatever state there were is there now
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto key = PrivateKey::generate(random).public_key().u();
    _exit(write(ends[1], key.data(), key.size()) == 32 ? 0 : 1);
  }
  base::Bytes<32> theirs{};
  EXPECT_EQ(read(ends[0], theirs.data(), theirs.size()), 32);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(theirs, PrivateKey::generate(random).public_key().u());
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace sotto::crypto
