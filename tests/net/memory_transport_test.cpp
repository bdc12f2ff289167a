#include "net/memory/memory_transport.hpp"

#include <gtest/gtest.h>

#include "net/memory/run.hpp"

namespace sotto::net {
namespace {

constexpr Duration soon = std::chrono::seconds(5);

struct MemoryTransportTest : testing::Test {
  asio::io_context io;
  VirtualTime time{io};
  MemoryTransport network{io.get_executor()};

  StreamPair connected() {
    auto acceptor = network.listen({.host = "here", .port = 0}, {});
    auto left = run(time, network.connect((*acceptor)->bound(), {}, soon));
    auto right = run(time, (*acceptor)->accept());
    return {.left = std::move(*left), .right = std::move(*right)};
  }
};

asio::awaitable<std::string> read_text(Stream& stream) {
  base::Blob into(100);
  const auto size = co_await read_some(stream, into);
  co_return size ? base::text(base::View(into).first(*size)) : "error";
}

asio::awaitable<bool> write_text(Stream& stream, std::string text) {
  const auto written = co_await write_all(stream, base::view(text));
  co_return written.has_value();
}

TEST_F(MemoryTransportTest, CarriesBytesBothWays) {
  auto pair = connected();
  EXPECT_TRUE(run(time, write_text(*pair.left, "there")));
  EXPECT_EQ(run(time, read_text(*pair.right)), "there");
  EXPECT_TRUE(run(time, write_text(*pair.right, "back")));
  EXPECT_EQ(run(time, read_text(*pair.left)), "back");
}

asio::awaitable<void> write_and_note(Stream& stream, std::string text, bool& is_written) {
  is_written = co_await write_text(stream, std::move(text));
}

TEST_F(MemoryTransportTest, HoldsTheWriterBackWhenNobodyReads) {
  auto pair = connected();
  bool is_written = false;
  spawn(io.get_executor(), write_and_note(*pair.left, std::string(200'000, 'x'), is_written));
  time.settle();
  EXPECT_FALSE(is_written);
  for (int i = 0; i < 2000; ++i) run(time, read_text(*pair.right));
  EXPECT_TRUE(is_written);
}

TEST_F(MemoryTransportTest, EndsAfterWhatWasWrittenWhenTheRemoteEndFinishes) {
  auto pair = connected();
  EXPECT_TRUE(run(time, write_text(*pair.left, "last")));
  pair.left->finish();
  EXPECT_EQ(run(time, read_text(*pair.right)), "last");
  EXPECT_EQ(run(time, read_text(*pair.right)), "");
}

TEST_F(MemoryTransportTest, CutsReadersOnBothSides) {
  auto pair = connected();
  network.cut_all();
  EXPECT_EQ(run(time, read_text(*pair.left)), "error");
  EXPECT_FALSE(run(time, write_text(*pair.right, "x")));
}

TEST_F(MemoryTransportTest, RefusesWhereNobodyListensAndIsUnreachableWhenDown) {
  EXPECT_EQ(run(time, network.connect({.host = "here", .port = 9}, {}, soon)).error().problem, Problem::refused);
  network.set_down(true);
  EXPECT_EQ(run(time, network.connect({.host = "here", .port = 9}, {}, soon)).error().problem, Problem::unreachable);
}

TEST_F(MemoryTransportTest, SaysThatAPortIsTaken) {
  auto first = network.listen({.host = "here", .port = 5}, {});
  EXPECT_EQ(network.listen({.host = "here", .port = 5}, {}).error().problem, Problem::address_in_use);
  (*first)->close();
  EXPECT_TRUE(network.listen({.host = "here", .port = 5}, {}));
}

}  // namespace
}  // namespace sotto::net
