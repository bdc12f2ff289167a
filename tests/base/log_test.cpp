#include "base/log.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace sotto::base {
namespace {

struct Weird {
  friend std::string log_text(Weird) { return "a \"quote\"\n\\ and\x01"; }
};

/// What is written meanwhile to standard error.
template <class Work>
std::string written(Work work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

struct LogTest : testing::Test {
  ~LogTest() override { log::set_up(log::Format::text, log::Level::info); }
};

TEST_F(LogTest, IsALineOfWordsForPeople) {
  const std::string line = written([] { log::info("stopped", Count{3}, Code{-2}); });
  EXPECT_TRUE(line.ends_with("Z info stopped 3 code -2\n")) << line;
}

TEST_F(LogTest, IsOneJsonObjectALineForPrograms) {
  log::set_up(log::Format::json, log::Level::info);
  const std::string line = written([] { log::warning("it is full", Count{3}, Weird{}); });
  const auto parsed = boost::json::parse(line).as_object();
  EXPECT_EQ(parsed.at("level"), "warning");
  EXPECT_EQ(parsed.at("event"), "it is full");
  EXPECT_EQ(parsed.at("fields"), boost::json::array({"3", "a \"quote\"\n\\ and\x01"}));
  EXPECT_TRUE(parsed.at("time").as_string().ends_with("Z"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  log::set_up(log::Format::text, log::Level::warning);
  EXPECT_EQ(written([] { log::info("stopped"); }), "");
  EXPECT_NE(written([] { log::warning("stopped"); }), "");
}

static_assert(LogSafe<Count> && LogSafe<Word> && !LogSafe<std::string> && !LogSafe<const char*> && !LogSafe<int>);

}  // namespace
}  // namespace sotto::base
