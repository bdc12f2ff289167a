// What a confined process can't do any more. Each in a child of its own: there is no way back.
#include "server/operations/process/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "server/temporary_folder.hpp"

namespace sotto::server {
namespace {

// A sanitizer needs what is given up: there confine() leaves it, and these tests have no object.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

struct SandboxTest : testing::Test {
  SandboxTest() {
    std::filesystem::create_directories(folder.path / "data");
    std::filesystem::create_directories(folder.path / "certificates");
    for (const char* file : {"data/own", "certificates/key", "foreign"}) std::ofstream(folder.path / file) << "x";
  }
  /// Whether `attempt` succeeds in a process that is confined to its data and its certificates.
  template <class Attempt>
  bool succeeds(Attempt attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
      const Confined confined =
          confine({.writable = {folder.path / "data"}, .readable = {folder.path / "certificates"}});
      if (!confined.no_new_privileges || !confined.files || !confined.calls) ::_exit(2);
      ::_exit(attempt() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2) << "not confined at all, or killed: " << status;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  bool opens(const char* file, int flags) {
    return succeeds([&] { return ::open((folder.path / file).c_str(), flags, 0600) >= 0; });
  }
  test::TemporaryFolder folder;
};

TEST_F(SandboxTest, LeavesItsOwnFiles) {
  EXPECT_TRUE(opens("data/own", O_RDWR));
  EXPECT_TRUE(opens("data/new", O_RDWR | O_CREAT));
  EXPECT_TRUE(opens("certificates/key", O_RDONLY));
  EXPECT_TRUE(
      succeeds([this] { return ::rename((folder.path / "data/own").c_str(), (folder.path / "data/b").c_str()) == 0; }));
}

TEST_F(SandboxTest, TakesOtherFilesAway) {
  EXPECT_FALSE(opens("foreign", O_RDONLY));
  EXPECT_FALSE(opens("certificates/key", O_WRONLY));
  EXPECT_FALSE(opens("certificates/new", O_RDWR | O_CREAT));
  EXPECT_FALSE(succeeds([] { return ::open("/etc/passwd", O_RDONLY) >= 0; }));
}

TEST_F(SandboxTest, TakesOtherProgramsAndOtherProcessesAway) {
  EXPECT_FALSE(succeeds([] { return ::execl("/bin/true", "true", nullptr) == 0; }));
  EXPECT_FALSE(succeeds([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }));
}

TEST_F(SandboxTest, TakesExecutableMemoryAway) {
  EXPECT_FALSE(succeeds([] {
    return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  }));
  EXPECT_FALSE(succeeds([] {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
  }));
  EXPECT_TRUE(succeeds(
      [] { return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }));
}

TEST_F(SandboxTest, TakesOtherUsersAwayEvenFromRoot) {
  EXPECT_FALSE(succeeds([] { return ::setuid(::getuid()) == 0; }));
  EXPECT_FALSE(succeeds([] { return ::chroot("/") == 0; }));
}

#endif

}  // namespace
}  // namespace sotto::server
