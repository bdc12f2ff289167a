// room: server
// A message's way through a real server: TLS over loopback, SQLite on this disk, WebSocket push, acknowledgement.
// Writes build/bench/server.json.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/encoding.hpp"
#include "crypto/start.hpp"
#include "crypto/system_random.hpp"
#include "net/http_client.hpp"
#include "net/main_loop.hpp"
#include "net/own_ca.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "net/websocket.hpp"
#include "server/server.hpp"
#include "server/start.hpp"
#include "server/storage/embedded/embedded_storage.hpp"
#include "wire/frames.pb.h"
#include "wire/names.hpp"
#include "wire/permit.hpp"
#include "wire/signed.hpp"

namespace {

using namespace sotto;
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace frames = wire::frames;
using Moment = std::chrono::steady_clock::time_point;

constexpr int devices = 1000, letters = 1000, senders = 16, letters_each = 250, envelope_size = 500;

struct Row {
  std::string name, unit;
  double ours;
};

double us_since(Moment begun) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count();
}
double at(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

/// An account as the storage takes it: nothing in it is looked at by what is measured.
struct Device {
  wire::AccountId account;
  wire::MailboxId mailbox;
  base::Bytes<32> token;
  wire::Permit permit;
};

Device enrol(server::Storage& storage, asio::any_io_executor executor, std::atomic<int>& done, base::Random& random,
             int number) {
  auto id = random.bytes<16>();
  id[6] = static_cast<std::uint8_t>(0x80 | (id[6] & 0x0f));
  id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3f));
  Device device{.account = *wire::AccountId::from(id),
                .mailbox = wire::MailboxId::made_of(random.bytes<16>()),
                .token = random.bytes<32>(),
                .permit = random.bytes<16>()};
  server::NewAccount account{.id = device.account,
                             .user_name = "device" + std::to_string(number),
                             .introduction = {1},
                             .backup_statement = {1},
                             .request_hash = random.bytes<32>(),
                             .token_hash = wire::hash(wire::names::device_token, device.token),
                             .number = wire::DeviceNumber(1),
                             .registration_id = wire::RegistrationId(1),
                             .mailbox = device.mailbox,
                             .identity_key = crypto::PublicKey(random.bytes<32>()),
                             .prekeys = {},
                             .day = {}};
  account.prekeys.signed_prekey = wire::SignedPrekey{.id = 1, .key = random.bytes<33>(), .signature = {}};
  account.prekeys.last_resort =
      wire::KyberPrekey{.id = 1, .key = random.bytes<wire::kyber_key_size>(), .signature = {}};
  constexpr auto put = [](server::Storage& into, server::NewAccount what, wire::Permit permit,
                          std::atomic<int>& count) -> asio::awaitable<void> {
    const auto token_hash = what.token_hash;
    const auto hash = wire::permit_hash(what.id, permit);
    const auto outcome = co_await into.accounts().register_account(std::move(what));
    CHECK(outcome && *outcome == server::Registered::done);
    const auto known = co_await into.devices().with_token(token_hash);
    server::PermitChange change;
    change.add.push_back({.hash = hash, .permit_class = server::PermitClass::contact, .last_day = {100'000}});
    const auto given = co_await into.permits().put((*known)->account_row, std::move(change), {});
    if (given && *given == server::PermitsPut::done) ++count;
  };
  net::spawn(executor, put(storage, std::move(account), device.permit, done));
  return device;
}

/// The storage with its devices, and a folder on this disk.
struct Populated {
  std::vector<Device> known;
  fs::path data;
};

Populated populate() {
  Populated made{.known = {}, .data = fs::path(SOTTO_BENCH_DIR) / "server-data"};
  fs::remove_all(made.data);
  fs::create_directories(made.data);
  net::MainLoop loop;
  crypto::SystemRandom random;
  const auto storage = server::EmbeddedStorage::open(loop.executor(), random, {.file = made.data / "server.db"});
  std::atomic<int> done = 0;
  for (int i = 0; i < devices; ++i) made.known.push_back(enrol(**storage, loop.executor(), done, random, i));
  loop.run();
  CHECK(done == devices);
  return made;
}

/// The server on real sockets, on a thread of its own.
class Served {
 public:
  explicit Served(const fs::path& data) : timer_(loop_.executor()), transport_(timer_) {
    const auto own = *net::own_ca(data / "tls", {"127.0.0.1"}, clock_.now());
    ca_file = own.ca_file.string();
    storage = std::move(*server::EmbeddedStorage::open(loop_.executor(), random_, {.file = data / "server.db"}));
    acceptor_ = std::move(*transport_.listen({.host = "127.0.0.1", .port = 0}, own.server));
    endpoint = acceptor_->bound();
    server_ = std::make_unique<server::Server>(*storage, clock_, timer_, random_, server::ServerOptions{});
    net::spawn(loop_.executor(), server_->serve(*acceptor_));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Served() {
    constexpr auto end = [](server::Server& server, net::Acceptor& acceptor) -> asio::awaitable<void> {
      acceptor.close();
      co_await server.stop(std::chrono::seconds(1));
    };
    net::spawn(loop_.executor(), end(*server_, *acceptor_));
    thread_.join();
  }
  net::Endpoint endpoint;
  std::string ca_file;
  std::unique_ptr<server::EmbeddedStorage> storage;

 private:
  net::MainLoop loop_;
  net::SystemTimer timer_;
  net::SystemClock clock_;
  crypto::SystemRandom random_;
  net::TcpTransport transport_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::unique_ptr<server::Server> server_;
  std::thread thread_;
};

struct Clients {
  explicit Clients(net::Endpoint server, const std::string& ca_file)
      : endpoint(std::move(server)), tls{.ca_file = ca_file} {}
  net::MainLoop loop;
  net::SystemTimer timer{loop.executor()};
  net::TcpTransport transport{timer};
  crypto::SystemRandom random;
  net::Endpoint endpoint;
  net::ClientTls tls;
};

std::vector<net::Header> headers(const Device& device) {
  return {{.name = "Authorization", .value = "Bearer " + base::to_base64url(device.token)}};
}

net::Request letter(const Device& to, base::Random& random) {
  frames::SendRequest request;
  request.set_idempotency_key(base::text(random.bytes<16>()));
  auto& item = *request.add_items();
  item.set_mailbox_id(base::text(to.mailbox.view()));
  item.set_registration_id(1);
  item.set_envelope(std::string(envelope_size, 'x'));
  net::Header permit{.name = "Sotto-Permit", .value = base::to_base64url(base::concat({to.account.view(), to.permit}))};
  net::Request made{.method = "POST", .target = "/v1/messages", .headers = {std::move(permit)}};
  made.body.resize(request.ByteSizeLong());
  request.SerializeToArray(made.body.data(), static_cast<int>(made.body.size()));
  return made;
}

asio::awaitable<std::unique_ptr<net::WebSocket>> open_mailbox(Clients& clients, const Device& device) {
  net::Request head{.target = "/v1/mailbox", .headers = headers(device)};
  net::ClientTls tls = clients.tls;
  net::WebSocketLimits limits;
  auto opened = co_await net::connect_websocket(clients.transport, clients.timer, clients.endpoint, std::move(tls),
                                                std::move(head), limits, std::chrono::seconds(20));
  CHECK(opened);
  co_return std::move(*opened);
}

/// Receives until an envelope comes, and acknowledges it.
asio::awaitable<Moment> take_one(net::WebSocket& mailbox) {
  for (;;) {
    const auto bytes = co_await mailbox.receive();
    CHECK(bytes);
    const auto now = std::chrono::steady_clock::now();
    frames::ServerFrame frame;
    CHECK(frame.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())));
    if (!frame.has_deliver()) continue;
    frames::ClientFrame ack;
    ack.mutable_ack()->add_positions(frame.deliver().position());
    base::Blob out(ack.ByteSizeLong());
    ack.SerializeToArray(out.data(), static_cast<int>(out.size()));
    const auto sent = co_await mailbox.send(std::move(out));
    CHECK(sent);
    co_return now;
  }
}

asio::awaitable<void> one_at_a_time(Clients& clients, const Device& to, std::vector<double>& answered,
                                    std::vector<double>& pushed) {
  net::HttpClient client(clients.transport, clients.timer, clients.endpoint, clients.tls);
  const auto mailbox = co_await open_mailbox(clients, to);
  for (int i = 0; i < letters; ++i) {
    net::Request request = letter(to, clients.random);
    const auto begun = std::chrono::steady_clock::now();
    const auto response = co_await client.send(std::move(request));
    CHECK(response && response->status == 200);
    answered.push_back(us_since(begun));
    const auto came = co_await take_one(*mailbox);
    pushed.push_back(std::chrono::duration<double, std::micro>(came - begun).count());
  }
}

asio::awaitable<void> send_many(Clients& clients, const Device& to) {
  net::HttpClient client(clients.transport, clients.timer, clients.endpoint, clients.tls);
  for (int i = 0; i < letters_each; ++i) {
    net::Request request = letter(to, clients.random);
    const auto response = co_await client.send(std::move(request));
    CHECK(response && response->status == 200);
  }
}

asio::awaitable<void> receive_many(Clients& clients, const Device& device) {
  const auto mailbox = co_await open_mailbox(clients, device);
  for (int i = 0; i < letters_each; ++i) co_await take_one(*mailbox);
}

void measure_messages(const Populated& populated, std::vector<Row>& rows) {
  Served served(populated.data);
  Clients clients(served.endpoint, served.ca_file);
  std::vector<double> answered, pushed;
  net::spawn(clients.loop.executor(), one_at_a_time(clients, populated.known[1], answered, pushed));
  clients.loop.run();
  rows.push_back({"message: POST to 200, p50", "us", at(answered, 0.5)});
  rows.push_back({"message: POST to 200, p99", "us", at(answered, 0.99)});
  rows.push_back({"message: POST to push, p50", "us", at(pushed, 0.5)});
  rows.push_back({"message: POST to push, p99", "us", at(pushed, 0.99)});

  Clients many(served.endpoint, served.ca_file);
  const auto commits = served.storage->commits();
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < senders; ++i) {
    net::spawn(many.loop.executor(), receive_many(many, populated.known[100 + i]));
    net::spawn(many.loop.executor(), send_many(many, populated.known[100 + i]));
  }
  many.loop.run();
  const double seconds = us_since(begun) / 1e6, count = senders * letters_each;
  rows.push_back({"16 senders: sent, pushed, acknowledged", "messages/s", count / seconds});
  rows.push_back({"16 senders: fsyncs for each message", "fsyncs",
                  static_cast<double>(served.storage->commits() - commits) / count});
}

double resident_kib(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
  }
  return 0;
}

/// One after the other, as devices come.
asio::awaitable<void> sit_idle(Clients& clients, const Populated& populated, pid_t server, double& before,
                               double& after) {
  std::vector<std::unique_ptr<net::WebSocket>> open;
  for (const Device& device : populated.known) {
    auto mailbox = co_await open_mailbox(clients, device);
    open.push_back(std::move(mailbox));
    const auto drained = co_await open.back()->receive();
    CHECK(drained);
    if (open.size() == 1) before = resident_kib(server);
  }
  after = resident_kib(server);
}

/// The program itself in a process of its own, and many devices that only wait.
void measure_idle_connections(const Populated& populated, std::vector<Row>& rows) {
  std::array<int, 2> ends{};
  CHECK(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    std::ofstream out("/proc/self/fd/1"), err("/dev/null");
    ::_exit(server::run({.data = populated.data, .listen = "127.0.0.1:0"}, out, err));
  }
  FILE* output = ::fdopen(ends[0], "r");
  std::array<char, 4096> line{};
  int port = 0;
  while (port == 0 && ::fgets(line.data(), static_cast<int>(line.size()), output)) {
    std::sscanf(line.data(), "listening on https://127.0.0.1:%d", &port);
  }
  CHECK(port > 0);
  Clients clients({.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port)},
                  (populated.data / "tls" / "ca.pem").string());
  double before = 0, after = 0;
  net::spawn(clients.loop.executor(), sit_idle(clients, populated, child, before, after));
  clients.loop.run();
  rows.push_back({"idle device: memory of the server", "KiB", (after - before) / (devices - 1)});
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  ::fclose(output);
}

void write(const std::vector<Row>& rows) {
  std::ofstream json(fs::path(SOTTO_BENCH_DIR) / "server.json");
  json << "{\"rows\":[";
  for (const Row& row : rows) {
    std::printf("%-42s %12.1f %s\n", row.name.c_str(), row.ours, row.unit.c_str());
    json << (&row == rows.data() ? "" : ",") << "\n{\"name\":\"" << row.name << "\",\"unit\":\"" << row.unit
         << "\",\"ours\":" << row.ours << "}";
  }
  json << "\n]}\n";
}

}  // namespace

int main() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (!crypto::start()) return 1;
  const Populated populated = populate();
  std::vector<Row> rows;
  measure_idle_connections(populated, rows);  // forks, so it comes before any thread
  measure_messages(populated, rows);
  write(rows);
  fs::remove_all(populated.data);
  return 0;
}
