#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "net/clock.hpp"
#include "net/stream.hpp"
#include "server/operations/metrics.hpp"
#include "server/operations/options.hpp"
#include "server/storage/storage.hpp"

namespace sotto::server {

/// What the commands may use. All of it outlives them.
struct Operations {
  const Options& options;
  const Metrics& metrics;
  Storage& storage;
  net::Clock& clock;
  base::Random& random;
  std::function<void(const std::vector<DeviceRow>&)> send_away;  // ends the connections of removed devices
  std::function<void()> drain = {};                              // as SIGTERM does; returns at once
  std::function<std::string()> reload = {};                      // as SIGHUP does; says what is wrong, or nothing
};

/// Where a command's answer goes: JSON objects, one a line.
class Reply {
 public:
  explicit Reply(net::Stream& stream) : stream_(stream) {}
  /// returns  false if nobody listens any more
  asio::awaitable<bool> say(boost::json::object line);

 private:
  net::Stream& stream_;
};

/// How the answer to a command is laid out for people.
enum class Shown { members, table, disclosure };

/// `--NAME ARGUMENT` of a command. Its value, or else the default, follows the arguments.
struct CommandFlag {
  std::string_view name;
  std::string_view argument;
  std::string_view otherwise;
  std::string_view help;
};

/// One thing that an operator may ask of the running server: `sotto-server NAME ARGUMENTS`.
struct Command {
  std::string_view name;       // of one word, or two: `invite create`
  std::string_view arguments;  // for help: `ACCOUNT`; empty if there are none
  std::string_view help;
  std::size_t least = 0, most = 0;  // arguments
  /// An answer with a member `error` says in words why it was not done.
  asio::awaitable<void> (*run)(Operations&, std::vector<std::string> arguments, Reply& reply);
  Shown shown = Shown::members;
  std::span<const CommandFlag> flags = {};
};

/// What commands answer, wherever they are done.
boost::json::object to_json(const std::vector<Finding>& findings);
boost::json::object to_json(const Compacted& compacted);

std::span<const Command> commands();
const Command* command_named(std::string_view name);

}  // namespace sotto::server
