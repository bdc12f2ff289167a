#include "net/memory/memory_transport.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <deque>

#include "net/event.hpp"
#include "net/parked.hpp"
#include "net/socks5.hpp"

namespace sotto::net {
namespace {

constexpr std::size_t pipe_size = 64u << 10;  // bytes written ahead of the reader

/// One direction.
class Pipe {
 public:
  explicit Pipe(asio::any_io_executor executor) : executor_(executor), reader_(executor), writer_(executor) {}

  void read(std::span<std::uint8_t> into, Stream::Done done) {
    into_ = into;
    reader_.park(std::move(done));
    move();
  }
  void write(base::View from, Stream::Done done) {
    from_ = from;
    writer_.park(std::move(done));
    move();
  }
  void finish() {
    is_finished_ = true;
    move();
  }
  void cut() {
    is_cut_ = true;
    move();
  }

 private:
  using Waiting = Parked<boost::system::error_code, std::size_t>;

  void move() {
    if (is_cut_) {
      end(reader_, asio::error::operation_aborted, 0);
      end(writer_, asio::error::broken_pipe, 0);
      return;
    }
    if (writer_ && is_finished_) end(writer_, asio::error::broken_pipe, 0);
    if (writer_ && held_.size() < pipe_size) {
      const auto size = std::min(from_.size(), pipe_size - held_.size());
      held_.insert(held_.end(), from_.begin(), from_.begin() + static_cast<std::ptrdiff_t>(size));
      end(writer_, {}, size);
    }
    if (!reader_) return;
    if (!held_.empty()) {
      const auto size = std::min(into_.size(), held_.size());
      const auto until = held_.begin() + static_cast<std::ptrdiff_t>(size);
      std::copy(held_.begin(), until, into_.begin());
      held_.erase(held_.begin(), until);
      end(reader_, {}, size);
      if (writer_) move();
    } else if (is_finished_) {
      end(reader_, asio::error::eof, 0);
    }
  }
  void end(Waiting& waiting, boost::system::error_code code, std::size_t size) {
    if (!waiting) return;
    Stream::Done done = waiting.take();
    asio::post(executor_, [done = std::move(done), code, size]() mutable { std::move(done)(code, size); });
  }

  asio::any_io_executor executor_;
  std::deque<std::uint8_t> held_;
  std::span<std::uint8_t> into_;
  base::View from_;
  Waiting reader_, writer_;
  bool is_finished_ = false, is_cut_ = false;
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(asio::any_io_executor executor, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : executor_(std::move(executor)), in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryStream() override { cut(); }

  asio::any_io_executor executor() override { return executor_; }
  void read_some(std::span<std::uint8_t> into, Done done) override { in_->read(into, std::move(done)); }
  void write_some(base::View from, Done done) override { out_->write(from, std::move(done)); }
  void finish() override { out_->finish(); }
  void cut() override {
    in_->cut();
    out_->finish();  // like a socket: what was written before still arrives
  }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<Pipe> in_, out_;  // shared between the two ends
};

}  // namespace

StreamPair make_stream_pair(asio::any_io_executor executor) {
  const auto there = std::make_shared<Pipe>(executor), back = std::make_shared<Pipe>(executor);
  return {.left = std::make_unique<MemoryStream>(executor, back, there),
          .right = std::make_unique<MemoryStream>(executor, there, back)};
}

namespace {

struct Listener {
  explicit Listener(asio::any_io_executor executor) : arrived(std::move(executor)) {}
  std::deque<std::unique_ptr<Stream>> waiting;
  Event arrived;
  bool is_closed = false;
};

struct Wire {  // the pipes of one connection, for cut_all()
  std::weak_ptr<Pipe> there, back;
};

}  // namespace

struct MemoryTransport::Network {
  asio::any_io_executor executor;
  std::map<std::pair<std::string, std::uint16_t>, std::shared_ptr<Listener>> listeners = {};
  std::map<std::pair<std::string, std::uint16_t>, base::Bytes<32>> pins = {};
  std::map<std::string, std::string> addresses = {};
  std::set<std::string> hosts_down = {};
  std::vector<std::string> tried = {};
  std::vector<Wire> wires = {};
  std::uint16_t next_port = 40'000;
  std::size_t connected = 0;
  bool is_down = false;

  AddressKind kind_of(const std::string& host) const {
    const auto found = addresses.find(host);
    return kind_of_spelling(found == addresses.end() ? host : found->second);
  }
  std::shared_ptr<Listener> listener(const Endpoint& at) const {
    const auto exact = listeners.find({at.host, at.port});
    if (exact != listeners.end()) return exact->second;
    return nullptr;
  }
  bool is_taken(const Endpoint& at) const { return listeners.contains({at.host, at.port}); }
};

namespace {

template <class Network>
class MemoryAcceptor final : public Acceptor {
 public:
  MemoryAcceptor(std::shared_ptr<Network> network, Endpoint bound, std::shared_ptr<Listener> listener)
      : network_(std::move(network)), bound_(std::move(bound)), listener_(std::move(listener)) {}
  ~MemoryAcceptor() override { close(); }

  Endpoint bound() const override { return bound_; }
  asio::awaitable<Result<std::unique_ptr<Stream>>> accept() override {
    const auto listener = listener_;
    while (listener->waiting.empty()) {
      if (listener->is_closed) co_return Error{.problem = Problem::closed};
      co_await listener->arrived.wait();
    }
    auto stream = std::move(listener->waiting.front());
    listener->waiting.pop_front();
    co_return stream;
  }
  void close() override {
    if (listener_->is_closed) return;
    listener_->is_closed = true;
    listener_->waiting.clear();
    listener_->arrived.ring();
    network_->listeners.erase({bound_.host, bound_.port});
  }

 private:
  std::shared_ptr<Network> network_;
  Endpoint bound_;
  std::shared_ptr<Listener> listener_;  // shared with an accept() under way
};

}  // namespace

MemoryTransport::MemoryTransport(asio::any_io_executor executor)
    : network_(std::make_shared<Network>(Network{.executor = std::move(executor)})) {}
MemoryTransport::~MemoryTransport() { cut_all(); }

asio::awaitable<Result<std::unique_ptr<Stream>>> MemoryTransport::connect(Endpoint to, ClientTls tls,
                                                                          Duration at_most) {
  const auto network = network_;
  co_await yield_to(network->executor);
  const auto may_go = check_route(to, tls.route);
  if (!may_go) co_return may_go.error();
  if (tls.route.proxy) {
    Proxy proxy = *tls.route.proxy;
    Endpoint at = proxy.at;
    ClientTls plain;
    auto to_proxy = co_await connect(std::move(at), std::move(plain), at_most);
    if (!to_proxy) co_return Error{.problem = Problem::proxy_unreachable, .detail = to_text(proxy.at)};
    const auto opened = co_await socks5::open(**to_proxy, std::move(to), std::move(proxy));
    if (!opened) co_return opened.error();
    co_return *std::move(to_proxy);
  }
  network->tried.push_back(to.host);
  const AddressKind kind = network->kind_of(to.host);
  if (!tls.route.addresses.allows(kind)) co_return not_allowed(to.host, kind);
  if (network->is_down || network->hosts_down.contains(to.host)) co_return Error{.problem = Problem::unreachable};
  const auto listener = network->listener(to);
  if (!listener) co_return Error{.problem = Problem::refused};
  const auto pin = network->pins.find({to.host, to.port});
  if (tls.spki_pin && (pin == network->pins.end() || pin->second != *tls.spki_pin))
    co_return Error{.problem = Problem::pin_mismatch};

  const auto there = std::make_shared<Pipe>(network->executor), back = std::make_shared<Pipe>(network->executor);
  std::erase_if(network->wires, [](const Wire& wire) { return wire.there.expired(); });
  network->wires.push_back({.there = there, .back = back});
  ++network->connected;
  listener->waiting.push_back(std::make_unique<MemoryStream>(network->executor, there, back));
  listener->arrived.ring();
  std::unique_ptr<Stream> ours = std::make_unique<MemoryStream>(network->executor, back, there);
  co_return ours;
}

Result<std::unique_ptr<Acceptor>> MemoryTransport::listen(Endpoint on, ServerTls) {
  if (on.port == 0) on.port = network_->next_port++;
  if (network_->is_taken(on)) return Error{.problem = Problem::address_in_use};
  auto listener = std::make_shared<Listener>(network_->executor);
  network_->listeners.emplace(std::pair(on.host, on.port), listener);
  std::unique_ptr<Acceptor> acceptor = std::make_unique<MemoryAcceptor<Network>>(network_, on, std::move(listener));
  return acceptor;
}

asio::awaitable<std::optional<AddressKind>> MemoryTransport::kind_of(std::string host) {
  const auto network = network_;
  co_await yield_to(network->executor);
  std::optional<AddressKind> found = network->kind_of(host);
  co_return found;
}

void MemoryTransport::cut_all() {
  for (const Wire& wire : network_->wires) {
    if (const auto pipe = wire.there.lock()) pipe->cut();
    if (const auto pipe = wire.back.lock()) pipe->cut();
  }
  network_->wires.clear();
}

void MemoryTransport::set_down(bool is_down) { network_->is_down = is_down; }
void MemoryTransport::set_down(const std::string& host, bool is_down) {
  if (is_down) network_->hosts_down.insert(host);
  if (!is_down) network_->hosts_down.erase(host);
}
void MemoryTransport::set_address(const std::string& host, const std::string& address) {
  network_->addresses[host] = address;
}
void MemoryTransport::set_pin(const Endpoint& at, const base::Bytes<32>& pin) {
  network_->pins[{at.host, at.port}] = pin;
}
const std::vector<std::string>& MemoryTransport::tried() const { return network_->tried; }
std::size_t MemoryTransport::connected() const { return network_->connected; }

}  // namespace sotto::net
