#include "server/operations/commands.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "server/limits.hpp"
#include "server/operations/account_commands.hpp"

namespace sotto::server {
namespace {

namespace json = boost::json;
using Arguments = std::vector<std::string>;

json::value number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? json::value(whole) : json::value(value);
}

json::object refusal(const MaintenanceProblem& problem) {
  json::object line;
  line["error"] = problem.words;
  return line;
}

asio::awaitable<void> stats(Operations& operations, Arguments, Reply& reply) {
  json::object line;
  for (const Metrics::Reading& reading : operations.metrics.readings())
    line[reading.name + reading.labels] = number(reading.value);
  const auto figures = co_await operations.storage.maintenance().figures();
  if (figures) {
    line["store_epoch"] = operations.storage.maintenance().epoch();
    line["accounts"] = figures->accounts;
    line["devices"] = figures->devices;
    line["queued_envelopes"] = figures->queued_envelopes;
    line["queued_bytes"] = figures->queued_bytes;
    line["store_bytes"] = figures->file_bytes;
    line["store_free_bytes"] = figures->free_bytes;
  }
  co_await reply.say(std::move(line));
}

/// `store-2026-11-24-095107.db`
std::string backup_name(base::Timestamp now) {
  std::string name = "store-" + base::to_text(now) + ".db";
  std::ranges::replace(name, ' ', '-');
  std::erase(name, ':');
  return name;
}

asio::awaitable<void> back_up(Operations& operations, Arguments arguments, Reply& reply) {
  std::string name = arguments.empty() ? backup_name(operations.clock.now()) : arguments.front();
  const auto made = co_await operations.storage.maintenance().back_up(std::move(name));
  json::object line;
  if (made) {
    line["file"] = made->file.string();
    line["bytes"] = made->bytes;
  } else {
    line = refusal(made.error());
  }
  co_await reply.say(std::move(line));
}

asio::awaitable<void> check(Operations& operations, Arguments, Reply& reply) {
  const auto found = co_await operations.storage.maintenance().check();
  json::object line = found ? to_json(*found) : refusal(found.error());
  co_await reply.say(std::move(line));
}

asio::awaitable<void> compact(Operations& operations, Arguments, Reply& reply) {
  const auto compacted = co_await operations.storage.maintenance().compact();
  json::object line = compacted ? to_json(*compacted) : refusal(compacted.error());
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
constexpr std::array own_rows{
    Command{.name = "stats", .arguments = "", .help = "numbers about the running server", .run = stats},
    Command{.name = "backup",
            .arguments = "NAME",
            .help = "copy the store, as it is now, into the data folder's backups/",
            .most = 1,
            .run = back_up},
    Command{.name = "check",
            .arguments = "",
            .help = "read the whole store and say what is wrong with it; works without a running server too",
            .run = check},
    Command{.name = "compact",
            .arguments = "",
            .help = "give room that the store doesn't use back to the disk; works without a running server too",
            .run = compact},
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

/// All of them, in the order of the help.
const std::vector<Command>& rows() {
  static const std::vector<Command> all = [] {
    std::vector<Command> made(own_rows.begin(), own_rows.end());
    for (const auto more : {account_commands()}) made.insert(made.end(), more.begin(), more.end());
    return made;
  }();
  return all;
}

}  // namespace

json::object to_json(const std::vector<Finding>& findings) {
  json::object line;
  line["sound"] = findings.empty();
  json::array wrong;
  for (const Finding& finding : findings) {
    json::object one;
    one["found"] = finding.what;
    one["remedy"] = finding.remedy;
    wrong.push_back(std::move(one));
  }
  if (findings.empty()) return line;
  line["findings"] = std::move(wrong);
  line["error"] = "the store is not as it should be";
  return line;
}

json::object to_json(const Compacted& compacted) {
  json::object line;
  line["bytes_before"] = compacted.bytes_before;
  line["bytes_after"] = compacted.bytes_after;
  if (!compacted.remark.empty()) line["remark"] = compacted.remark;
  return line;
}

asio::awaitable<bool> Reply::say(json::object line) {
  const std::string text = json::serialize(line) + "\n";
  const auto written = co_await net::write_all(stream_, base::view(text));
  co_return written.has_value();
}

std::span<const Command> commands() { return rows(); }

const Command* command_named(std::string_view name) {
  const auto found = std::ranges::find(rows(), name, &Command::name);
  return found == rows().end() ? nullptr : &*found;
}

}  // namespace sotto::server
