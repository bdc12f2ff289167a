#include "bench/server/process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/check.hpp"

namespace sotto::bench {

ServerProcess::ServerProcess(const std::filesystem::path& data, std::vector<std::string> arguments) : data_(data) {
  const char* other = std::getenv("SOTTO_BENCH_SERVER");  // another build, or a profiler's script
  std::vector<std::string> words{other ? other : SOTTO_SERVER_PROGRAM, "--data", data.string(), "--listen",
                                 "127.0.0.1:0"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int ends[2];
  CHECK(::pipe(ends) == 0);
  const auto begun = std::chrono::steady_clock::now();
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  const bool wants_plain = std::ranges::find(words, "--listen-plain") != words.end();
  std::string text;
  for (char c = 0; endpoint_.port == 0 || (wants_plain && plain_endpoint_.port == 0);) {
    CHECK(::read(output_, &c, 1) == 1);
    text += c;
    if (c != '\n') continue;
    unsigned port = 0;
    if (std::sscanf(text.c_str(), "listening on https://127.0.0.1:%u", &port) == 1)
      endpoint_ = {.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port)};
    if (std::sscanf(text.c_str(), "listening without TLS on 127.0.0.1:%u", &port) == 1)
      plain_endpoint_ = {.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port)};
    text.clear();
  }
  started_after_ms_ = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

ServerProcess::~ServerProcess() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(output_);
}

double ServerProcess::cpu_us() const {
  // utime and stime are ticks of 10 ms: too coarse for short runs, so the scheduler's own sum is read where it is
  // there.
  double total = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process_) + "/task")) {
    std::ifstream books(thread.path() / "schedstat");
    double nanoseconds = 0;
    books >> nanoseconds;
    total += nanoseconds / 1000;
  }
  return total;
}

double ServerProcess::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
  }
  return 0;
}

}  // namespace sotto::bench
