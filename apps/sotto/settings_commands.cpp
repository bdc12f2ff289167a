// What the person chooses.
#include "menu.hpp"

namespace sotto::app {
namespace {

/// NAME on|off
void add_switch(Menu& menu, const std::string& name, const std::string& what) {
  const auto chosen = std::make_shared<std::string>();
  CLI::App* const command = Menu::add(menu.top(), name, what);
  command->add_option("on|off", *chosen, "On or off")->required()->check(CLI::IsMember({"on", "off"}));
  menu.does(command, [name, chosen] {
    return Wish{.method = "settings.set", .params = {{"name", name}, {"on", *chosen == "on"}}};
  });
}

/// on|off [CONTACT]: the choice, or what one contact is told now.
void add_typing(Menu& menu) {
  const auto chosen = std::make_shared<std::string>(), contact = std::make_shared<std::string>();
  CLI::App* const command = Menu::add(menu.top(), "typing", "Tell contacts when you are writing, and be told");
  command->add_option("on|off", *chosen, "On or off")->required()->check(CLI::IsMember({"on", "off"}));
  command->add_option("CONTACT", *contact, "Tell only this contact, now, that you are writing, or have stopped");
  menu.does(command, [chosen, contact] {
    const bool is_on = *chosen == "on";
    if (contact->empty()) return Wish{.method = "settings.set", .params = {{"name", "typing"}, {"on", is_on}}};
    return Wish{.method = "typing", .params = {{"contact", *contact}, {"on", is_on}}};
  });
}

void add_network_settings(Menu& menu, CLI::App& settings) {
  const auto url = std::make_shared<std::string>(), is_on = std::make_shared<std::string>();
  CLI::App* const proxy = Menu::add(settings, "proxy", "Go by this proxy for everything");
  proxy->add_option("URL", *url, "socks5h://HOST:PORT, or off")->required();
  menu.does(proxy, [url] {
    return Wish{.method = "settings.proxy", .params = {{"url", *url == "off" ? std::string() : *url}}};
  });
  CLI::App* const servers =
      Menu::add(settings, "private-servers", "Others' servers may have addresses that are not public");
  servers->add_option("on|off", *is_on, "On or off")->required()->check(CLI::IsMember({"on", "off"}));
  menu.does(servers,
            [is_on] { return Wish{.method = "settings.private_servers", .params = {{"on", *is_on == "on"}}}; });
}

}  // namespace

void add_settings_commands(Menu& menu) {
  CLI::App* const settings = Menu::add(menu.top(), "settings", "What is chosen");
  settings->require_subcommand(0, 1);
  menu.does(settings, [] { return Wish{.method = "settings.list"}; });
  add_network_settings(menu, *settings);
  add_switch(menu, "receipts", "Tell contacts that their messages came and were read");
  add_typing(menu);
  const auto name = std::make_shared<std::string>();
  CLI::App* const profile = Menu::add(menu.top(), "profile", "The name that your contacts are told");
  profile->add_option("--name", *name, "Another one: at most 64 bytes");
  menu.does(profile, [name] {
    Wish wish{.method = "profile"};
    if (!name->empty()) wish.params["name"] = *name;
    return wish;
  });
  menu.does(Menu::add(menu.top(), "doctor", "Look over account, server, store, prekeys, and say what to do"),
            [] { return Wish{.method = "doctor"}; });
}

}  // namespace sotto::app
