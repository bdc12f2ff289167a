#include "net/http_client.hpp"

#include "net/http_codec.hpp"
#include "net/turns.hpp"

namespace sotto::net {
namespace {

constexpr std::size_t header_limit = 16u << 10, body_limit = 4u << 20;  // bytes of an answer

}  // namespace

struct HttpClient::State {
  State(Transport& over, Timer& on, Endpoint to, ClientTls with)
      : transport(over), timer(on), server(std::move(to)), tls(std::move(with)), turns(on.executor()) {}

  void disconnect() {
    if (stream) stream->cut();
    stream.reset();
  }
  asio::awaitable<Result<Response>> exchange(Request request, bool& nothing_came);
  asio::awaitable<Result<Response>> try_twice(Request request, Duration at_most);

  Transport& transport;
  Timer& timer;
  Endpoint server;
  ClientTls tls;
  Turns turns;
  std::shared_ptr<Stream> stream;  // shared with the exchange under way
  bool is_over = false;
};

HttpClient::HttpClient(Transport& transport, Timer& timer, Endpoint server, ClientTls tls)
    : state_(std::make_shared<State>(transport, timer, std::move(server), std::move(tls))) {}

HttpClient::~HttpClient() {
  state_->is_over = true;
  state_->disconnect();
}

void HttpClient::disconnect() { state_->disconnect(); }

asio::awaitable<Result<Response>> HttpClient::send(Request request, Duration at_most) {
  const auto state = state_;
  const auto turn = co_await state->turns.take();
  bool has_timed_out = false;
  const auto alarm = state->timer.after(at_most, [&has_timed_out, state] {
    has_timed_out = true;
    state->disconnect();
  });
  auto answer = co_await state->try_twice(std::move(request), at_most);
  if (!answer && has_timed_out) co_return Error{.problem = Problem::timed_out};
  co_return answer;
}

asio::awaitable<Result<Response>> HttpClient::State::try_twice(Request request, Duration at_most) {
  if (stream) {
    bool nothing_came = true;
    Request again = request;
    auto answer = co_await exchange(std::move(again), nothing_came);
    const bool was_stale = !answer && answer.error().problem == Problem::closed && nothing_came;
    if (!was_stale) co_return answer;
  }
  if (is_over) co_return Error{.problem = Problem::closed};
  CO_TRY(std::shared_ptr<Stream> fresh, co_await transport.connect(server, tls, at_most));
  if (is_over) co_return Error{.problem = Problem::closed};
  stream = std::move(fresh);
  bool nothing_came = true;
  co_return co_await exchange(std::move(request), nothing_came);
}

asio::awaitable<Result<Response>> HttpClient::State::exchange(Request request, bool& nothing_came) {
  const auto over = stream;
  const base::Blob bytes = serialize(request, to_text(server));
  HttpInput input{.stream = *over};
  const auto written = co_await write_all(*over, bytes);
  // Also when writing failed: a server that refuses answers before it has read everything.
  bool has_begun = false;
  auto received = co_await read_response(input, header_limit, body_limit, has_begun);
  const bool was_cut_here = stream != over;  // by disconnect() or the alarm: that is no reason to try again
  nothing_came = !has_begun && !was_cut_here;
  const bool may_stay = received && received->keeps_alive && written && input.surplus.empty();
  if (!may_stay && stream == over) disconnect();
  if (!received) co_return received.error();
  co_return std::move(received->response);
}

}  // namespace sotto::net
