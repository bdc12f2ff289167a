#include "net/certificate.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "net/memory/run.hpp"
#include "net/own_ca.hpp"
#include "net/socket_acceptor.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "support/temporary_folder.hpp"

namespace sotto::net {
namespace {

namespace fs = std::filesystem;

struct CertificateTest : testing::Test {
  CertificateTest() {
    use(first);
    certificate = *Certificate::load(files);
    acceptor = accept_tls(timer, std::move(*ListeningSocket::on({.host = "127.0.0.1", .port = 0})), certificate);
    spawn(io.get_executor(), greet_all());
  }
  ~CertificateTest() override { acceptor->close(); }

  void use(const OwnCa& ca) {
    fs::copy_file(ca.server.certificate_file, files.certificate_file, fs::copy_options::overwrite_existing);
    fs::copy_file(ca.server.key_file, files.key_file, fs::copy_options::overwrite_existing);
  }
  asio::awaitable<void> greet_all() {
    for (;;) {
      auto stream = co_await acceptor->accept();
      if (!stream) co_return;
      served.push_back(std::move(*stream));
      spawn(io.get_executor(), echo(*served.back()));
    }
  }
  static asio::awaitable<void> echo(Stream& stream) {
    std::array<std::uint8_t, 16> bytes{};
    for (;;) {
      const auto size = co_await read_some(stream, bytes);
      if (!size || *size == 0) co_return;
      const auto written = co_await write_all(stream, std::span(bytes).first(*size));
      if (!written) co_return;
    }
  }
  Result<std::unique_ptr<Stream>> connect(const OwnCa& trusting) {
    return run(io,
               transport.connect(acceptor->bound(), {.ca_file = trusting.ca_file.string()}, std::chrono::seconds(20)));
  }
  bool answers(Stream& stream) {
    std::array<std::uint8_t, 16> bytes{};
    if (!run(io, write_all(stream, base::view("x")))) return false;
    const auto size = run(io, read_some(stream, bytes));
    return size && *size == 1;
  }

  test::TemporaryFolder folder;
  asio::io_context io;
  SystemTimer timer{io.get_executor()};
  TcpTransport transport{timer};
  OwnCa first = *own_ca(folder.path / "first", {"127.0.0.1"}, SystemClock().now());
  OwnCa second = *own_ca(folder.path / "second", {"127.0.0.1"}, SystemClock().now());
  ServerTls files{.certificate_file = folder.path / "certificate.pem", .key_file = folder.path / "key.pem"};
  std::shared_ptr<Certificate> certificate;
  std::unique_ptr<Acceptor> acceptor;
  std::vector<std::unique_ptr<Stream>> served;
};

TEST_F(CertificateTest, OfNewConnectionsIsTheNewOneAndThoseUnderWayGoOn) {
  auto before = connect(first);
  ASSERT_TRUE(before);
  use(second);
  ASSERT_TRUE(certificate->reload());
  EXPECT_FALSE(connect(first));
  auto after = connect(second);
  ASSERT_TRUE(after) << to_text(after.error());
  EXPECT_TRUE(answers(**after));
  EXPECT_TRUE(answers(**before));
}

TEST_F(CertificateTest, StaysWhatItWasIfTheNewFileIsNoGood) {
  std::ofstream(files.certificate_file) << "half a certif";
  const auto reloaded = certificate->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().problem, Problem::certificate_file);
  EXPECT_TRUE(connect(first));
}

TEST_F(CertificateTest, StaysWhatItWasIfTheKeyIsNotTheCertificates) {
  fs::copy_file(second.server.key_file, files.key_file, fs::copy_options::overwrite_existing);
  const auto reloaded = certificate->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().problem, Problem::key_mismatch);
  EXPECT_TRUE(connect(first));
}

TEST(CertificateError, InALogHoldsNoWordOfTheFile) {
  const auto certificate = Certificate::load({.certificate_file = "/home/ana/a.pem", .key_file = "/home/ana/b.pem"});
  ASSERT_FALSE(certificate);
  EXPECT_EQ(log_text(certificate.error()), "the certificate can't be used");
}

}  // namespace
}  // namespace sotto::net
