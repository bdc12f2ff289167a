#include "e2e/hostile/shim.hpp"

#include "net/event.hpp"
#include "net/http_client.hpp"

namespace sotto::test::hostile {
namespace {

constexpr std::size_t largest = 16u << 20;  // bytes of one request

/// Headers that speak of one connection, and are written anew for the next.
void strip(std::vector<net::Header>& headers) {
  for (const char* name : {"Host", "Connection", "Content-Length", "Upgrade", "Sec-WebSocket-Key",
                           "Sec-WebSocket-Version", "Sec-WebSocket-Extensions"}) {
    std::erase_if(headers, [&](const net::Header& one) { return !net::header({one}, name).empty(); });
  }
}

template <class Message>
std::optional<Message> parsed(const base::Blob& bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  return message;
}

base::Blob serialized(const frames::ServerFrame& frame) {
  base::Blob bytes(frame.ByteSizeLong());
  CHECK(frame.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

}  // namespace

class Shim::Exchange final : public net::HttpExchange {
 public:
  Exchange(Shim& shim, net::Request head)
      : net::HttpExchange(largest, net::BodyShare::known), shim_(shim), head_(std::move(head)) {}
  asio::awaitable<net::Response> answer(base::Blob body) override {
    head_.body = std::move(body);
    co_return co_await shim_.forward(std::move(head_));
  }

 private:
  Shim& shim_;
  net::Request head_;
};

struct Shim::Tunnel {
  Tunnel(std::unique_ptr<net::WebSocket> to_server, asio::any_io_executor executor)
      : upstream(std::move(to_server)), ended(std::move(executor)) {}
  std::unique_ptr<net::WebSocket> upstream;
  net::Event ended;
  bool has_ended = false;
};

Shim::Shim(ServerWorld& world, std::uint16_t server_port)
    : world_(world), server_port_(server_port), http_(world.time, *this) {}
Shim::~Shim() { stop(); }

void Shim::listen() {
  acceptor_ = std::move(*world_.network.listen(world_.endpoint(), {}));
  net::spawn(world_.io.get_executor(), http_.serve(*acceptor_));
}

void Shim::stop() {
  if (!acceptor_) return;
  acceptor_->close();
  world_.network.cut_all();
  world_.time.settle();
  acceptor_.reset();
}

asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> Shim::admit(net::Request head,
                                                                                             const net::Caller&) {
  std::unique_ptr<net::HttpExchange> made = std::make_unique<Exchange>(*this, std::move(head));
  co_return made;
}

asio::awaitable<net::Response> Shim::forward(net::Request request) {
  passed.push_back(request.method + " " + request.target);
  strip(request.headers);
  bool is_doubled = false;
  for (const auto& meddling : meddlings_) {
    if (auto answer = meddling->answer(request)) co_return *std::move(answer);
    is_doubled = is_doubled || meddling->doubles(request);
  }
  const net::Endpoint server{.host = "here", .port = server_port_};
  const net::ClientTls tls;
  net::HttpClient client(world_.network, world_.time, server, tls);
  if (is_doubled) {
    net::Request once_more = request;
    const auto before = co_await client.send(std::move(once_more), std::chrono::seconds(60));
    static_cast<void>(before);
  }
  net::Request original = request;
  auto answer = co_await client.send(std::move(request), std::chrono::seconds(60));
  if (!answer) co_return net::Response{.status = 502};
  strip(answer->headers);
  for (const auto& meddling : meddlings_) meddling->change(original, *answer);
  co_return *std::move(answer);
}

asio::awaitable<std::variant<net::Response, net::WebSocketSession>> Shim::upgrade(net::Request head) {
  passed.push_back("WEBSOCKET " + head.target);
  strip(head.headers);
  for (const auto& meddling : meddlings_) {
    if (auto answer = meddling->answer(head)) co_return *std::move(answer);
  }
  net::Endpoint server{.host = "here", .port = server_port_};
  net::ClientTls tls;
  const net::WebSocketLimits limits;
  auto upstream = co_await net::connect_websocket(world_.network, world_.time, std::move(server), std::move(tls),
                                                  std::move(head), limits, std::chrono::seconds(30));
  if (!upstream) {
    const unsigned status = upstream.error().http_status;
    co_return net::Response{.status = status != 0 ? status : 502};
  }
  const auto tunnel = std::make_shared<Tunnel>(*std::move(upstream), world_.io.get_executor());
  net::WebSocketSession session = [this, tunnel](net::WebSocket& client) { return carry(tunnel, client); };
  co_return session;
}

asio::awaitable<void> Shim::carry(std::shared_ptr<Tunnel> tunnel, net::WebSocket& client) {
  net::spawn(world_.io.get_executor(), carry_back(tunnel, client));
  while (true) {
    auto said = co_await client.receive();
    if (!said) break;
    const auto sent = co_await tunnel->upstream->send(*std::move(said));
    if (!sent) break;
  }
  tunnel->upstream->cut();
  while (!tunnel->has_ended) co_await tunnel->ended.wait();
}

asio::awaitable<void> Shim::carry_back(std::shared_ptr<Tunnel> tunnel, net::WebSocket& client) {
  bool goes_on = true;
  while (goes_on) {
    const auto came = co_await tunnel->upstream->receive();
    if (!came) break;
    auto frame = parsed<frames::ServerFrame>(*came);
    CHECK(frame);
    std::vector<frames::ServerFrame> all;
    all.push_back(*std::move(frame));
    for (const auto& meddling : meddlings_) {
      std::vector<frames::ServerFrame> next;
      for (frames::ServerFrame& one : all) {
        for (frames::ServerFrame& made : meddling->deliver(std::move(one))) next.push_back(std::move(made));
      }
      all = std::move(next);
    }
    for (const frames::ServerFrame& one : all) {
      base::Blob bytes = serialized(one);
      const auto sent = co_await client.send(std::move(bytes));
      goes_on = goes_on && sent;
    }
  }
  client.cut();
  tunnel->has_ended = true;
  tunnel->ended.ring();
}

}  // namespace sotto::test::hostile
