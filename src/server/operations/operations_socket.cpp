#include "server/operations/operations_socket.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace sotto::server {
namespace {

namespace json = boost::json;
constexpr std::size_t longest_line = 64u << 10;  // bytes
constexpr std::size_t most_connections = 16;
constexpr net::Duration line_within = std::chrono::seconds(10);

/// The first line; nothing if it does not come, or is too long.
asio::awaitable<std::optional<std::string>> read_line(net::Stream& stream) {
  std::string line;
  std::array<std::uint8_t, 4096> bytes{};
  while (line.size() < longest_line) {
    const auto size = co_await net::read_some(stream, bytes);
    if (!size || *size == 0) co_return std::nullopt;
    line.append(bytes.begin(), bytes.begin() + std::ptrdiff_t(*size));
    const std::size_t end = line.find('\n');
    if (end != std::string::npos) co_return line.substr(0, end);
  }
  co_return std::nullopt;
}

struct Asked {
  const Command* command = nullptr;
  std::vector<std::string> arguments = {};
  std::string wrong = {};
};

Asked parse(const std::string& line) {
  json::error_code failure;
  const json::value parsed = json::parse(line, failure);
  if (failure || !parsed.is_object()) return {.wrong = "not a JSON object"};
  const json::value* const name = parsed.as_object().if_contains("command");
  if (!name || !name->is_string()) return {.wrong = "no command"};
  Asked asked{.command = command_named(std::string_view(name->as_string()))};
  if (!asked.command) return {.wrong = "no such command"};
  if (const json::value* given = parsed.as_object().if_contains("arguments")) {
    if (!given->is_array()) return {.wrong = "the arguments are to be a list of texts"};
    for (const json::value& argument : given->as_array()) {
      if (!argument.is_string()) return {.wrong = "the arguments are to be a list of texts"};
      asked.arguments.emplace_back(argument.as_string());
    }
  }
  const std::size_t count = asked.arguments.size(), flags = asked.command->flags.size();
  if (count < asked.command->least + flags || count > asked.command->most + flags)
    return {.wrong = "not so many arguments: " + std::string(asked.command->name) + " " +
                     std::string(asked.command->arguments)};
  return asked;
}

}  // namespace

struct OperationsSocket::State {
  asio::awaitable<void> converse(std::shared_ptr<net::Stream> stream);

  net::Timer& timer;
  Operations& operations;
  std::set<std::shared_ptr<net::Stream>> connections = {};  // shared with their conversations
};

OperationsSocket::OperationsSocket(net::Timer& timer, Operations& operations)
    : state_(std::make_shared<State>(State{.timer = timer, .operations = operations})) {}

OperationsSocket::~OperationsSocket() { stop(); }

void OperationsSocket::stop() {
  for (const auto& stream : state_->connections) stream->cut();
}

asio::awaitable<void> OperationsSocket::serve(net::Acceptor& acceptor) {
  const auto state = state_;
  for (;;) {
    auto accepted = co_await acceptor.accept();
    if (!accepted) co_return;
    if (state->connections.size() >= most_connections) continue;  // cut, unread
    const std::shared_ptr<net::Stream> stream = std::move(*accepted);
    state->connections.insert(stream);
    net::spawn(state->timer.executor(), state->converse(stream), [state, stream] {
      stream->cut();
      state->connections.erase(stream);
    });
  }
}

asio::awaitable<void> OperationsSocket::State::converse(std::shared_ptr<net::Stream> stream) {
  auto alarm = timer.after(line_within, [weak = std::weak_ptr(stream)] {
    if (const auto alive = weak.lock()) alive->cut();
  });
  const auto line = co_await read_line(*stream);
  alarm.reset();
  if (!line) co_return;
  Asked asked = parse(*line);
  Reply reply(*stream);
  if (!asked.command) {
    json::object refusal;
    refusal["error"] = asked.wrong;
    co_await reply.say(std::move(refusal));
    co_return;
  }
  co_await asked.command->run(operations, std::move(asked.arguments), reply);
  if (asked.command->name != "drain") co_return;
  std::array<std::uint8_t, 64> bytes{};
  static_cast<void>(co_await net::read_some(*stream, bytes));  // until the server ends, or whoever asked
}

}  // namespace sotto::server
