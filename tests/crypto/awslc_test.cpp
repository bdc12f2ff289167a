#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "crypto/awslc/hardware.h"
#include "crypto/start.hpp"

namespace sotto::crypto {
namespace {

TEST(AwsLc, LeavesNoNameWithoutOurPrefix) {
  FILE* names = popen("nm --defined-only --extern-only --format=posix '" SOTTO_AWSLC_ARCHIVE "'", "r");
  ASSERT_NE(names, nullptr);
  char line[1024];
  int count = 0;
  std::string strangers;
  while (std::fgets(line, sizeof line, names) != nullptr) {
    const std::string name = std::string(line).substr(0, std::string(line).find(' '));
    if (name.find(':') != std::string::npos || name.find('[') != std::string::npos || name == "\n") continue;
    ++count;
    if (name.rfind("sotto_", 0) != 0) strangers += name + " ";
  }
  ASSERT_EQ(pclose(names), 0);
  EXPECT_GT(count, 200);
  EXPECT_EQ(strangers, "");
}

TEST(AwsLc, DividesNowhereInItsKem_A20) {
  if (system("command -v objdump >/dev/null") != 0) GTEST_SKIP() << "no objdump here";
  FILE* code = popen("objdump -d --no-show-raw-insn '" SOTTO_AWSLC_ARCHIVE "'", "r");
  ASSERT_NE(code, nullptr);
  char line[1024];
  bool is_kem = false;
  int kem_functions = 0;
  std::string divisions;
  while (std::fgets(line, sizeof line, code) != nullptr) {
    const std::string text(line);
    if (text.find(">:") != std::string::npos) {
      is_kem = text.find("ml_kem") != std::string::npos || text.find("mlk_") != std::string::npos ||
               text.find("mlkem") != std::string::npos;
      kem_functions += is_kem;
    }
    for (const char* division : {"\tdiv", "\tidiv", "\tudiv", "\tsdiv"}) {
      if (is_kem && text.find(division) != std::string::npos) divisions += text;
    }
  }
  ASSERT_EQ(pclose(code), 0);
  EXPECT_GT(kem_functions, 30);
  EXPECT_EQ(divisions, "");
}

TEST(AwsLc, UsesWhatTheProcessorOffers) {
  ASSERT_TRUE(start());
  std::ifstream file("/proc/cpuinfo");
  std::string line, flags;
  while (std::getline(file, line)) {
    if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) flags = line + " ";
  }
  ASSERT_NE(flags, "");
  for (const sotto_hardware* path = sotto_hardware_paths(); path->name != nullptr; ++path) {
    SCOPED_TRACE(path->name);
    const bool is_offered = flags.find(" " + std::string(path->kernel) + " ") != std::string::npos;
    EXPECT_EQ(path->in_use != 0, is_offered);
  }
}

TEST(Start, MayBeCalledAgain) {
  EXPECT_TRUE(start());
  EXPECT_TRUE(start());
}

TEST(Start, NamesTheFastPathsInUse) {
  const auto features = cpu_features();
  EXPECT_TRUE(std::ranges::none_of(features, [](const std::string& name) { return name.empty(); }));
}

}  // namespace
}  // namespace sotto::crypto
