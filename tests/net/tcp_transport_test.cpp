#include "net/tcp_transport.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/certificate.hpp"
#include "net/memory/run.hpp"
#include "net/own_ca.hpp"
#include "net/system_time.hpp"

namespace sotto::net {
namespace {

namespace fs = std::filesystem;
constexpr Duration soon = std::chrono::seconds(20);
constexpr std::int64_t year = 365 * base::ms_per_day;

struct Folder {
  Folder()
      : path(fs::temp_directory_path() / ("sotto-net-" + std::to_string(::getpid()) + "-" + std::to_string(++count))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  static inline int count = 0;
  fs::path path;
};

base::Bytes<32> spki_hash(const fs::path& file) {
  FILE* in = ::fopen(file.c_str(), "r");
  X509* certificate = PEM_read_X509(in, nullptr, nullptr, nullptr);
  ::fclose(in);
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  base::Bytes<32> hash{};
  EVP_Digest(bytes, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(bytes);
  X509_free(certificate);
  return hash;
}

struct TcpTransportTest : testing::Test {
  asio::io_context io;
  SystemTimer timer{io.get_executor()};
  SystemClock clock;
  TcpTransport transport{timer};
  Folder folder;

  OwnCa ca(const std::string& name, std::vector<std::string> hosts, base::Timestamp now) {
    return *own_ca(folder.path / name, hosts, now);
  }
  OwnCa good_ca() { return ca("good", {"localhost", "127.0.0.1"}, clock.now()); }

  /// What a client with `tls` gets from a server with `server`.
  Result<std::unique_ptr<Stream>> connect(const ServerTls& server, ClientTls tls) {
    acceptor = *transport.listen({.host = "127.0.0.1", .port = 0}, server);
    spawn(io.get_executor(), serve());
    auto stream = run(io, transport.connect(acceptor->bound(), std::move(tls), soon));
    acceptor->close();
    return stream;
  }
  asio::awaitable<void> serve() {  // says one word
    auto stream = co_await acceptor->accept();
    if (!stream) co_return;
    remote = std::move(*stream);
    const auto said = co_await write_all(*remote, base::view("hello"));
    base::Blob into(10);
    const auto heard = co_await read_some(*remote, into);
    if (!said || !heard) co_return;
    remote->finish();
  }
  Problem problem(const ServerTls& server, ClientTls tls) {
    const auto stream = connect(server, std::move(tls));
    return stream ? Problem::malformed : stream.error().problem;
  }

  std::unique_ptr<Acceptor> acceptor;
  std::unique_ptr<Stream> remote;
};

asio::awaitable<std::string> talk(Stream& stream) {
  base::Blob into(100), more(1);
  const auto size = co_await read_some(stream, into);
  const auto said = co_await write_all(stream, base::view("bye"));
  const auto end = co_await read_some(stream, more);
  if (!said) co_return "error";
  co_return size&& end && *end == 0 ? base::text(base::View(into).first(*size)) : "error";
}

TEST_F(TcpTransportTest, TalksOverTlsWithACaFile) {
  const OwnCa own = good_ca();
  auto stream = connect(own.server, {.ca_file = own.ca_file.string()});
  ASSERT_TRUE(stream) << to_text(stream.error());
  EXPECT_EQ(run(io, talk(**stream)), "hello");
}

TEST_F(TcpTransportTest, TrustsAPinnedKeyOfTheChainWithoutACaFile) {
  const OwnCa own = good_ca();
  EXPECT_TRUE(connect(own.server, {.spki_pin = spki_hash(own.ca_file)}));
  EXPECT_TRUE(connect(own.server, {.spki_pin = spki_hash(own.server.certificate_file)}));
  EXPECT_TRUE(connect(own.server, {.ca_file = own.ca_file.string(), .spki_pin = spki_hash(own.ca_file)}));
}

TEST_F(TcpTransportTest, SaysThatThePinDoesNotMatch) {
  const OwnCa own = good_ca();
  EXPECT_EQ(problem(own.server, {.spki_pin = base::Bytes<32>{1}}), Problem::pin_mismatch);
  EXPECT_EQ(problem(own.server, {.ca_file = own.ca_file.string(), .spki_pin = base::Bytes<32>{1}}),
            Problem::pin_mismatch);
}

TEST_F(TcpTransportTest, SaysThatTheCertificateIsNotTrustedAndWhy) {
  const OwnCa own = good_ca(), other = ca("other", {"127.0.0.1"}, clock.now());
  const auto stream = connect(own.server, {.ca_file = other.ca_file.string()});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().problem, Problem::certificate_not_trusted);
  EXPECT_FALSE(stream.error().detail.empty());
  EXPECT_EQ(problem(own.server, {}), Problem::certificate_not_trusted);  // the system does not know it
}

TEST_F(TcpTransportTest, SaysThatTheCertificateHasExpired) {
  const OwnCa own = ca("old", {"127.0.0.1"}, {.ms = clock.now().ms - 20 * year});
  EXPECT_EQ(problem(own.server, {.ca_file = own.ca_file.string()}), Problem::certificate_expired);
  EXPECT_EQ(problem(own.server, {.spki_pin = spki_hash(own.server.certificate_file)}), Problem::certificate_expired);
}

TEST_F(TcpTransportTest, SaysThatTheCertificateIsNotValidYetAndWhichTimeItIsHere) {
  const OwnCa own = ca("new", {"127.0.0.1"}, {.ms = clock.now().ms + year});
  const auto refused = connect(own.server, {.ca_file = own.ca_file.string()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, Problem::certificate_not_yet_valid);
  EXPECT_TRUE(refused.error().detail.starts_with("the clock here says ")) << refused.error().detail;
}

TEST_F(TcpTransportTest, ThePinOfACaIsThatOfItsCertificate) {
  const OwnCa own = good_ca();
  std::ifstream in(own.ca_file);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(pin_of(pem), spki_hash(own.ca_file));
  EXPECT_FALSE(pin_of(""));
  EXPECT_FALSE(pin_of("no certificate"));
}

TEST_F(TcpTransportTest, ConnectsOnlyWhereTheRuleAllowsAfterTheNameWasResolved) {
  const OwnCa own = good_ca();
  const ClientTls only_public{.ca_file = own.ca_file.string(), .route = {.addresses = {.is_any = false}}};
  for (const char* host : {"localhost", "127.0.0.1", "127.1", "2130706433"}) {
    const auto refused = run(io, transport.connect({.host = host, .port = 1}, only_public, soon));
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().problem, Problem::address_not_allowed) << host;
  }
}

TEST_F(TcpTransportTest, AnAddressOfTheOwnServersKindIsConnectedTo) {
  const OwnCa own = good_ca();
  EXPECT_TRUE(connect(own.server, {.ca_file = own.ca_file.string(),
                                   .route = {.addresses = {.is_any = false, .also = AddressKind::loopback}}}));
  EXPECT_EQ(run(io, transport.kind_of("localhost")), AddressKind::loopback);
}

TEST_F(TcpTransportTest, SaysThatTheProxyIsNotThere) {
  const Route by_nobody{.addresses = {}, .proxy = Proxy{.at = {.host = "127.0.0.1", .port = 1}}};
  const auto refused = run(io, transport.connect({.host = "there.example", .port = 443}, {.route = by_nobody}, soon));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, Problem::proxy_unreachable);
}

TEST_F(TcpTransportTest, SaysThatTheCertificateIsForAnotherHost) {
  const OwnCa own = ca("elsewhere", {"elsewhere.example"}, clock.now());
  EXPECT_EQ(problem(own.server, {.ca_file = own.ca_file.string()}), Problem::wrong_host_name);
  EXPECT_EQ(problem(own.server, {.spki_pin = spki_hash(own.ca_file)}), Problem::wrong_host_name);
}

/// A socket that listens and never answers.
struct SilentSocket {
  SilentSocket() : file(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(file, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(file, 5), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size), 0);
    endpoint = {.host = "127.0.0.1", .port = ntohs(address.sin_port)};
  }
  ~SilentSocket() { ::close(file); }
  int file;
  Endpoint endpoint;
};

TEST_F(TcpTransportTest, SaysThatNobodyListens) {
  Endpoint gone;
  {
    const SilentSocket socket;
    gone = socket.endpoint;
  }
  EXPECT_EQ(run(io, transport.connect(gone, {}, soon)).error().problem, Problem::refused);
}

TEST_F(TcpTransportTest, SaysThatTheServerDidNotAnswerInTime) {
  const SilentSocket silent;
  VirtualTime time(io);  // leaps as soon as only the network could still move
  TcpTransport impatient(time);
  EXPECT_EQ(run(time, impatient.connect(silent.endpoint, {}, soon)).error().problem, Problem::timed_out);
}

TEST_F(TcpTransportTest, SaysThatTheNameIsUnknown) {
  EXPECT_EQ(run(io, transport.connect({.host = "nowhere.invalid", .port = 1}, {}, soon)).error().problem,
            Problem::name_not_found);
}

asio::awaitable<Problem> connect_to_nonsense(Transport& transport, const SilentSocket& socket, asio::io_context& io) {
  std::optional<Result<std::unique_ptr<Stream>>> result;
  spawn(io.get_executor(), keep_result(transport.connect(socket.endpoint, {}, soon), result));
  co_await yield_to(io.get_executor());
  while (!result) {
    const int accepted = ::accept4(socket.file, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      EXPECT_GT(::send(accepted, "220 this is not TLS\r\n", 21, MSG_NOSIGNAL), 0);
      ::shutdown(accepted, SHUT_WR);
      while (!result) co_await yield_to(io.get_executor());
      ::close(accepted);
    }
    co_await yield_to(io.get_executor());
  }
  co_return result->has_value() ? Problem::malformed : result->error().problem;
}

TEST_F(TcpTransportTest, SaysThatTheRemoteEndDoesNotSpeakTls) {
  const SilentSocket socket;
  ::fcntl(socket.file, F_SETFL, O_NONBLOCK);
  EXPECT_EQ(run(io, connect_to_nonsense(transport, socket, io)), Problem::tls_failed);
}

TEST_F(TcpTransportTest, NamesWhatIsWrongWithAServersFiles) {
  const OwnCa own = good_ca(), other = ca("other", {"127.0.0.1"}, clock.now());
  const Endpoint on{.host = "127.0.0.1", .port = 0};
  const auto listen = [&](const std::string& certificate, const std::string& key) {
    const auto acceptor_made = transport.listen(on, {.certificate_file = certificate, .key_file = key});
    return acceptor_made ? Problem::malformed : acceptor_made.error().problem;
  };
  EXPECT_EQ(listen("/nowhere.pem", own.server.key_file), Problem::certificate_file);
  EXPECT_EQ(listen(own.server.key_file, own.server.key_file), Problem::certificate_file);
  EXPECT_EQ(listen(own.server.certificate_file, "/nowhere.pem"), Problem::key_file);
  EXPECT_EQ(listen(own.server.certificate_file, own.server.certificate_file), Problem::key_file);
  EXPECT_EQ(listen(own.server.certificate_file, other.server.key_file), Problem::key_mismatch);
}

TEST_F(TcpTransportTest, SaysWhyItCantListen) {
  const OwnCa own = good_ca();
  const auto first = transport.listen({.host = "127.0.0.1", .port = 0}, own.server);
  ASSERT_TRUE(first);
  EXPECT_EQ(transport.listen((*first)->bound(), own.server).error().problem, Problem::address_in_use);
  EXPECT_EQ(transport.listen({.host = "203.0.113.1", .port = 0}, own.server).error().problem, Problem::no_such_address);
}

TEST_F(TcpTransportTest, SaysThatTheCaFileCantBeUsed) {
  EXPECT_EQ(
      run(io, transport.connect({.host = "127.0.0.1", .port = 1}, {.ca_file = "/nowhere.pem"}, soon)).error().problem,
      Problem::certificate_file);
}

using OwnCaTest = TcpTransportTest;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST_F(OwnCaTest, IsTakenFromTheEarlierStartWithItsCertificate) {
  const OwnCa own = good_ca();
  const std::string authority = content(own.ca_file), server = content(own.server.certificate_file);
  const OwnCa again = good_ca();
  EXPECT_EQ(content(again.ca_file), authority);
  EXPECT_EQ(content(again.server.certificate_file), server);
}

TEST_F(OwnCaTest, MakesANewCertificateForANewHostUnderTheSameAuthority) {
  const OwnCa own = good_ca();
  const std::string authority = content(own.ca_file), server = content(own.server.certificate_file);
  const OwnCa moved = ca("good", {"chat.example"}, clock.now());
  EXPECT_EQ(content(moved.ca_file), authority);
  EXPECT_NE(content(moved.server.certificate_file), server);
}

TEST_F(OwnCaTest, RenewsACertificateBeforeItEnds) {
  ca("good", {"localhost", "127.0.0.1"}, {.ms = clock.now().ms - 10 * year + 20 * base::ms_per_day});
  const OwnCa own = good_ca();
  EXPECT_TRUE(connect(own.server, {.spki_pin = spki_hash(own.server.certificate_file)}));
}

TEST_F(OwnCaTest, KeepsItsKeysFromOthers) {
  const OwnCa own = good_ca();
  for (const fs::path& file : {folder.path / "good" / "ca-key.pem", fs::path(own.server.key_file)})
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write) << file;
}

TEST_F(OwnCaTest, RefusesToReplaceAnAuthorityThatItCantRead) {
  const OwnCa own = good_ca();
  std::ofstream(own.ca_file) << "nonsense";
  const auto again = own_ca(folder.path / "good", {"localhost"}, clock.now());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().problem, Problem::certificate_file);
}

}  // namespace
}  // namespace sotto::net
