// Real SOCKS5 servers of the system, on loopback, between the real engine and the real server over TLS. Dante's package
// starts a service, so tools/setup does not install it: its test is skipped where it is not there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "client/engine.hpp"
#include "net/memory/run.hpp"
#include "net/own_ca.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "server/server.hpp"
#include "server/storage/embedded/embedded_storage.hpp"
#include "server/temporary_folder.hpp"
#include "support/seeded_random.hpp"
#include "support/temporary_store.hpp"

namespace sotto::test {
namespace {

namespace asio = net::asio;
namespace fs = std::filesystem;

/// One that was free a moment ago: these programs can't be told to choose.
std::uint16_t free_port() {
  const int file = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(file, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(file);
  return ntohs(address.sin_port);
}

bool is_listening(std::uint16_t port) {
  const int file = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool is_there = ::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(file);
  return is_there;
}

/// A program in a process group of its own, killed at the end.
class Child {
 public:
  explicit Child(const std::string& command) : id_(::fork()) {
    if (id_ != 0) return;
    ::setpgid(0, 0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int file : {0, 1, 2}) ::dup2(nothing, file);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void end() {
    if (id_ <= 0) return;
    ::kill(-id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = 0;
  }
  bool is_alive() const { return ::waitpid(id_, nullptr, WNOHANG) == 0; }

 private:
  pid_t id_;
};

bool is_installed(const char* program) {
  return std::system(("command -v " + std::string(program) + " >/dev/null 2>&1").c_str()) == 0;
}

struct Person {
  Person(asio::io_context& io, net::Transport& transport, net::Timer& timer, std::string called, std::uint64_t seed)
      : name(std::move(called)), random(seed), io_(io) {
    engine.emplace(
        client::Parts{.store = *home, .transport = transport, .timer = timer, .clock = clock, .random = random});
  }
  template <class T>
  T run(asio::awaitable<T> work) {
    return net::run(io_, std::move(work));
  }
  client::Result<void> enrol(const std::string& server, const std::string& ca) {
    const client::RegistrationWish wish{.server = *wire::Authority::parse(server), .server_ca = ca, .user_name = name};
    const auto invitation = run(engine->prepare_registration(wish));
    if (!invitation) return invitation.error();
    return run(engine->register_account(wish, *invitation, wire::make_recovery_key(random)));
  }

  std::string name;
  SeededRandom random;
  net::SystemClock clock;
  TemporaryStore home;
  std::optional<client::Engine> engine;

 private:
  asio::io_context& io_;
};

struct RealProxy : testing::Test {
  asio::io_context io;
  net::SystemTimer timer{io.get_executor()};
  net::SystemClock clock;
  net::TcpTransport transport{timer};
  TemporaryFolder folder;
  SeededRandom random{5};
  net::OwnCa ca = *net::own_ca(folder.path / "tls", {"localhost", "127.0.0.1"}, clock.now());
  std::unique_ptr<server::EmbeddedStorage> storage;
  std::unique_ptr<server::Server> server;
  std::unique_ptr<net::Acceptor> acceptor;
  std::string authority;
  std::uint16_t port = free_port();
  std::unique_ptr<Child> proxy;

  void SetUp() override {
    storage = std::move(*server::EmbeddedStorage::open(
        io.get_executor(), random, {.file = folder.path / "server.db", .ack_company = std::chrono::milliseconds(0)}));
    acceptor = std::move(*transport.listen({.host = "127.0.0.1", .port = 0}, ca.server));
    authority = "localhost:" + std::to_string(acceptor->bound().port);
    server =
        std::make_unique<server::Server>(*storage, clock, timer, random, server::ServerOptions{.authority = authority});
    net::spawn(io.get_executor(), server->serve(*acceptor));
  }
  void TearDown() override { acceptor->close(); }

  void start(const std::string& command) {
    proxy = std::make_unique<Child>(command);
    while (proxy->is_alive() && !is_listening(port)) ::sched_yield();
    ASSERT_TRUE(proxy->is_alive()) << command;
  }
  std::string pem() const {
    std::ifstream in(ca.ca_file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A text from one to the other, both by the proxy at `url`.
  void write_through(const std::string& url) {
    Person ana(io, transport, timer, "ana", 1), ben(io, transport, timer, "ben", 2);
    for (Person* who : {&ana, &ben}) {
      ASSERT_TRUE(who->engine->set_proxy(url));
      const auto enrolled = who->enrol(authority, pem());
      ASSERT_TRUE(enrolled) << enrolled.error().message;
    }
    ASSERT_TRUE(ana.run(ana.engine->add_contact(ben.engine->address()->text(), "ben")));
    ASSERT_TRUE(ana.engine->enqueue("ben", "by the proxy"));
    const auto sent = ana.run(ana.engine->drain_outbox());
    ASSERT_TRUE(sent) << sent.error().message;
    std::vector<std::string> heard;
    const std::function<void(const client::Event&)> tell = [&](const client::Event& event) {
      heard.push_back(event.message.body);
    };
    ASSERT_TRUE(ben.run(ben.engine->receive(net::Duration(0), tell)));
    EXPECT_EQ(heard, std::vector<std::string>{"by the proxy"});

    proxy->end();
    ASSERT_TRUE(ana.engine->enqueue("ben", "and without it"));
    const auto refused = ana.run(ana.engine->drain_outbox());
    ASSERT_FALSE(refused) << "it went past the proxy";
    EXPECT_NE(refused.error().message.find("the proxy can't be reached"), std::string::npos) << refused.error().message;
  }
  std::string at_port(const std::string& login = "") const {
    return "socks5h://" + login + "127.0.0.1:" + std::to_string(port);
  }
};

TEST_F(RealProxy, MicrosocksCarriesEverythingAndNothingGoesPastIt) {
  start("exec microsocks -i 127.0.0.1 -p " + std::to_string(port));
  write_through(at_port());
}

TEST_F(RealProxy, MicrosocksTakesTheLoginOfTheSettingAndRefusesAnother) {
  start("exec microsocks -i 127.0.0.1 -u me -P word -p " + std::to_string(port));
  Person cem(io, transport, timer, "cem", 3);
  ASSERT_TRUE(cem.engine->set_proxy(at_port("me:other@")));
  const auto refused = cem.enrol(authority, pem());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("refuses the login"), std::string::npos) << refused.error().message;
  write_through(at_port("me:word@"));
}

/// Dante takes any login here (PAM is told to, in a mount namespace of its own) and writes each into its log.
TEST_F(RealProxy, DanteSeesDifferentLoginsForAnonymousAndAuthenticatedConnections) {
  if (!is_installed("danted") || ::geteuid() != 0) GTEST_SKIP() << "dante-server is not installed, or this is not root";
  fs::create_directories(folder.path / "pam.d");
  std::ofstream(folder.path / "pam.d" / "sockd") << "auth required pam_permit.so\naccount required pam_permit.so\n";
  const fs::path log = folder.path / "dante.log", settings = folder.path / "dante.conf";
  std::ofstream(settings) << "logoutput: " << log.string() << "\ninternal: 127.0.0.1 port = " << port
                          << "\nexternal: 127.0.0.1\nsocksmethod: pam.username\nuser.privileged: root\n"
                          << "user.unprivileged: root\nclient pass {\n from: 0.0.0.0/0 to: 0.0.0.0/0\n}\n"
                          << "socks pass {\n from: 0.0.0.0/0 to: 0.0.0.0/0\n log: connect\n}\n";
  const std::string pam = (folder.path / "pam.d").string();
  if (std::system(("unshare -m mount --bind " + pam + " /etc/pam.d 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "no mount namespace can be made here";
  start("exec unshare -m sh -c 'mount --bind " + pam + " /etc/pam.d && exec danted -f " + settings.string() + "'");
  write_through(at_port());

  std::ifstream in(log);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::set<std::string> users;
  constexpr std::string_view mark = "pam.username%";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size()))
    users.insert(text.substr(at + mark.size(), text.find_first_of("@ ", at) - at - mark.size()));
  // Each person: to register, authenticated, and one of them anonymous to send.
  EXPECT_GE(users.size(), 5u) << text;
}

}  // namespace
}  // namespace sotto::test
