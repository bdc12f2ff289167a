#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "bench/lines/resident.hpp"
#include "crypto/system_random.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "wire/frames.pb.h"

/// The client's end of connections, as cheap as can be: on a small machine the load shares the processor with what it
/// measures.
namespace sotto::bench {

namespace asio = net::asio;

/// A thread's worth of clients.
struct Clients {
  Clients(net::Endpoint at, std::string ca_file) : endpoint(std::move(at)), tls{.ca_file = std::move(ca_file)} {}
  /// Without TLS, as a proxy on the same machine would come.
  explicit Clients(net::Endpoint at) : endpoint(std::move(at)), is_plain(true) {}
  /// Nothing if nobody is there.
  asio::awaitable<std::unique_ptr<net::Stream>> connect();
  /// Runs what there is to run until `is_done`, looking at least every `at_most`.
  void run_until(const std::function<bool()>& is_done, std::chrono::microseconds at_most = std::chrono::seconds(1)) {
    io.restart();
    while (!is_done()) {
      io.run_one_for(at_most);
      if (io.stopped()) io.restart();
    }
  }
  asio::any_io_executor executor() { return io.get_executor(); }

  asio::io_context io;
  net::SystemTimer timer{io.get_executor()};
  net::SystemClock clock;
  net::TcpTransport transport{timer};
  crypto::SystemRandom random;
  net::Endpoint endpoint;
  net::ClientTls tls;
  bool is_plain = false;
};

/// Requests as ready bytes, answers as their status.
class HttpLine {
 public:
  /// Nothing if nobody is there; so does a mailbox.
  static asio::awaitable<std::unique_ptr<HttpLine>> open(Clients& clients);
  explicit HttpLine(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}
  /// returns  the status; 0 once the connection has ended
  asio::awaitable<unsigned> ask(const base::Blob& request);
  void cut() { stream_->cut(); }

 private:
  std::unique_ptr<net::Stream> stream_;
  base::Blob buffer_ = base::Blob(8192);
};

/// A device's WebSocket.
class MailboxLine {
 public:
  static asio::awaitable<std::unique_ptr<MailboxLine>> open(Clients& clients, const Resident& resident);
  explicit MailboxLine(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}
  /// The next frame; pings are answered on the way. Nothing once the connection has ended.
  asio::awaitable<std::optional<wire::frames::ServerFrame>> next();
  asio::awaitable<void> acknowledge(std::vector<std::uint64_t> positions);
  void cut() { stream_->cut(); }

 private:
  asio::awaitable<bool> more();  // nothing more: the connection has ended
  asio::awaitable<void> write(std::uint8_t opcode, base::View payload);

  std::unique_ptr<net::Stream> stream_;
  base::Blob buffer_;
};

/// A request as ready bytes.
base::Blob post(std::string_view target, std::string_view headers, base::View body, std::string_view host = "bench");
/// A message to somebody, and one of `size` bytes.
base::Blob sealed_letter(const Resident& to, base::View envelope, base::Random& random, std::string_view host);
base::Blob letter(const Resident& to, std::size_t size, base::Random& random);
base::Blob bundle_request(const Resident& of);
/// One sealed message for all of them, in the sent form of version 2; what is sealed is noise.
base::Blob shared_letter(const std::vector<Resident>& to, std::size_t size, base::Random& random);

}  // namespace sotto::bench
