#include "device_commands.hpp"

#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <iostream>

#include "asking.hpp"
#include "client/linking/admin.hpp"
#include "client/linking/new_device.hpp"
#include "passphrase.hpp"
#include "printing.hpp"
#include "store/file.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;
namespace linking = client::linking;

std::string machine_name() {
  std::array<char, wire::max_device_name + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "a computer";
  return name.data();
}

std::string in_words(const std::string& code) { return code.substr(0, 3) + " " + code.substr(3); }

void say(const Settings& settings, const json::object& event, const std::string& words) {
  print(settings.json ? json::serialize(event) : words);
}

// The new device

ExitCode report_linked(Session& session, const Settings& settings) {
  const auto link = session.engine().address();
  if (!link) return complain(link.error());
  say(settings, {{"event", "linked"}, {"account", link->account_id.text()}},
      "linked: this is a device of account " + link->account_id.text() +
          " now. Its contacts come with the next `sotto receive`");
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
          ") answers.\n\n  Code: " + in_words(offered.code) + "\n\nType it in there. It shows another code then.");
  TRY(std::string typed, ask("The code that is shown there: "));
  return session.wait(device.finish(std::move(typed)));
}

// The admin device

/// Who adds a device gives it everything: the passphrase is asked again, of whoever sits here.
client::Result<void> ask_passphrase_again(Session& session, const Settings& settings) {
  TRY(const base::SecretBlob passphrase, read_passphrase(settings, Asking::once));
  return session.check_passphrase(passphrase.expose());
}

constexpr const char* what_is_given =
    "You are about to add a device to this account. It will read every message that comes from now on, write in your "
    "name, and know all your contacts. Go on only if it lies before you and you set it up yourself: nobody, also no "
    "support and no group, ever asks for this.";

client::Result<wire::DeviceNumber> add_device(Session& session, const Settings& settings, const std::string& link,
                                              const std::string& name) {
  linking::Admin admin(session.engine());
  TRY(const linking::Met met, session.wait(admin.meet(link)));
  std::cerr << "There waits " << to_text(met.kind) << " that calls itself \"" << printable_line(met.name) << "\".\n";
  const auto typed = ask("The code that it shows: ");
  if (!typed) {
    session.wait(admin.cancel());
    return typed.error();
  }
  TRY(const std::string second, session.wait(admin.confirm(*typed)));
  say(settings, {{"event", "code"}, {"code", second}}, "\n  Code: " + in_words(second) + "\n\nType it in there.");
  return session.wait(admin.add(name.empty() ? met.name : name));
}

client::Result<wire::RecoveryKey> read_recovery_key(const std::string& file) {
  if (file.empty())
    return client::refused("removing an admin asks for the recovery key: name its file with --recovery-key-file");
  auto bytes = store::read_small_file(file);
  if (!bytes) return client::refused("the recovery key can't be read: " + bytes.error().message);
  auto key = wire::parse_recovery_key(base::text(*bytes));
  if (!key) return client::refused(key.error().message);
  return *std::move(key);
}

/// What a change of the list brings to the other devices leaves before the command ends, as far as the server can be
/// reached. It is due within two seconds.
void send_to_devices(Session& session) {
  constexpr net::Duration until_due = std::chrono::milliseconds(2'100);
  session.wait(session.engine().parts().timer.sleep(until_due));
  const auto drained = session.wait(session.engine().drain_outbox());
  if (!drained) std::cerr << "sotto: " << printable_line(drained.error().message) << '\n';
}

ExitCode finish_change(Session& session, const client::Result<void>& changed) {
  if (!changed) return complain(changed.error());
  send_to_devices(session);
  return ExitCode::done;
}

wire::DeviceNumber number_of(const DeviceChange& change) {
  return wire::DeviceNumber(static_cast<std::uint8_t>(change.number));
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

ExitCode run_device_add(Session& session, const Settings& settings, const std::string& link, const std::string& name) {
  std::cerr << what_is_given << '\n';
  const auto again = ask_passphrase_again(session, settings);
  if (!again) return complain(again.error());
  const auto added = add_device(session, settings, link, name);
  if (!added) return complain(added.error());
  say(settings, {{"event", "device_added"}, {"device", added->value}},
      "added as device " + std::to_string(added->value));
  send_to_devices(session);
  return ExitCode::done;
}

ExitCode run_device_list(Session& session, const Settings& settings) {
  const auto refreshed = session.wait(session.engine().refresh_own());
  if (!refreshed) std::cerr << "sotto: " << printable_line(refreshed.error().message) << '\n';
  const auto devices = session.engine().devices();
  if (!devices) return complain(devices.error());
  for (const auto& one : *devices) {
    const std::string name = one.name.empty() ? "(its name can't be read yet)" : printable_line(one.name);
    std::string words = std::to_string(one.device.number.value) + "  " + name + (one.is_admin ? ", admin" : "") +
                        (one.is_this ? ", this device" : "");
    say(settings,
        {{"device", one.device.number.value},
         {"name", one.name},
         {"admin", one.is_admin},
         {"this", one.is_this},
         {"day_added", one.device.day_added.value}},
        words);
  }
  return ExitCode::done;
}

ExitCode run_device_rename(Session& session, const Settings&, const DeviceChange& change) {
  client::own_list::Intent intent{.name = change.name, .rename = number_of(change)};
  return finish_change(session, session.wait(session.engine().change_list(std::move(intent))));
}

ExitCode run_device_remove(Session& session, const Settings&, const DeviceChange& change) {
  if (change.recovery_key_file.empty()) {
    client::own_list::Intent intent{.remove = number_of(change)};
    return finish_change(session, session.wait(session.engine().change_list(std::move(intent))));
  }
  const auto devices = session.engine().devices();
  if (!devices) return complain(devices.error());
  const auto is_it = [&](const client::own_list::OwnDevice& one) { return one.device.number == number_of(change); };
  const auto found = std::ranges::find_if(*devices, is_it);
  if (found == devices->end())
    return complain(
        client::refused("this account has no device " + std::to_string(change.number) + ": see `sotto device list`"));
  if (found->is_this) return complain(client::refused("this very device can't remove itself"));
  const auto key = read_recovery_key(change.recovery_key_file);
  if (!key) return complain(key.error());
  const auto keep = [gone = number_of(change)](wire::DeviceNumber number) { return number != gone; };
  return finish_change(session, session.wait(session.engine().succeed(*key, keep)));
}

ExitCode run_device_promote(Session& session, const Settings& settings, const DeviceChange& change) {
  std::cerr << "An admin device may add and remove devices of this account in your name.\n";
  const auto again = ask_passphrase_again(session, settings);
  if (!again) return complain(again.error());
  client::own_list::Intent intent{.promote = number_of(change)};
  return finish_change(session, session.wait(session.engine().change_list(std::move(intent))));
}

}  // namespace sotto::app
