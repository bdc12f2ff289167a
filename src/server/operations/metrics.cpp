#include "server/operations/metrics.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "server/route.hpp"

namespace sotto::server {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

double seconds(const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; }

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// /proc/self/statm, opened while it can be.
class MemoryFile {
 public:
  MemoryFile() : file_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  double resident_bytes() const {
    std::array<char, 128> text{};
    if (::pread(file_, text.data(), text.size() - 1, 0) <= 0) return 0;
    char* rest = nullptr;
    std::strtoul(text.data(), &rest, 10);  // all pages; the second number is those in memory
    return double(std::strtoul(rest, nullptr, 10)) * double(::sysconf(_SC_PAGESIZE));
  }

 private:
  int file_;
};

}  // namespace

Metrics::Counter& Metrics::counter(base::Word name, base::Word help) {
  Counter& made = counters_.emplace_back();
  watch(Kind::counter, name, help, [&made] { return double(made.value()); });
  return made;
}

void Metrics::watch(Kind kind, base::Word name, base::Word help, std::function<double()> ask) {
  watched_.push_back({.name = name, .help = help, .kind = kind, .ask = std::move(ask)});
}

void Metrics::watch_route(base::Word name, base::Word help, const Route& route, unsigned status_class,
                          std::function<double()> ask) {
  watch(Kind::counter, name, help, std::move(ask));
  watched_.back().labels = "{route=\"" + std::string(route.method) + " " + std::string(route.path) + "\",status=\"" +
                           std::to_string(status_class) + "xx\"}";
}

std::vector<Metrics::Reading> Metrics::readings() const {
  std::vector<Reading> all;
  all.reserve(watched_.size());
  for (const Watched& watched : watched_) {
    const double value = watched.ask();
    if (!watched.labels.empty() && value == 0) continue;
    all.push_back({.name = log_text(watched.name),
                   .labels = watched.labels,
                   .help = log_text(watched.help),
                   .kind = watched.kind,
                   .value = value});
  }
  return all;
}

std::string Metrics::text() const {
  std::string text, described;
  for (const Reading& reading : readings()) {
    if (described != reading.name) {
      text += "# HELP " + reading.name + " " + reading.help + "\n";
      text += "# TYPE " + reading.name + (reading.kind == Kind::counter ? " counter\n" : " gauge\n");
      described = reading.name;
    }
    text += reading.name + reading.labels + " " + number(reading.value) + "\n";
  }
  return text;
}

void watch_process(Metrics& metrics) {
  const auto memory = std::make_shared<MemoryFile>();  // shared with the copies that std::function makes
  metrics.watch(Metrics::Kind::gauge, "process_resident_memory_bytes", "memory in use",
                [memory] { return memory->resident_bytes(); });
  metrics.watch(Metrics::Kind::counter, "process_cpu_seconds_total", "processor time spent", processor_seconds);
  metrics.watch(Metrics::Kind::gauge, "process_start_time_seconds", "since when it runs, in seconds since 1970",
                [started = double(std::time(nullptr))] { return started; });
}

}  // namespace sotto::server
