// Who is written to.
#include "menu.hpp"

namespace sotto::app {
namespace {

void add_contact(Menu& menu) {
  CLI::App* const contact = Menu::add(menu.top(), "contact", "People");
  contact->require_subcommand(1);
  struct Options {
    std::string whom, nickname;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const add = Menu::add(*contact, "add", "Add by contact link, or by user name of the own server");
  add->add_option("LINK-or-NAME", options->whom, "sotto-contact:… or a user name")->required();
  add->add_option("--as", options->nickname, "What you call them");
  menu.does(add, [options] {
    Wish wish{.method = "contact.add", .params = {{"contact", options->whom}}};
    if (!options->nickname.empty()) wish.params["nickname"] = options->nickname;
    return wish;
  });
}

void add_verify(Menu& menu) {
  struct Options {
    std::string contact;
    bool confirm = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = Menu::add(menu.top(), "verify", "The safety number with a contact");
  command->add_option("CONTACT", options->contact, contact_help)->required();
  command->add_flag("--confirm", options->confirm, "You compared it: mark the contact as verified");
  menu.does(command, [options] {
    return Wish{.method = "verify", .params = {{"contact", options->contact}, {"confirm", options->confirm}}};
  });
}

}  // namespace

void add_people_commands(Menu& menu) {
  menu.does(Menu::add(menu.top(), "address", "The contact link of this account, to give to others"),
            [] { return Wish{.method = "address"}; });
  add_contact(menu);
  add_verify(menu);
}

}  // namespace sotto::app
