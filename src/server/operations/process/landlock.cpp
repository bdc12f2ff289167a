#include "server/operations/process/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

// The system's header may be older than its kernel: what it does not name yet is named here (linux/landlock.h, 6.12).
namespace sotto::server {
namespace {

using Rights = std::uint64_t;

constexpr Rights file_read = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr Rights file_write = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr Rights folder_read = LANDLOCK_ACCESS_FS_READ_DIR;
constexpr Rights rename_across = 1ull << 13;  // version 2: LANDLOCK_ACCESS_FS_REFER
constexpr Rights truncate = 1ull << 14;       // version 3: LANDLOCK_ACCESS_FS_TRUNCATE
constexpr Rights bind_tcp = 1ull << 0;        // version 4: LANDLOCK_ACCESS_NET_BIND_TCP
constexpr Rights scoped = 3;                  // version 6: abstract socket names, signals to others

struct Ruleset {
  Rights files = 0;
  Rights network = 0;
  Rights scope = 0;
};

/// All that can be ruled at all in that version.
Ruleset everything(long version) {
  Ruleset rules{.files = (1ull << 13) - 1};
  if (version >= 2) rules.files |= rename_across;
  if (version >= 3) rules.files |= truncate;
  if (version >= 4) rules.network = bind_tcp;
  if (version >= 6) rules.scope = scoped;
  return rules;
}

std::size_t size_of_ruleset(long version) {
  if (version >= 6) return sizeof(Ruleset);
  return version >= 4 ? 2 * sizeof(Rights) : sizeof(Rights);
}

void allow(int ruleset, const std::filesystem::path& path, Rights rights, Rights known) {
  const int file = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (file < 0) return;
  std::error_code failure;
  if (!std::filesystem::is_directory(path, failure)) rights &= file_read | file_write | truncate;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights & known;
  rule.parent_fd = file;
  ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(file);
}

}  // namespace

bool confine_files(const Sandbox& sandbox) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  const Ruleset rules = everything(version);
  const long made = ::syscall(SYS_landlock_create_ruleset, &rules, size_of_ruleset(version), 0);
  if (made < 0) return false;
  const int ruleset = static_cast<int>(made);
  const Rights write = rules.files & ~Rights(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                             LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM);
  for (const auto& path : sandbox.writable) allow(ruleset, path, write, rules.files);
  for (const auto& path : sandbox.readable) allow(ruleset, path, file_read | folder_read, rules.files);
  const bool is_confined = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(ruleset);
  return is_confined;
}

}  // namespace sotto::server
