// The connection is cut after every so many bytes of a send and of a delivery, between the real engine and the real
// server: one copy arrives, every time.
#include <gtest/gtest.h>

#include "e2e/town.hpp"
#include "server/cut_transport.hpp"

namespace sotto::test {
namespace {

/// Cuts each connection after so many bytes, in either direction, as long as it is told to.
class Scissors final : public net::Transport {
 public:
  explicit Scissors(net::Transport& below) : below_(below) {}
  asio::awaitable<net::Result<std::unique_ptr<net::Stream>>> connect(net::Endpoint to, net::ClientTls tls,
                                                                     net::Duration at_most) override {
    auto stream = co_await below_.connect(std::move(to), std::move(tls), at_most);
    if (!stream) co_return stream.error();
    std::unique_ptr<net::Stream> cut = std::make_unique<CutStream>(*std::move(stream), budget);
    co_return cut;
  }
  asio::awaitable<std::optional<net::AddressKind>> kind_of(std::string host) override {
    return below_.kind_of(std::move(host));
  }
  net::Result<std::unique_ptr<net::Acceptor>> listen(net::Endpoint on, net::ServerTls tls) override {
    return below_.listen(std::move(on), std::move(tls));
  }
  Budget budget;

 private:
  net::Transport& below_;
};

/// The bytes after which it is cut: all of them with SOTTO_EVERY_BYTE, else a prime's steps, with every first one.
std::vector<std::size_t> cuts(std::size_t total) {
  const std::size_t step = std::getenv("SOTTO_EVERY_BYTE") != nullptr ? 1 : 97;
  std::vector<std::size_t> made;
  for (std::size_t at = 0; at < total; at += at < 8 ? 1 : step) made.push_back(at);
  return made;
}

struct CutAtEveryByte : testing::Test {
  Town town;
  Scissors scissors{town.network};
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");

  void SetUp() override {
    Town::introduce(ana, ben);
    ASSERT_TRUE(ana.write(ben, "first"));
    ASSERT_TRUE(ben.listen());
    ben.heard.clear();
  }
  /// One message under these scissors; then without.
  template <class Act>
  void once(Resident& whose, const Budget& budget, const std::string& text, Act act) {
    scissors.budget = budget;
    whose.use(scissors);
    act();
    whose.use(town.network);
    ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
    town.time.run_for(std::chrono::seconds(10));
    ASSERT_TRUE(ben.listen());
    EXPECT_EQ(ben.texts(), std::vector<std::string>{text}) << budget.written << " written, " << budget.read << " read";
    ben.heard.clear();
  }
};

TEST_F(CutAtEveryByte, OfASendOneCopyArrives) {
  constexpr std::size_t request = 2'600, answer = 900;  // bytes on a connection, a little more than there are
  for (const std::size_t at : cuts(request)) {
    const std::string text = "w" + std::to_string(at);
    once(ana, {.written = at}, text, [&] { (void)ana.write(ben, text); });
  }
  for (const std::size_t at : cuts(answer)) {
    const std::string text = "r" + std::to_string(at);
    once(ana, {.read = at}, text, [&] { (void)ana.write(ben, text); });
  }
}

TEST_F(CutAtEveryByte, OfADeliveryOneCopyArrives) {
  constexpr std::size_t frames = 3'000, acknowledgements = 900;
  for (const std::size_t at : cuts(frames)) {
    const std::string text = "r" + std::to_string(at);
    ASSERT_TRUE(ana.write(ben, text));
    once(ben, {.read = at}, text, [&] { (void)ben.listen(); });
  }
  for (const std::size_t at : cuts(acknowledgements)) {
    const std::string text = "w" + std::to_string(at);
    ASSERT_TRUE(ana.write(ben, text));
    once(ben, {.written = at}, text, [&] { (void)ben.listen(); });
  }
}

}  // namespace
}  // namespace sotto::test
