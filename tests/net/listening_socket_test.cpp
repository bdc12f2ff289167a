#include "net/listening_socket.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "net/memory/run.hpp"
#include "net/socket_acceptor.hpp"
#include "net/system_time.hpp"
#include "support/temporary_folder.hpp"

namespace sotto::net {
namespace {

namespace fs = std::filesystem;

/// The remote end: a connected socket file, blocking.
struct Visitor {
  explicit Visitor(const fs::path& at) : file(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, at.c_str(), sizeof address.sun_path - 1);
    is_connected = ::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Visitor() { ::close(file); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  void say(const std::string& text) const {
    EXPECT_EQ(::send(file, text.data(), text.size(), 0), ssize_t(text.size()));
  }
  std::string hear() const {
    std::string text(64, '\0');
    const ssize_t size = ::recv(file, text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }
  int file;
  bool is_connected = false;
};

struct ListeningSocketTest : testing::Test {
  test::TemporaryFolder folder;
  fs::path path = folder.path / "socket";
  asio::io_context io;
  SystemTimer timer{io.get_executor()};

  std::unique_ptr<Stream> accepted(Acceptor& acceptor) {
    auto stream = run(io, acceptor.accept());
    return stream ? std::move(*stream) : nullptr;
  }
};

asio::awaitable<std::string> heard(Stream& stream) {
  std::array<std::uint8_t, 64> bytes{};
  const auto size = co_await read_some(stream, bytes);
  if (!size) co_return "cut";
  co_return std::string(bytes.begin(), bytes.begin() + std::ptrdiff_t(*size));
}

TEST_F(ListeningSocketTest, CarriesBytesBothWaysAsTheyAre) {
  const auto acceptor = accept_plain(timer, std::move(*ListeningSocket::at(path, 0600)));
  const Visitor visitor(path);
  const auto stream = accepted(*acceptor);
  ASSERT_TRUE(stream);
  visitor.say("hello");
  EXPECT_EQ(run(io, heard(*stream)), "hello");
  EXPECT_TRUE(run(io, write_all(*stream, base::view("and hello"))));
  EXPECT_EQ(visitor.hear(), "and hello");
  stream->finish();
  EXPECT_EQ(visitor.hear(), "");
}

TEST_F(ListeningSocketTest, TellsAnOrderlyEndFromACut) {
  const auto acceptor = accept_plain(timer, std::move(*ListeningSocket::at(path, 0600)));
  const Visitor visitor(path);
  const auto stream = accepted(*acceptor);
  ::shutdown(visitor.file, SHUT_WR);
  EXPECT_EQ(run(io, heard(*stream)), "");
  stream->cut();
  EXPECT_EQ(run(io, heard(*stream)), "cut");
}

TEST_F(ListeningSocketTest, ReplacesADeadSocketFileAndRemovesItsOwn) {
  {
    auto first = ListeningSocket::at(path, 0600);
    ASSERT_TRUE(first);
    fs::rename(path, folder.path / "kept");  // as a killed process leaves it
  }
  fs::rename(folder.path / "kept", path);
  {
    const auto second = ListeningSocket::at(path, 0640);
    ASSERT_TRUE(second) << to_text(second.error());
    struct stat about{};
    ASSERT_EQ(::stat(path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0640u);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ListeningSocketTest, LeavesALivingSocketFileAndOtherFilesAlone) {
  const auto first = ListeningSocket::at(path, 0600);
  const auto second = ListeningSocket::at(path, 0600);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().problem, Problem::address_in_use);
  const fs::path file = folder.path / "a file";
  std::ofstream(file) << "x";
  EXPECT_FALSE(ListeningSocket::at(file, 0600));
  EXPECT_TRUE(fs::exists(file));
  EXPECT_TRUE(Visitor(path).is_connected);
}

TEST_F(ListeningSocketTest, NamesWhatIsWrongWithAPath) {
  const auto missing = ListeningSocket::at(folder.path / "nowhere" / "socket", 0600);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().problem, Problem::no_such_address);
  EXPECT_FALSE(ListeningSocket::at(folder.path / std::string(108, 'x'), 0600));
}

TEST_F(ListeningSocketTest, KnowsWhetherOnlyThisMachineCanConnect) {
  EXPECT_TRUE(ListeningSocket::on({.host = "127.0.0.1", .port = 0})->is_local());
  EXPECT_FALSE(ListeningSocket::on({.host = "0.0.0.0", .port = 0})->is_local());
  EXPECT_TRUE(ListeningSocket::at(path, 0600)->is_local());
}

TEST_F(ListeningSocketTest, SaysWhereItListens) {
  const auto tcp = ListeningSocket::on({.host = "127.0.0.1", .port = 0});
  EXPECT_EQ(tcp->name(), "127.0.0.1:" + std::to_string(tcp->endpoint().port));
  EXPECT_NE(tcp->endpoint().port, 0);
  EXPECT_EQ(ListeningSocket::at(path, 0600)->name(), "unix:" + path.string());
}

TEST_F(ListeningSocketTest, ServesASocketThatCameWithTheProcess) {
  auto given = ListeningSocket::on({.host = "127.0.0.1", .port = 0});
  auto inherited = ListeningSocket::inherited(::dup(given->file()));
  ASSERT_TRUE(inherited);
  EXPECT_EQ(inherited->name(), given->name());
}

TEST_F(ListeningSocketTest, TakesNothingElseForAListeningSocket) {
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_FALSE(ListeningSocket::inherited(file));
  EXPECT_FALSE(ListeningSocket::inherited(STDIN_FILENO));
  ::close(file);
}

TEST_F(ListeningSocketTest, AcceptsProcessesOfItsOwnUser) {
  const auto acceptor = accept_own_user(timer, std::move(*ListeningSocket::at(path, 0600)));
  const Visitor visitor(path);
  EXPECT_TRUE(accepted(*acceptor));
}

TEST(ListenAddress, IsATcpAddressOrASocketFile) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:80")->endpoint->port, 80);
  EXPECT_EQ(parse_listen_address("unix:/run/a")->path, "/run/a");
  for (const char* wrong : {"", "unix:", "127.0.0.1", "/run/a"}) EXPECT_FALSE(parse_listen_address(wrong)) << wrong;
}

}  // namespace
}  // namespace sotto::net
