// sotto-load: what a server bears. It speaks what clients speak, over TLS, from accounts of its own.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/load/enrolment.hpp"
#include "bench/load/report.hpp"
#include "crypto/start.hpp"

namespace {

using namespace sotto::bench;

enum ExitCode : int { all_well = 0, is_faulty = 1, wrong_usage = 2, is_unreachable = 3 };
constexpr std::size_t most_one_time_prekeys = 100;
constexpr double lanes_a_message_a_second = 0.1;  // so that a lane has 100 ms for each of its messages

struct Words {
  std::string server;
  std::string encryption = "on";
  std::optional<std::size_t> in_flight = {};
};

void add_options(CLI::App& app, LoadOptions& options, Words& words) {
  app.add_option("--server", words.server, "the server, as clients are told it")->type_name("HOST:PORT")->required();
  app.add_option("--server-ca", options.ca_file, "a PEM file with the CA of its certificate [the system's]")
      ->type_name("FILE");
  app.add_option("--invite", options.invite, "an invite that is good for all accounts, if the server asks for one")
      ->type_name("CODE");
  app.add_option("--accounts", options.accounts, "accounts to register; each keeps its mailbox open [100]");
  app.add_option("--in-flight", words.in_flight,
                 "messages under way at once, each on a connection of its own [100; with --rate a tenth of it if that "
                 "is more]");
  app.add_option("--rate", options.rate,
                 "messages a second at fixed moments; latency counts from them [as fast as answers come]");
  app.add_option("--seconds", options.seconds, "how long [10]");
  app.add_option("--size", options.size, "bytes of a text [1024]")->check(CLI::Range(8, 1 << 20));
  app.add_option("--encryption", words.encryption,
                 "on: real sessions, opened and checked by who receives; off: noise of that length [on]")
      ->check(CLI::IsMember({"on", "off"}));
  app.add_option("--json", options.json_file, "write the result to this file, too")->type_name("FILE");
}

/// returns  what is wrong with the options, in words
std::optional<std::string> complete(LoadOptions& options, const Words& words) {
  const auto endpoint = sotto::net::parse_endpoint(words.server, 443);
  if (!endpoint) return "--server " + words.server + ": not HOST:PORT";
  options.server = *endpoint;
  options.is_encrypted = words.encryption == "on";
  if (options.rate && *options.rate <= 0) return "--rate: more than 0";
  if (options.accounts < 2) return "--accounts: at least 2";
  options.accounts += options.accounts % 2;
  const double by_rate = options.rate.value_or(0) * lanes_a_message_a_second;
  options.in_flight = words.in_flight.value_or(std::max<std::size_t>(100, static_cast<std::size_t>(by_rate)));
  options.in_flight += options.in_flight % 2;
  if (options.in_flight == 0 || options.in_flight > most_lanes(options.accounts))
    return "--in-flight: 1 to " + std::to_string(most_lanes(options.accounts)) +
           " with so many accounts, since two of them have one message under way each way";
  return std::nullopt;
}

double own_cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void allow_many_connections() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

int give_up(const std::string& why) {
  std::fprintf(stderr, "sotto-load: %s\n", why.c_str());
  return is_unreachable;
}

/// First messages are larger and dearer than those of a conversation: each lane's are sent before anything is measured.
bool begin_conversations(Crowd& crowd) {
  for (int round = 0; round < 2; ++round) {
    if (!crowd.exchange(0, 2) || !crowd.exchange(1, 2)) return false;
  }
  return true;
}

int run(const LoadOptions& options) {
  Clients clients(options.server, options.ca_file);
  const auto lanes = make_lanes(options.accounts, options.in_flight);
  const std::size_t lanes_each = (options.in_flight + options.accounts - 1) / options.accounts;
  const auto accounts = enrol(clients, options, std::min(lanes_each, most_one_time_prekeys));
  if (!accounts) return give_up(accounts.error());
  const Town town{.accounts = *accounts, .lanes = lanes, .random = clients.random, .clock = clients.clock};
  const auto speech = options.is_encrypted ? sealed_speech(town, options.size) : noise(town, options.size);
  if (options.is_encrypted) {
    if (const auto obstacle = meet(clients, town, *speech)) return give_up(*obstacle);
  }
  Tally tally(lanes.size());
  Measured measured;
  double cpu = 0;
  {
    Crowd crowd({.clients = clients, .town = town, .speech = *speech, .tally = tally});
    if (!begin_conversations(crowd)) return give_up("the first messages did not arrive");
    std::fprintf(stderr, "sotto-load: go\n");
    const double before = own_cpu_seconds();
    const std::chrono::duration<double> length(options.seconds);
    measured = options.rate ? crowd.keep_rate(*options.rate, length) : crowd.loop(length);
    cpu = own_cpu_seconds() - before;
    crowd.wait_for_stragglers();
  }
  const Report report{.options = options, .measured = measured, .tally = tally, .own_cpu_seconds = cpu};
  print(report);
  if (const auto obstacle = dismiss(clients, *accounts)) std::fprintf(stderr, "sotto-load: %s\n", obstacle->c_str());
  if (!options.json_file.empty() && !write_json(report)) return give_up(options.json_file + ": can't be written");
  return tally.is_faultless() ? all_well : is_faulty;
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("sotto-load: what a Sotto server bears");
  LoadOptions options;
  Words words;
  add_options(app, options, words);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? all_well : wrong_usage;
  }
  if (const auto wrong = complete(options, words)) {
    std::fprintf(stderr, "sotto-load: %s\n", wrong->c_str());
    return wrong_usage;
  }
  if (!sotto::crypto::start()) return give_up("the system gives no random numbers");
  allow_many_connections();
  return run(options);
}
