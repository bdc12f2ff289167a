// The devices of the account.
#include "device_linking.hpp"
#include "menu.hpp"

namespace sotto::app {
namespace {

struct Change {
  std::int64_t number = 0;
  std::string name;
  std::string recovery_key_file;
};

CLI::App* add_change(CLI::App& device, const std::string& name, const std::string& what,
                     const std::shared_ptr<Change>& change) {
  CLI::App* const command = Menu::add(device, name, what);
  command->add_option("NUMBER", change->number, "As `sotto device list` shows it")
      ->required()
      ->check(CLI::Range(1, 127));
  return command;
}

void add_link(Menu& menu, CLI::App& device) {
  const auto options = std::make_shared<LinkOptions>();
  CLI::App* const link = Menu::add(device, "link", "Make this folder another device of an account");
  link->add_option("--server", options->server, "https://HOST:PORT of the account's server")->required();
  link->add_option("--server-ca", options->server_ca, "The CA of a server that made its own certificate (PEM)");
  link->add_option("--name", options->name, "What this device is called (default: the machine's name)");
  link->add_option("--kdf", options->kdf, "fastest-allowed: the floor of the passphrase's cost, for tests");
  menu.runs(link, [&menu, options] { return run_device_link(menu.settings(), *options); });
}

void add_adding(Menu& menu, CLI::App& device) {
  struct Options {
    std::string link, name;
    std::optional<bool> history;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const add = Menu::add(device, "add", "Add the device that shows this link, and nothing that was sent");
  add->add_option("LINK", options->link, "sotto-device:…, as the new device shows it")->required();
  add->add_option("--name", options->name, "What it is called (default: what it says itself)");
  CLI::Option* const with = add->add_flag_callback(
      "--history", [options] { options->history = true; }, "Give it what was written before, without asking");
  add->add_flag_callback(
         "--no-history", [options] { options->history = false; }, "Nothing of that, without asking")
      ->excludes(with);
  menu.does(add, [options] {
    Wish wish{.method = "device.add", .params = {{"link", options->link}}};
    if (options->history) wish.params["history"] = *options->history;
    if (!options->name.empty()) wish.params["name"] = options->name;
    return wish;
  });
}

void add_changes(Menu& menu, CLI::App& device) {
  const auto change = std::make_shared<Change>();
  CLI::App* const rename = add_change(device, "rename", "Call a device something else", change);
  rename->add_option("NAME", change->name, "At most 64 bytes")->required();
  menu.does(rename, [change] {
    return Wish{.method = "device.rename", .params = {{"device", change->number}, {"name", change->name}}};
  });
  CLI::App* const remove =
      add_change(device, "remove", "Take a device off the list; an admin needs the recovery key", change);
  remove->add_option("--recovery-key-file", change->recovery_key_file,
                     "The recovery key: all devices but this one lose their say");
  menu.does(remove, [change] {
    return Wish{.method = "device.remove",
                .params = {{"device", change->number}, {"with_recovery_key", !change->recovery_key_file.empty()}},
                .recovery_key_file = change->recovery_key_file};
  });
  menu.does(add_change(device, "history", "Give a device what was written before, or the rest of it", change),
            [change] { return Wish{.method = "device.history", .params = {{"device", change->number}}}; });
  menu.does(add_change(device, "promote", "Make a device an admin: it may add and remove devices", change),
            [change] { return Wish{.method = "device.promote", .params = {{"device", change->number}}}; });
}

}  // namespace

void add_device_commands(Menu& menu) {
  CLI::App* const device = Menu::add(menu.top(), "device", "The devices of this account");
  device->require_subcommand(1);
  add_link(menu, *device);
  add_adding(menu, *device);
  add_changes(menu, *device);
  menu.does(Menu::add(*device, "list", "All devices of this account"), [] { return Wish{.method = "device.list"}; });
}

}  // namespace sotto::app
