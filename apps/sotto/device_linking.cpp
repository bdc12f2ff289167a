#include "device_linking.hpp"

#include <unistd.h>

#include <array>
#include <boost/json.hpp>

#include "asking.hpp"
#include "client/linking/new_device.hpp"
#include "printing.hpp"
#include "rpc/values.hpp"
#include "session.hpp"
#include "terminal.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;
namespace linking = client::linking;

std::string machine_name() {
  std::array<char, wire::max_device_name + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "a computer";
  return name.data();
}

void say(const Settings& settings, const json::object& event, const std::string& words) {
  print(settings.json ? json::serialize(event) : words);
}

/// Contacts, settings and, if the other device gives it, the history; what does not come now, comes later.
void receive_what_there_is(Session& session, const Terminal& terminal) {
  constexpr net::Duration quiet = std::chrono::seconds(5);
  session.also_overhear(
      [&terminal](const client::admission::Overheard& said) { terminal.print_event(rpc::passing_event(said)); });
  std::function<void(const client::Event&)> nobody_yet;
  const auto received = session.wait(session.engine().receive(quiet, std::move(nobody_yet)));
  session.also_overhear({});
  if (!received) complain(received.error());
}

ExitCode report_linked(Session& session, const Settings& settings) {
  const auto link = session.engine().address();
  if (!link) return complain(link.error());
  say(settings, {{"event", "linked"}, {"account", link->account_id.text()}},
      "linked: this is a device of account " + link->account_id.text() + " now. Its contacts are coming…");
  receive_what_there_is(session, Terminal(settings, {}));
  return ExitCode::done;
}

client::Result<void> link_new(Session& session, const Settings& settings, linking::NewDevice& device,
                              linking::NewDeviceWish wish) {
  TRY(const std::string link, session.wait(device.begin(std::move(wish))));
  if (!settings.json && isatty(STDOUT_FILENO) != 0) print(qr_text(link));
  say(settings, {{"event", "link"}, {"link", link}},
      "On a device of the account that is an admin, run this within two minutes:\n\n  sotto device add " + link + "\n");
  TRY(const linking::Offered offered, session.wait(device.await_offer()));
  say(settings,
      {{"event", "offered"},
       {"account", offered.account.text()},
       {"name", offered.account_name},
       {"devices", offered.devices},
       {"code", offered.code}},
      "Account " + printable_line(offered.account_name) + " (" + offered.account.text() +
          ") answers.\n\n  Code: " + code_text(offered.code) + "\n\nType it in there. It shows another code then.");
  TRY(std::string typed, ask("The code that is shown there: "));
  return session.wait(device.finish(std::move(typed)));
}

}  // namespace

ExitCode run_device_link(const Settings& settings, const LinkOptions& options) {
  if (!options.kdf.empty() && options.kdf != "fastest-allowed") return misuse("--kdf knows only fastest-allowed");
  const auto authority = wire::Authority::from_url(options.server);
  if (!authority) return misuse("--server must be https://HOST or https://HOST:PORT");
  const auto ca = read_ca(options.server_ca);
  if (!ca) return complain(ca.error());
  auto session = Session::open_or_create(settings, options.kdf == "fastest-allowed");
  if (!session) return complain(session.error());
  linking::NewDevice device((*session)->engine());
  const auto is_joining = device.is_joining();
  if (!is_joining) return complain(is_joining.error());
  client::Result<void> linked;
  if (*is_joining) {
    linked = (*session)->wait(device.resume());
  } else {
    linking::NewDeviceWish wish{.server = *authority,
                                .server_ca = *ca,
                                .kind = wire::DeviceKind::computer,
                                .name = options.name.empty() ? machine_name() : options.name};
    linked = link_new(**session, settings, device, std::move(wish));
  }
  if (!linked) return complain(linked.error());
  return report_linked(**session, settings);
}

}  // namespace sotto::app
