#include "crypto/guarded_secret.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/bytes.hpp"
#include "crypto/equal.hpp"
#include "crypto/start.hpp"

namespace sotto::crypto {
namespace {

using Key = GuardedSecret<struct GuardedKeyTag, 32>;
static_assert(!std::is_copy_constructible_v<Key> && std::is_nothrow_move_constructible_v<Key>);

TEST(GuardedSecret, HoldsWhatWasWritten) {
  ASSERT_TRUE(start());
  base::Bytes<32> bytes{1, 2, 3};
  const Key key(bytes);
  EXPECT_TRUE(equal(key.expose(), bytes));
  EXPECT_TRUE(equal(key.clone().expose(), bytes));
}

TEST(GuardedSecret, IsLeftOutOfCoreDumpsAndReadOnly) {
  ASSERT_TRUE(start());
  const Key key(base::Bytes<32>{1});
  const auto address = reinterpret_cast<std::uintptr_t>(key.expose().data());
  std::ifstream maps("/proc/self/smaps");
  std::string line, flags, rights;
  bool is_here = false;
  while (std::getline(maps, line)) {
    std::uintptr_t from = 0, to = 0;
    char dash = 0;
    std::string word;
    std::istringstream header(line);
    if (header >> std::hex >> from >> dash >> to >> word && dash == '-') {
      is_here = from <= address && address < to;
      if (is_here) rights = word;
    }
    if (is_here && line.rfind("VmFlags:", 0) == 0) flags = line + " ";
  }
  EXPECT_EQ(rights, "r--p");
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;  // VM_DONTDUMP
}

}  // namespace
}  // namespace sotto::crypto
