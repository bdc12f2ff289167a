#include "server/operations/commands.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "server/limits.hpp"

namespace sotto::server {
namespace {

namespace json = boost::json;
using Arguments = std::vector<std::string>;

json::value number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? json::value(whole) : json::value(value);
}

asio::awaitable<void> stats(Operations& operations, Arguments, Reply& reply) {
  json::object line;
  for (const Metrics::Reading& reading : operations.metrics.readings()) line[reading.name] = number(reading.value);
  co_await reply.say(std::move(line));
}

asio::awaitable<void> show_limits(Operations& operations, Arguments, Reply& reply) {
  json::object line;
  line["connections"] = operations.options.connections;
  line["request_bodies"] = operations.options.request_bodies;
  line["envelope"] = limits::envelope;
  line["upload"] = limits::upload;
  line["shared_upload"] = limits::shared_upload;
  line["one_time_prekeys"] = limits::one_time_prekeys;
  line["queue_days"] = limits::queue_days;
  co_await reply.say(std::move(line));
}

asio::awaitable<void> drain(Operations& operations, Arguments, Reply& reply) {
  json::object line;
  line["draining"] = true;
  co_await reply.say(std::move(line));
  operations.drain();  // the connection ends with the server: whoever asked waits for that
}

asio::awaitable<void> reload(Operations& operations, Arguments, Reply& reply) {
  const std::string wrong = operations.reload();
  json::object line;
  line["reloaded"] = wrong.empty();
  if (!wrong.empty()) line["error"] = wrong;
  co_await reply.say(std::move(line));
}

// A command of another room of the server is one more row.
constexpr std::array rows{
    Command{.name = "stats", .arguments = "", .help = "numbers about the running server", .run = stats},
    Command{.name = "limits", .arguments = "", .help = "what the running server allows", .run = show_limits},
    Command{.name = "reload",
            .arguments = "",
            .help = "read certificate and configuration again, as on SIGHUP",
            .run = reload},
    Command{.name = "drain",
            .arguments = "",
            .help = "stop as on SIGTERM: finish what is under way, take nothing new, end",
            .run = drain},
};

}  // namespace

asio::awaitable<bool> Reply::say(json::object line) {
  const std::string text = json::serialize(line) + "\n";
  const auto written = co_await net::write_all(stream_, base::view(text));
  co_return written.has_value();
}

std::span<const Command> commands() { return rows; }

const Command* command_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &Command::name);
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace sotto::server
