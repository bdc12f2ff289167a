// What anybody can send, before and after authentication: noise, and requests with bytes changed, cut and put together
// anew. The server neither crashes (AddressSanitizer sees the whole of it) nor goes silent: it answers or cuts, and
// serves the next one. Each run is the same: the noise is seeded.
#include <gtest/gtest.h>

#include <random>

#include "server/test_device.hpp"

namespace sotto::test {
namespace {

constexpr int cases = 1500;  // each over a connection of its own

class Noise {
 public:
  explicit Noise(std::uint32_t seed) : engine_(seed) {}

  std::size_t below(std::size_t end) { return end == 0 ? 0 : engine_() % end; }
  std::string bytes(std::size_t size) {
    std::string made(size, '\0');
    for (char& c : made) c = static_cast<char>(engine_());
    return made;
  }
  /// One to four changes: a byte, a cut, a repetition, bytes put in.
  std::string changed(std::string text) {
    for (std::size_t change = 0; change <= below(4); ++change) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
        case 0:
          if (!text.empty()) text[at] = static_cast<char>(engine_());
          break;
        case 1:
          text.resize(at);
          break;
        case 2:
          text.insert(at, text.substr(below(text.size()), below(40)));
          break;
        case 3:
          text.insert(at, bytes(below(8)));
          break;
        default:
          if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
          break;
      }
    }
    return text;
  }

 private:
  std::mt19937 engine_;
};

struct Ending {
  std::size_t bytes = 0;
  bool has_ended = false;
};

/// Writes, says that no more will come, and reads until the server has finished.
asio::awaitable<Ending> provoke(net::Transport& network, net::Endpoint server, std::string text) {
  Ending ending;
  net::ClientTls no_tls;
  auto stream = co_await network.connect(std::move(server), std::move(no_tls), std::chrono::seconds(5));
  if (!stream) co_return ending;
  const auto written = co_await net::write_all(**stream, base::view(text));
  (*stream)->finish();
  base::Blob into(4096);
  for (;;) {
    const auto size = co_await net::read_some(**stream, into);
    if (!size || *size == 0) break;
    ending.bytes += *size;
  }
  ending.has_ended = true;
  co_return ending;
}

struct HostileFrames : testing::Test {
  HostileFrames() {
    EXPECT_EQ(ana.enrol().status, 200u);
    EXPECT_EQ(bob.enrol().status, 200u);
  }
  void expect_bounded(const std::string& text) {
    const auto before = world.time.monotonic();
    const Ending ending = net::run(world.time, provoke(world.network, world.endpoint(), text));
    EXPECT_TRUE(ending.has_ended);
    EXPECT_LT(ending.bytes, 100'000u);
    EXPECT_LE(world.time.monotonic() - before, std::chrono::minutes(3));
  }
  void expect_serves() {
    world.time.settle();
    EXPECT_EQ(ana.ask("GET", "/v1/names/bob").status, 200u);
  }
  std::string http(const std::string& method, const std::string& target, base::View body,
                   const std::string& token = "") const {
    std::string head = method + " " + target + " HTTP/1.1\r\nHost: here:443\r\n";
    if (!token.empty()) head += "Authorization: Bearer " + token + "\r\n";
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + base::text(body);
  }
  std::string token() const { return base::to_base64url(ana.draft.token); }
  std::string upgrade() const {
    return "GET /v1/mailbox HTTP/1.1\r\nHost: here:443\r\nConnection: Upgrade\r\nUpgrade: "
           "websocket\r\nSec-WebSocket-Version: "
           "13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer " +
           token() + "\r\n\r\n";
  }
  /// A masked frame with a mask of zeros.
  static std::string frame(char first, const std::string& payload) {
    std::string made{first, static_cast<char>(0x80 | payload.size())};
    return made + std::string(4, '\0') + payload;
  }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(HostileFrames, BeforeAuthentication) {
  Noise noise(1);
  TestDevice eve(world, 3, "eve");
  eve.begin();
  const std::vector<std::string> seeds{
      http("POST", "/v1/register/begin", {}), http("POST", "/v1/register", eve.draft.request()),
      http("GET", "/v1/names/ana", {}), http("GET", "/v1/status", {}, "AAAA"), upgrade()};
  for (int i = 0; i < cases; ++i) {
    expect_bounded(i % 4 == 0 ? noise.bytes(noise.below(600)) : noise.changed(seeds[noise.below(seeds.size())]));
  }
  expect_serves();
}

TEST_F(HostileFrames, InHttpHeaders) {
  Noise noise(2);
  const std::string token_line = "Authorization: Bearer " + token() + "\r\n";
  const std::vector<std::string> lines{"Transfer-Encoding: chunked\r\n",
                                       "Content-Length: 5\r\n",
                                       "Content-Length: 99999999999999999999\r\n",
                                       "Content-Length: -1\r\n",
                                       "Expect: 100-continue\r\n",
                                       "Connection: Upgrade\r\nUpgrade: websocket\r\n",
                                       token_line,
                                       "Host: x\r\n",
                                       "X: " + std::string(9000, 'x') + "\r\n",
                                       "\r\n",
                                       " folded\r\n",
                                       "a\r\n"};
  for (int i = 0; i < cases; ++i) {
    std::string text = "POST /v1/messages HTTP/1.1\r\n";
    for (std::size_t line = 0; line < noise.below(6); ++line) text += lines[noise.below(lines.size())];
    expect_bounded(noise.changed(text + "\r\n" + noise.bytes(noise.below(50))));
  }
  expect_serves();
}

TEST_F(HostileFrames, InBodiesOfADevice) {
  Noise noise(3);
  const auto letter = base::text(serialized(ana.letter_to(bob, "hello", 1)));
  frames::BundleRequest wanted;
  wanted.set_account_id(base::text(bob.draft.account_id().view()));
  const auto bundle = base::text(serialized(wanted));
  const auto prekeys = base::text(ana.draft.prekeys().serialize());
  for (int i = 0; i < cases; ++i) {
    const auto body = [&](const std::string& seed) {
      return noise.below(5) == 0 ? noise.bytes(noise.below(200)) : noise.changed(seed);
    };
    switch (i % 3) {
      case 0:
        expect_bounded(http("POST", "/v1/own/messages", base::view(body(letter)), token()));
        break;
      case 1:
        expect_bounded(http("POST", "/v1/knocks/bundles", base::view(body(bundle)), token()));
        break;
      default:
        expect_bounded(http("PUT", "/v1/prekeys", base::view(body(prekeys)), token()));
        break;
    }
  }
  expect_serves();
}

TEST_F(HostileFrames, InWebSocketFramesOfADevice) {
  Noise noise(4);
  frames::ClientFrame ack;
  for (std::uint64_t position = 0; position < 20; ++position) ack.mutable_ack()->add_positions(position << position);
  const std::string good = frame('\x82', base::text(serialized(ack)));
  const std::string ping = frame('\x89', "ping"), close = frame('\x88', std::string("\x03\xe8", 2)),
                    part = frame('\x02', "part");
  const std::vector<std::string> seeds{
      good, ping, close, part, good + good, part + ping, frame('\x81', "text"), frame('\xf2', "x")};
  for (int i = 0; i < cases; ++i) {
    std::string text = upgrade();
    for (std::size_t count = 0; count <= noise.below(4); ++count)
      text += noise.changed(seeds[noise.below(seeds.size())]);
    if (noise.below(6) == 0) text += noise.bytes(noise.below(300));
    expect_bounded(text);
  }
  expect_serves();
  EXPECT_EQ(world.server->connected_devices(), 0u);
}

}  // namespace
}  // namespace sotto::test
