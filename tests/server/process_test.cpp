// The real program: what it says when it can't start, and how it ends.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "net/http_client.hpp"
#include "net/memory/run.hpp"
#include "net/own_ca.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "server/program.hpp"
#include "server/storage/embedded/database.hpp"
#include "server/temporary_folder.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;

struct ProcessTest : testing::Test {
  std::vector<std::string> arguments(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"--data", data.string(), "--listen", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// Runs a program that is expected to give up, and gives what it said.
  std::string complaint(std::vector<std::string> of, int code = 1) {
    Program program(std::move(of));
    const std::string said = program.rest();
    EXPECT_EQ(program.end(), code) << said;
    return said;
  }
  void expect_says(const std::string& said, const std::string& words) {
    EXPECT_NE(said.find(words), std::string::npos) << said;
  }
  void serve_once() {
    Program program(arguments());
    EXPECT_FALSE(program.line("listening on https://").empty());
    program.signal(SIGTERM);
    EXPECT_EQ(program.end(), 0);
  }

  TemporaryFolder folder;
  fs::path data = folder.path / "data";
};

TEST_F(ProcessTest, SaysWhereItListensAndWhatClientsNeedAndEndsOnSigterm) {
  Program program(arguments());
  const std::string ca = program.line("clients need --server-ca ");
  EXPECT_EQ(ca, (data / "tls" / "ca.pem").string());
  const std::string authority = program.line("listening on https://");
  Client client;
  const auto response = client.ask(authority, {.ca_file = ca}, {.method = "POST", .target = "/v1/register/begin"});
  ASSERT_TRUE(response) << net::to_text(response.error());
  EXPECT_EQ(response->status, 200u);
  program.signal(SIGTERM);
  EXPECT_EQ(program.end(), 0);
}

TEST_F(ProcessTest, EndsOnSigintToo) {
  Program program(arguments());
  program.line("listening on https://");
  program.signal(SIGINT);
  EXPECT_EQ(program.end(), 0);
}

TEST_F(ProcessTest, A52KeepsItsFilesAndItsMemoryToItself) {
  Program program(arguments());
  program.line("listening on https://");
  for (const auto* file : {"", "server.db", "lock", "tls/ca-key.pem", "tls/server-key.pem"}) {
    struct stat about{};
    ASSERT_EQ(::stat((data / file).c_str(), &about), 0) << file;
    EXPECT_EQ(about.st_mode & 0077, 0u) << file;
  }
  std::ifstream limits("/proc/" + std::to_string(program.id()) + "/limits");
  std::string text(std::istreambuf_iterator<char>(limits), {});
  const auto at = text.find("Max core file size");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NE(text.substr(at, 40).find(" 0 "), std::string::npos);
}

TEST_F(ProcessTest, ComesBackAfterSigkillOnTheSameFolderWithTheSameAuthority) {
  std::string ca_before;
  {
    Program program(arguments());
    program.line("listening on https://");
    std::ifstream in(data / "tls" / "ca.pem");
    ca_before.assign(std::istreambuf_iterator<char>(in), {});
    program.signal(SIGKILL);
    EXPECT_EQ(program.end(), 128 + SIGKILL);
  }
  serve_once();
  std::ifstream in(data / "tls" / "ca.pem");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), ca_before);
}

TEST_F(ProcessTest, TakesCertificateFiles) {
  const auto own = net::own_ca(folder.path / "certificates", {"127.0.0.1"}, net::SystemClock().now());
  ASSERT_TRUE(own);
  Program program(arguments({"--tls-cert", own->server.certificate_file, "--tls-key", own->server.key_file}));
  const std::string authority = program.line("listening on https://");
  Client client;
  const auto response = client.ask(authority, {.ca_file = own->ca_file.string()}, {.target = "/"});
  ASSERT_TRUE(response) << net::to_text(response.error());
  EXPECT_EQ(response->status, 404u);
  EXPECT_FALSE(fs::exists(data / "tls"));
}

TEST_F(ProcessTest, NamesWhatIsWrongWithItsCertificate) {
  const auto own = net::own_ca(folder.path / "a", {"127.0.0.1"}, net::SystemClock().now());
  const auto other = net::own_ca(folder.path / "b", {"127.0.0.1"}, net::SystemClock().now());
  ASSERT_TRUE(own && other);
  expect_says(complaint(arguments({"--tls-cert", "/nowhere.pem", "--tls-key", own->server.key_file})),
              "the certificate can't be used (/nowhere.pem");
  expect_says(complaint(arguments({"--tls-cert", own->server.certificate_file, "--tls-key", "/nowhere.pem"})),
              "the private key can't be used (/nowhere.pem");
  expect_says(complaint(arguments({"--tls-cert", own->server.certificate_file, "--tls-key", other->server.key_file})),
              "the private key is not the certificate's");
}

TEST_F(ProcessTest, SaysThatItsPortIsTaken) {
  Program first(arguments());
  const std::string authority = first.line("listening on https://");
  expect_says(complaint({"--data", (folder.path / "other").string(), "--listen", authority}),
              "another program listens on that address");
}

TEST_F(ProcessTest, SaysThatItsFolderIsInUse) {
  Program first(arguments());
  first.line("listening on https://");
  expect_says(complaint(arguments()), "the data folder is in use by another process");
}

TEST_F(ProcessTest, WaitsForWhoeverIsJustLeavingItsFolder) {
  Program first(arguments());
  first.line("listening on https://");
  Program second(arguments());
  first.signal(SIGTERM);
  EXPECT_EQ(first.end(), 0);
  EXPECT_FALSE(second.line("listening on https://").empty());
}

TEST_F(ProcessTest, SaysThatItsFolderCantBeWritten) {
  std::ofstream(folder.path / "a file") << "x";
  data = folder.path / "a file" / "data";
  expect_says(complaint(arguments()), "the data folder can't be written");
}

TEST_F(ProcessTest, SaysThatItsDatabaseIsNotOneOrWasCutOff) {
  serve_once();
  fs::resize_file(data / "server.db", fs::file_size(data / "server.db") / 2);
  expect_says(complaint(arguments()), "server.db is damaged; restore it from a backup");
  std::ofstream(data / "server.db", std::ios::trunc) << std::string(9000, 'x');
  expect_says(complaint(arguments()), "server.db is not a database of this server");
}

TEST_F(ProcessTest, SaysThatItsDatabaseIsOfANewerVersion) {
  serve_once();
  {
    server::Database database(data / "server.db", server::Database::Access::write);
    database.execute("PRAGMA user_version = 999");
  }
  expect_says(complaint(arguments()), "server.db was written by a newer version of this program");
}

TEST_F(ProcessTest, ExitsWithTwoOnWrongUsage) {
  complaint({}, 2);
  complaint({"--data"}, 2);
  complaint({"--data", data.string(), "--bogus"}, 2);
  complaint({"--data", data.string(), "--registration", "sometimes"}, 2);
  complaint({"--data", data.string(), "--tls-cert", "x"}, 2);
  complaint({"--data", data.string(), "--listen", "nonsense"}, 2);
  EXPECT_FALSE(fs::exists(data));
}

TEST_F(ProcessTest, TellsItsVersion) {
  expect_says(complaint({"--version"}, 0), "sotto-server ");
  expect_says(complaint({"--version", "--verbose"}, 0), "processor:");
}

TEST_F(ProcessTest, TakesNoNewAccountsWhenClosed) {
  Program program(arguments({"--registration", "closed"}));
  const std::string ca = program.line("clients need --server-ca ");
  const std::string authority = program.line("listening on https://");
  Client client;
  const auto response = client.ask(authority, {.ca_file = ca}, {.method = "POST", .target = "/v1/register/begin"});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 403u);
}

}  // namespace
}  // namespace sotto::test
