// What a request shows as a right is nowhere in the server's memory once it is answered.
#include "server/shown.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>
#include <sstream>

#include "base/encoding.hpp"
#include "net/transport.hpp"
#include "server/program.hpp"
#include "server/temporary_folder.hpp"
#include "support/seeded_random.hpp"

namespace sotto::test {
namespace {

/// A connection without TLS, for pieces of requests.
class Line {
 public:
  explicit Line(const std::string& authority) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(net::parse_endpoint(authority)->port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Line() { ::close(socket_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  void say(const std::string& text) const {
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  std::string answer() const {
    std::string heard;
    std::array<char, 4096> some{};
    while (heard.find("\r\n\r\n") == std::string::npos) {
      const auto size = ::recv(socket_, some.data(), some.size(), 0);
      if (size <= 0) break;
      heard.append(some.data(), static_cast<std::size_t>(size));
    }
    return heard;
  }

 private:
  int socket_;
};

#ifdef __SANITIZE_ADDRESS__
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// Whether a process has these bytes anywhere that it can write to; nothing if we may not look.
std::optional<bool> holds(pid_t process, std::string_view bytes) {
  const std::string at = "/proc/" + std::to_string(process);
  const int memory = ::open((at + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  std::ifstream maps(at + "/maps");
  if (memory < 0 || !maps) return std::nullopt;
  bool is_found = false;
  for (std::string line; std::getline(maps, line);) {
    std::size_t begin = 0, end = 0;
    std::array<char, 5> rights{};
    if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, rights.data()) != 3 || rights[1] != 'w') continue;
    constexpr std::size_t step = 1u << 20;
    for (std::string piece; begin < end; begin += step) {
      piece.resize(std::min(step + bytes.size(), end - begin));
      const auto size = ::pread(memory, piece.data(), piece.size(), static_cast<off_t>(begin));
      piece.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
      is_found = is_found || piece.find(bytes) != std::string::npos;
    }
  }
  ::close(memory);
  return is_found;
}

struct ShownTest : testing::Test {
  /// Shows it and waits for the answer; what is left of it then.
  void expect_forgotten(const std::string& target, const std::string& header, base::View secret,
                        const std::string& more = "") {
    if (is_sanitized) GTEST_SKIP() << "a sanitizer's shadow has terabytes, and it keeps what was freed";
    const std::string text = base::to_base64url(secret);
    // The middle: what is freed begins with the allocator's own marks.
    const std::string written = text.substr(text.size() / 3, text.size() / 2);
    const std::string raw = base::text(secret.subspan(secret.size() / 3, secret.size() / 2));
    const Line line(authority);
    line.say("GET " + target + " HTTP/1.1\r\nHost: here\r\n" + header + text + "\r\n");
    std::optional<bool> is_held = false;
    for (int tries = 0; is_held == false && tries < 500; ++tries) is_held = holds(program.id(), written);
    if (!is_held) GTEST_SKIP() << "the memory of another process may not be read here";
    EXPECT_TRUE(*is_held) << "it looks where nothing is";
    line.say(more + "\r\n");
    EXPECT_TRUE(line.answer().starts_with("HTTP/1.1 40")) << target;
    EXPECT_TRUE(is_soon_forgotten(written)) << target;
    EXPECT_TRUE(is_soon_forgotten(raw)) << target;
  }
  /// The answer may be here before the server has put the request away.
  bool is_soon_forgotten(const std::string& bytes) const {
    for (int tries = 0; tries < 100; ++tries) {
      if (holds(program.id(), bytes) == false) return true;
    }
    return false;
  }

  TemporaryFolder folder;
  Program program{{"--data", (folder.path / "data").string(), "--listen-plain", "127.0.0.1:0"}};
  const std::string authority = program.line("listening without TLS on ");
  SeededRandom random{11};
};

TEST_F(ShownTest, AToken) { expect_forgotten("/v1/status", "Authorization: Bearer ", random.bytes<32>()); }

TEST_F(ShownTest, ATokenOfAMailbox) {
  expect_forgotten("/v1/mailbox", "Authorization: Bearer ", random.bytes<32>(),
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

TEST_F(ShownTest, APermit) {
  auto shown = random.bytes<32>();
  shown[6] = 0x80, shown[8] = 0x80;  // an account id is a UUID
  expect_forgotten("/v1/account", "Sotto-Permit: ", shown);
}

TEST_F(ShownTest, AGrant) {
  const std::string blob = base::to_base64url(random.bytes<16>());
  expect_forgotten("/v1/blobs/" + blob + "/upload", "Sotto-Grant: ", random.bytes<16>());
}

TEST_F(ShownTest, ATagOfAGroup) {
  const std::string group = base::to_base64url(random.bytes<16>());
  expect_forgotten("/v1/groups/" + group + "/log", "Sotto-Tag: ", random.bytes<16>());
}

TEST_F(ShownTest, AKeyOfARendezvous) {
  const std::string meeting = base::to_base64url(random.bytes<16>());
  expect_forgotten("/v1/rendezvous/" + meeting + "/messages", "Sotto-Rendezvous: ", random.bytes<16>());
}

}  // namespace
}  // namespace sotto::test
