#include "bench/load/report.hpp"

#include <cstdio>
#include <fstream>

#include "bench/lines/percentile.hpp"

namespace sotto::bench {
namespace {

constexpr double tick_ms = 25;  // anonymous answers leave on it, so nothing is answered sooner

struct Latency {
  const char* name;
  double ms;
};

std::vector<Latency> latencies(const Measured& measured) {
  const Percentiles of(measured.latencies_us);
  return {
      {"p50", of.at(0.5) / 1e3}, {"p99", of.at(0.99) / 1e3}, {"p99.9", of.at(0.999) / 1e3}, {"max", of.at(1) / 1e3}};
}

double a_second(const Report& report) {
  return static_cast<double>(report.measured.messages) / report.measured.seconds;
}

}  // namespace

void print(const Report& report) {
  const auto& [options, measured, tally, cpu] = report;
  std::printf("%zu accounts, %zu lanes, %zu bytes, encryption %s, %s, %.1f s\n", options.accounts, options.in_flight,
              options.size, options.is_encrypted ? "on" : "off", options.rate ? "open loop" : "closed loop",
              measured.seconds);
  std::printf("  %-28s %12.1f /s\n", "answered", a_second(report));
  for (const auto& [name, ms] : latencies(measured))
    std::printf("  latency %-20s %12.2f ms, over the tick %.2f\n", name, ms, ms - tick_ms);
  std::printf("  %-28s %12.1f us/message\n", "own processor time",
              measured.messages > 0 ? cpu * 1e6 / static_cast<double>(measured.messages) : 0.0);
  const std::pair<const char*, std::uint64_t> counts[] = {{"promised", tally.promised()},
                                                          {"arrived", tally.arrived()},
                                                          {"lost", tally.lost()},
                                                          {"repeated", tally.repeated()},
                                                          {"out of order", tally.disordered()},
                                                          {"damaged", tally.damaged()},
                                                          {"redelivered after a break", tally.redelivered()}};
  for (const auto& [name, count] : counts)
    std::printf("  %-28s %12llu\n", name, static_cast<unsigned long long>(count));
  for (const auto& [kind, count] : tally.errors())
    std::printf("  error: %-40s %llu\n", kind.c_str(), static_cast<unsigned long long>(count));
}

bool write_json(const Report& report) {
  const auto& [options, measured, tally, cpu] = report;
  std::ofstream json(options.json_file);
  json << "{\"accounts\":" << options.accounts << ",\"in_flight\":" << options.in_flight << ",\"size\":" << options.size
       << ",\"encryption\":" << (options.is_encrypted ? "true" : "false") << ",\"rate\":" << options.rate.value_or(0)
       << ",\"seconds\":" << measured.seconds << ",\"messages\":" << measured.messages
       << ",\"messages_a_second\":" << a_second(report) << ",\"latency_ms\":{";
  for (const auto& [name, ms] : latencies(measured))
    json << (name == std::string("p50") ? "" : ",") << "\"" << name << "\":" << ms;
  json << "},\"own_cpu_seconds\":" << cpu << ",\"promised\":" << tally.promised() << ",\"arrived\":" << tally.arrived()
       << ",\"lost\":" << tally.lost() << ",\"repeated\":" << tally.repeated()
       << ",\"out_of_order\":" << tally.disordered() << ",\"damaged\":" << tally.damaged()
       << ",\"redelivered\":" << tally.redelivered() << ",\"errors\":{";
  for (const auto& [kind, count] : tally.errors())
    json << (kind == tally.errors().begin()->first ? "" : ",") << "\"" << kind << "\":" << count;
  json << "}}\n";
  return static_cast<bool>(json.flush());
}

}  // namespace sotto::bench
