// The account as a whole.
#include "daemon_command.hpp"
#include "menu.hpp"
#include "registering.hpp"

namespace sotto::app {
namespace {

void add_register(Menu& menu) {
  const auto options = std::make_shared<RegisterOptions>();
  CLI::App* const command = Menu::add(menu.top(), "register", "Make an account on a server");
  command->add_option("--server", options->server, "https://HOST:PORT")->required();
  command->add_option("--name", options->name, "The user name: 3 to 32 of a-z 0-9 . _ -")->required();
  command->add_option("--server-ca", options->server_ca, "The CA of a server that made its own certificate (PEM)");
  command->add_option("--recovery-key-file", options->recovery_key_file,
                      "Write the recovery key there (mode 0600) instead of showing it");
  command->add_option("--replaces", options->replaces,
                      "The id of the account whose recovery key and devices are all lost: contacts are asked about it");
  command->add_option("--kdf", options->kdf, "fastest-allowed: the floor of the passphrase's cost, for tests");
  menu.runs(command, [&menu, options] { return run_register(menu.settings(), *options); });
}

}  // namespace

void add_account_commands(Menu& menu) {
  add_register(menu);
  menu.does(Menu::add(menu.top(), "status", "Server, account, queue, store, version"),
            [] { return Wish{.method = "status"}; });
  menu.runs(Menu::add(menu.top(), "daemon", "Stay connected; other commands of this folder go through it"),
            [&menu] { return run_daemon(menu.settings()); });
}

}  // namespace sotto::app
