#include "server/operations/metrics.hpp"

#include <gtest/gtest.h>

namespace sotto::server {
namespace {

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics;
  Metrics::Counter& stored = metrics.counter("sotto_stored_total", "envelopes stored");
  metrics.watch(Metrics::Kind::gauge, "sotto_open", "open now", [] { return 2.5; });
  stored.add();
  stored.add(41);
  EXPECT_EQ(metrics.text(),
            "# HELP sotto_stored_total envelopes stored\n# TYPE sotto_stored_total counter\nsotto_stored_total 42\n"
            "# HELP sotto_open open now\n# TYPE sotto_open gauge\nsotto_open 2.5\n");
}

TEST(Metrics, KeepTheirCountersWhenMoreAreAdded) {
  Metrics metrics;
  Metrics::Counter& first = metrics.counter("first", "");
  for (int i = 0; i < 1000; ++i) metrics.counter("another", "");
  first.add(7);
  EXPECT_EQ(metrics.readings().front().value, 7);
}

TEST(Metrics, KnowThisProcess) {
  Metrics metrics;
  watch_process(metrics);
  for (const Metrics::Reading& reading : metrics.readings()) EXPECT_GT(reading.value, 0) << reading.name;
}

// A name that is made from what somebody sent does not compile.
static_assert(!std::is_constructible_v<base::Word, std::string> && !std::is_constructible_v<base::Word, const char*>);

}  // namespace
}  // namespace sotto::server
