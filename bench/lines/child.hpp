#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sotto::bench {

/// A process whose costs are read from the kernel's books. Killed when this dies.
class Child {
 public:
  /// words[0] is the program; `variables` are set beside the environment.
  explicit Child(std::vector<std::string> words, const std::map<std::string, std::string>& variables = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line of its standard output; nothing once that has ended.
  std::optional<std::string> line();
  double cpu_us() const;            // of all its threads, user and system
  double resident_kib() const;      // now
  double context_switches() const;  // of its first thread, so far: how often it woke, or was put aside

 private:
  int process_ = 0;
  int output_ = -1;
};

}  // namespace sotto::bench
