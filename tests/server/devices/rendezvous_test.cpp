#include "server/devices/rendezvous.hpp"

#include <gtest/gtest.h>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;

struct RendezvousTest : testing::Test {
  RendezvousTest() {
    const auto opened = parsed<frames::RendezvousOpened>(ask("POST", "/v1/rendezvous", {}).body);
    path = "/v1/rendezvous/" + base::to_base64url(base::view(opened.rendezvous_id()));
    host = opened.key();
  }
  ServerWorld world;
  TestDevice device{world, 1, "ana"};
  std::string path, host, guest;

  net::Response ask(std::string method, std::string target, const std::string& key, base::Blob body = {}) {
    std::vector<net::Header> headers;
    if (!key.empty()) headers.push_back({.name = "Sotto-Rendezvous", .value = base::to_base64url(base::view(key))});
    return device.ask_with(std::move(headers), std::move(method), std::move(target), std::move(body));
  }
  void join() { guest = parsed<frames::RendezvousJoined>(ask("POST", path + "/guest", {}).body).key(); }
  net::Response put(const std::string& key, const std::string& text) {
    return ask("POST", path + "/messages", key, base::blob(base::view(text)));
  }
  std::vector<std::string> take(const std::string& key, int after = 0) {
    const auto answer =
        parsed<frames::RendezvousMessages>(ask("GET", path + "/messages?after=" + std::to_string(after), key).body);
    return {answer.messages().begin(), answer.messages().end()};
  }
};

TEST_F(RendezvousTest, EachSideReadsTheOthersMessages) {
  join();
  EXPECT_EQ(put(host, "from the host").status, 200u);
  EXPECT_EQ(put(guest, "from the guest").status, 200u);
  EXPECT_EQ(take(guest), std::vector<std::string>{"from the host"});
  EXPECT_EQ(take(host), std::vector<std::string>{"from the guest"});
  EXPECT_EQ(take(guest), std::vector<std::string>{"from the host"});  // a retry
}

TEST_F(RendezvousTest, OnlyOneJoins) {
  join();
  const auto second = ask("POST", path + "/guest", {});
  EXPECT_EQ(second.status, 409u);
  EXPECT_EQ(code_of(second), "rendezvous_taken");
}

TEST_F(RendezvousTest, AReaderWaitsForWhatIsToCome) {
  join();
  std::optional<net::Result<net::Response>> answer;
  net::HttpClient waiting(world.network, world.time, world.endpoint(), {});
  net::Request request{.target = path + "/messages",
                       .headers = {{.name = "Sotto-Rendezvous", .value = base::to_base64url(base::view(guest))}}};
  net::spawn(world.time.executor(), net::keep_result(waiting.send(std::move(request)), answer));
  world.time.run_for(std::chrono::seconds(5));
  EXPECT_FALSE(answer);
  EXPECT_EQ(put(host, "late").status, 200u);
  EXPECT_TRUE(world.time.run_until([&answer] { return answer.has_value(); }));
  EXPECT_EQ(parsed<frames::RendezvousMessages>((*answer)->body).messages(0), "late");
  waiting.disconnect();
  world.time.settle();
}

TEST_F(RendezvousTest, AReaderIsAnsweredWithNothingAfterAWhile) {
  join();
  const auto before = world.time.monotonic();
  EXPECT_TRUE(take(guest).empty());
  EXPECT_GE(world.time.monotonic() - before, limits::long_poll);
}

TEST_F(RendezvousTest, WithoutTheRightKeyThereIsNothing) {
  join();
  const auto wrong = put(std::string(16, 'x'), "hello");
  EXPECT_EQ(wrong.status, 404u);
  EXPECT_EQ(put({}, "hello").body, wrong.body);
  path = "/v1/rendezvous/" + base::to_base64url(base::Bytes<16>{});
  EXPECT_EQ(put(host, "hello").body, wrong.body);
}

TEST_F(RendezvousTest, ItIsOverWhenOneCloses) {
  join();
  EXPECT_EQ(ask("DELETE", path, guest).status, 200u);
  EXPECT_EQ(put(host, "hello").status, 404u);
}

TEST_F(RendezvousTest, ItIsOverAfterTwoMinutes) {
  join();
  world.time.run_for(std::chrono::seconds(121));
  EXPECT_EQ(put(host, "hello").status, 404u);
  EXPECT_EQ(ask("POST", path + "/guest", {}).status, 404u);
}

TEST_F(RendezvousTest, AMessageAndTheirNumberAreBounded) {
  join();
  EXPECT_EQ(ask("POST", path + "/messages", host, base::Blob(limits::rendezvous_message + 1)).status, 413u);
  for (std::size_t i = 0; i < limits::rendezvous_messages; ++i) EXPECT_EQ(put(host, std::to_string(i)).status, 200u);
  EXPECT_EQ(code_of(put(guest, "one more")), "rendezvous_full");
}

TEST_F(RendezvousTest, ThereAreOnlySoMany) {
  unsigned status = 200;
  for (std::size_t i = 0; status == 200u && i < 2 * limits::rendezvous; ++i)
    status = ask("POST", "/v1/rendezvous", {}).status;
  EXPECT_TRUE(status == 503u || status == 429u) << status;
}

}  // namespace
}  // namespace sotto::test
