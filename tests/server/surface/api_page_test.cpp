#include "server/surface/api_page.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

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

/// The codes of the errors that a source file makes: the first quoted word within a call that makes one.
std::vector<std::string> codes_in(const std::string& source) {
  constexpr std::size_t near = 60;  // characters: a status and a line's end may stand before it
  std::vector<std::string> codes;
  for (const std::string_view call : {"refuse(", "refuse_for_now(", "set_code("}) {
    for (std::size_t at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
      const std::size_t quote = source.find('"', at), end = source.find_first_of(";)", at);
      if (quote == std::string::npos || quote > end || quote - at > near) continue;
      codes.push_back(source.substr(quote + 1, source.find('"', quote + 1) - quote - 1));
    }
  }
  return codes;
}

TEST(ApiPage, EveryCodeThatTheServerAnswersStandsOnIt) {
  const std::string page = read(source_dir() + "/docs/server-api.md");
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() + "/src/server")) {
    if (entry.path().extension() != ".cpp") continue;
    for (const std::string& code : codes_in(read(entry.path()))) {
      EXPECT_NE(page.find("`" + code + "`"), std::string::npos) << code << " in " << entry.path();
      ++count;
    }
  }
  EXPECT_GT(count, 60u);
}

}  // namespace
}  // namespace sotto::test
