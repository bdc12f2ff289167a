#include "store/data_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/temporary_folder.hpp"

namespace sotto::store {
namespace {

using namespace std::chrono_literals;

/// In a process of its own: whether the folder can be had there.
bool can_be_claimed_elsewhere(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto claimed = DataFolder::claim(path, 0ms);
    ::_exit(claimed ? 0 : claimed.error().error == Error::in_use ? 1 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2);
  return WEXITSTATUS(status) == 0;
}

TEST(DataFolder, IsMadeForItsOwnerOnly) {
  const test::TemporaryFolder temporary;
  const auto folder = DataFolder::claim(temporary.path / "deep" / "data", 0ms);
  ASSERT_TRUE(folder);
  struct stat entry{};
  ASSERT_EQ(::stat(folder->path().c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777u, 0700u);
  EXPECT_FALSE(folder->has_store());
}

TEST(DataFolder, IsHeldByOneProcess) {
  const test::TemporaryFolder temporary;
  {
    const auto folder = DataFolder::claim(temporary.path / "data", 0ms);
    ASSERT_TRUE(folder);
    EXPECT_FALSE(can_be_claimed_elsewhere(folder->path()));
  }
  EXPECT_TRUE(can_be_claimed_elsewhere(temporary.path / "data"));
}

TEST(DataFolder, IsFreeWhenItsProcessWasKilled) {
  const test::TemporaryFolder temporary;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = DataFolder::claim(temporary.path / "data", 0ms);
    const char word = held ? 'y' : 'n';
    if (::write(pipe[1], &word, 1) == 1) ::pause();
    ::_exit(1);
  }
  char word = 0;
  ASSERT_EQ(::read(pipe[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  EXPECT_FALSE(DataFolder::claim(temporary.path / "data", 0ms));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(DataFolder::claim(temporary.path / "data", 0ms));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(DataFolder, ALockThatIsALinkElsewhereIsRefused) {
  const test::TemporaryFolder temporary;
  std::filesystem::create_directories(temporary.path / "data");
  std::filesystem::create_symlink(temporary.path / "victim", temporary.path / "data" / "lock");
  EXPECT_FALSE(DataFolder::claim(temporary.path / "data", 0ms));
  EXPECT_FALSE(std::filesystem::exists(temporary.path / "victim"));
}

TEST(DataFolder, WhereAFileStandsThereIsNone) {
  const test::TemporaryFolder temporary;
  const auto file = temporary.path / "file";
  ASSERT_EQ(::mknod(file.c_str(), S_IFREG | 0600, 0), 0);
  EXPECT_FALSE(DataFolder::claim(file, 0ms));
}

}  // namespace
}  // namespace sotto::store
