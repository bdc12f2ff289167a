#include "server/surface/api_page.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "server/route.hpp"
#include "support/vectors.hpp"

namespace sotto::test {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string proto() { return read(source_dir() + "/src/wire/frames.proto"); }

TEST(ApiPage, IsWhatRoutesLimitsAndMessagesSay) {
  EXPECT_EQ(read(source_dir() + "/docs/server-api.md"), api_page(proto()))
      << "record_server_api src/wire/frames.proto > docs/server-api.md";
}

TEST(ApiPage, EveryMessageOfARouteIsDefined) {
  const std::string messages = proto();
  for (const server::Route& route : server::routes()) {
    for (const std::string_view name : {route.body, route.gives}) {
      if (name.empty() || name == "opaque" || name.starts_with("wire::")) continue;
      EXPECT_NE(messages.find("\nmessage " + std::string(name) + " {"), std::string::npos) << name;
    }
  }
}

TEST(ApiPage, EveryCodeThatTheServerAnswersStandsOnIt) {
  const std::string page = read(source_dir() + "/docs/server-api.md");
  const std::regex code(R"re((?:refuse(?:_for_now)?\(\s*(?:\d+|status),\s*|set_code\(\s*)"([a-z_]+)")re");
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() + "/src/server")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = read(entry.path());
    for (std::sregex_iterator found(text.begin(), text.end(), code), end; found != end; ++found, ++count)
      EXPECT_NE(page.find("`" + (*found)[1].str() + "`"), std::string::npos) << (*found)[1] << " in " << entry.path();
  }
  EXPECT_GT(count, 60u);
}

}  // namespace
}  // namespace sotto::test
