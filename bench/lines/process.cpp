#include "bench/lines/process.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/check.hpp"

namespace sotto::bench {
namespace {

std::vector<std::string> words(const std::filesystem::path& data, const std::vector<std::string>& arguments) {
  const char* other = std::getenv("SOTTO_BENCH_SERVER");  // another build, or a profiler's script
  std::vector<std::string> made{other ? other : SOTTO_SERVER_PROGRAM, "--data", data.string(), "--listen",
                                "127.0.0.1:0"};
  made.insert(made.end(), arguments.begin(), arguments.end());
  return made;
}

}  // namespace

ServerProcess::ServerProcess(const std::filesystem::path& data, std::vector<std::string> arguments)
    : data_(data), process_(words(data, arguments)) {
  const bool wants_plain = std::ranges::find(arguments, "--listen-plain") != arguments.end();
  while (endpoint_.port == 0 || (wants_plain && plain_endpoint_.port == 0)) {
    const auto line = process_.line();
    CHECK(line);
    unsigned port = 0;
    if (std::sscanf(line->c_str(), "listening on https://127.0.0.1:%u", &port) == 1)
      endpoint_ = {.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port)};
    if (std::sscanf(line->c_str(), "listening without TLS on 127.0.0.1:%u", &port) == 1)
      plain_endpoint_ = {.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port)};
  }
  started_after_ms_ = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun_).count();
}

}  // namespace sotto::bench
