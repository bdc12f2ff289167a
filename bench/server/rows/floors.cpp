#include "bench/server/rows/floors.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sqlcipher/sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "bench/server/loads.hpp"
#include "bench/server/rows/rows.hpp"
#include "net/http_server.hpp"
#include "net/own_ca.hpp"

namespace sotto::bench {
namespace {

double us_of(const std::function<void()>& work, int times) {
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count() / times;
}

/// Takes what it gets and says 200.
struct Relay final : net::HttpService {
  struct Exchange final : net::HttpExchange {
    Exchange() : HttpExchange(1u << 20, net::BodyShare::known) {}
    asio::awaitable<net::Response> answer(base::Blob) override { co_return net::Response{}; }
  };
  asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> admit(net::Request,
                                                                                         const net::Caller&) override {
    std::unique_ptr<net::HttpExchange> exchange = std::make_unique<Exchange>();
    co_return exchange;
  }
  asio::awaitable<std::variant<net::Response, net::WebSocketSession>> upgrade(net::Request) override {
    co_return net::Response{.status = 404};
  }
  net::Response refusal(unsigned status) const override { return {.status = status}; }
};

double thread_cpu_us(std::thread& thread) {
  clockid_t clock{};
  timespec spent{};
  if (::pthread_getcpuclockid(thread.native_handle(), &clock) != 0 || ::clock_gettime(clock, &spent) != 0) return 0;
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

}  // namespace

double fdatasync_us(const std::filesystem::path& folder) {
  const std::string file = (folder / "floor").string();
  const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
  const base::Blob page(4096, 1);
  const double us = us_of(
      [&] {
        CHECK(::write(fd, page.data(), page.size()) == 4096);
        ::fdatasync(fd);
      },
      300);
  ::close(fd);
  return us;
}

double sqlite_us(const std::filesystem::path& folder) {
  sqlite3* database = nullptr;
  const auto run = [&database](const char* sql) {
    CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  CHECK(sqlite3_open((folder / "floor.db").c_str(), &database) == SQLITE_OK);
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE e (id INTEGER PRIMARY KEY, d INTEGER, e "
      "BLOB);"
      "CREATE INDEX of_device ON e (d)");
  const double us = us_of(
      [&] {
        run("BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO e (d, "
            "e) "
            "SELECT i, randomblob(1024) FROM n; COMMIT; BEGIN; DELETE FROM e; COMMIT");
      },
      50);
  sqlite3_close(database);
  return us / 100;
}

double bare_relay_us(const std::filesystem::path& folder) {
  asio::io_context io{1};
  net::SystemTimer timer(io.get_executor());
  net::SystemClock clock;
  net::TcpTransport transport(timer);
  const auto own = *net::own_ca(folder / "floor-tls", {"127.0.0.1"}, clock.now());
  auto acceptor = std::move(*transport.listen({.host = "127.0.0.1", .port = 0}, own.server));
  Relay relay;
  net::HttpServer server(timer, relay);
  net::spawn(io.get_executor(), server.serve(*acceptor));
  std::thread thread([&io] { io.run(); });
  Clients clients(acceptor->bound(), own.ca_file.string());
  const base::Blob request = [] {
    const std::string head = "POST /v1/messages HTTP/1.1\r\nHost: bench\r\nContent-Length: 1100\r\n\r\n";
    return base::concat({base::view(head), base::Blob(1100)});
  }();
  const auto same = [&request](std::size_t) { return request; };
  ask_in_a_loop(clients, same, 100, 0.5);
  const double before = thread_cpu_us(thread);
  const Outcome outcome = ask_in_a_loop(clients, same, 100, 3);
  const double spent = thread_cpu_us(thread) - before;
  io.stop();
  thread.join();
  return spent / outcome.messages;
}

void measure_floors(Table& table) {
  const std::filesystem::path folder = std::filesystem::path(SOTTO_BENCH_DIR) / "floors";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  table.add("floor: write and fdatasync of this disk", "us", fdatasync_us(folder));
  table.add("floor: SQLite, insert and delete in groups of 100", "us/message", sqlite_us(folder));
  table.add("floor: HTTPS answered at once, 100 connections", "us/request", bare_relay_us(folder));
  std::filesystem::remove_all(folder);
}

}  // namespace sotto::bench
