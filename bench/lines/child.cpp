#include "bench/lines/child.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/check.hpp"

namespace sotto::bench {

Child::Child(std::vector<std::string> words, const std::map<std::string, std::string>& variables) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int ends[2];
  CHECK(::pipe(ends) == 0);
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left behind if the bench is killed
    ::dup2(ends[1], STDOUT_FILENO);
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
}

Child::~Child() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(output_);
}

std::optional<std::string> Child::line() {
  std::string text;
  for (char c = 0; ::read(output_, &c, 1) == 1; text += c) {
    if (c == '\n') return text;
  }
  return std::nullopt;
}

double Child::cpu_us() const {
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

double Child::context_switches() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  double total = 0;
  for (std::string line; std::getline(status, line);) {
    const std::size_t at = line.find("voluntary_ctxt_switches:");
    if (at != line.npos) total += std::stod(line.substr(line.find(':') + 1));
  }
  return total;
}

double Child::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
  }
  return 0;
}

}  // namespace sotto::bench
