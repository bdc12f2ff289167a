// room: net
// A whole HttpServer fed with any bytes, cut in any places: the first byte of the input is the size of the pieces in
// which the rest arrives. Whatever comes, it answers or hangs up, and the next one who asks is answered.
#include <cstdint>

#include "base/check.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"

namespace {

using namespace sotto;
using namespace sotto::net;

constexpr std::size_t body_room = 4096;

struct Echo final : HttpExchange {
  Echo() : HttpExchange(body_room, BodyShare::strangers) {}
  asio::awaitable<Response> answer(base::Blob body) override {
    CHECK(body.size() <= body_room);
    co_return Response{.status = 200, .headers = {}, .body = std::move(body)};
  }
};

asio::awaitable<void> listen_on(WebSocket& websocket) {
  while (true) {
    auto message = co_await websocket.receive();
    if (!message) co_return;
    const auto sent = co_await websocket.send(*std::move(message));
    if (!sent) co_return;
  }
}

struct Service final : HttpService {
  asio::awaitable<std::variant<Response, std::unique_ptr<HttpExchange>>> admit(Request, const Caller&) override {
    std::unique_ptr<HttpExchange> exchange = std::make_unique<Echo>();
    co_return exchange;
  }
  asio::awaitable<std::variant<Response, WebSocketSession>> upgrade(Request) override {
    co_return WebSocketSession(listen_on);
  }
  Response refusal(unsigned status) const override { return {.status = status}; }
};

asio::awaitable<void> swallow(Stream& stream) {
  base::Blob into(1024);
  while (true) {
    const auto size = co_await read_some(stream, into);
    if (!size || *size == 0) co_return;
  }
}

asio::awaitable<void> write_in_pieces(Stream& stream, base::View bytes, std::size_t piece) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    const auto written = co_await write_all(stream, bytes.first(size));
    if (!written) co_return;
    bytes = bytes.subspan(size);
  }
  stream.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1) return 0;
  asio::io_context io;
  VirtualTime time(io);
  MemoryTransport network(io.get_executor());
  Service service;
  HttpServer server(time, service, {.header = 2048, .websocket = {.message = body_room}});
  const auto acceptor = *network.listen({.host = "here", .port = 0}, {});
  spawn(io.get_executor(), server.serve(*acceptor));
  {
    auto stream = *run(time, network.connect(acceptor->bound(), {}, std::chrono::seconds(1)));
    const std::size_t piece = bytes[0] == 0 ? size : bytes[0];
    spawn(io.get_executor(), swallow(*stream));
    spawn(io.get_executor(), write_in_pieces(*stream, base::View(bytes, size).subspan(1), piece));
    time.run_for(std::chrono::minutes(5));
    CHECK(server.connections() == 0);  // whatever it was, it is over
    stream->cut();
    time.settle();
  }
  HttpClient client(network, time, acceptor->bound(), {});
  Request hello{.method = "POST", .target = "/", .headers = {}, .body = {1, 2, 3}};
  const auto answer = run(time, client.send(std::move(hello)));
  CHECK(answer && answer->status == 200 && answer->body.size() == 3);
  client.disconnect();
  acceptor->close();
  network.cut_all();
  time.settle();
  return 0;
}
