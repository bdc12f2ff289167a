// Who is written to.
#include <algorithm>

#include "menu.hpp"

namespace sotto::app {
namespace {

std::string method_of(const std::string& command) {
  std::string method = "contact." + command;
  std::ranges::replace(method, '-', '_');
  return method;
}

void add_reset(Menu& menu, CLI::App& contact) {
  struct Options {
    std::string whom, account;
    bool accept = false, refuse = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const reset = Menu::add(contact, "reset", "Answer whether a new account is this contact's");
  reset->add_option("CONTACT", options->whom, contact_help)->required();
  reset->add_option("--account", options->account, "Which one, if several say so: the beginning of its id");
  CLI::Option_group* const answer = reset->add_option_group("answer");
  answer->add_flag("--accept", options->accept, "It is: they told you so another way");
  answer->add_flag("--refuse", options->refuse, "It is somebody else");
  answer->require_option(1);
  menu.does(reset, [options] {
    Wish wish{.method = "contact.reset", .params = {{"contact", options->whom}, {"accept", options->accept}}};
    if (!options->account.empty()) wish.params["account"] = options->account;
    return wish;
  });
}

void add_contact(Menu& menu) {
  CLI::App* const contact = Menu::add(menu.top(), "contact", "People");
  contact->require_subcommand(1);
  struct Options {
    std::string whom, nickname;
    bool anyway = false;
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
  menu.does(Menu::add(*contact, "list", "All of them"), [] { return Wish{.method = "contact.list"}; });
  CLI::App* const rename = Menu::add(*contact, "rename", "Call a contact something else");
  rename->add_option("CONTACT", options->whom, contact_help)->required();
  rename->add_option("NICKNAME", options->nickname, "What you call them (default: what they say themselves)");
  menu.does(rename, [options] {
    Wish wish{.method = "contact.rename", .params = {{"contact", options->whom}}};
    if (!options->nickname.empty()) wish.params["nickname"] = options->nickname;
    return wish;
  });
  for (const auto& [name, what] : {std::pair("block", "Nothing of theirs is taken any more; they are told nothing"),
                                   std::pair("unblock", "A contact again"),
                                   std::pair("allow-move", "They live on another server now: write to them there")}) {
    CLI::App* const command = Menu::add(*contact, name, what);
    command->add_option("CONTACT", options->whom, contact_help)->required();
    menu.does(command, [options, method = method_of(name)] {
      return Wish{.method = method, .params = {{"contact", options->whom}}};
    });
  }
  add_reset(menu, *contact);
  CLI::App* const trust = Menu::add(*contact, "trust", "Go on although something about them is not known");
  trust->add_option("CONTACT", options->whom, contact_help)->required();
  trust
      ->add_flag("--anyway", options->anyway,
                 "Send although a device of theirs speaks of a newer device list that the server does not show")
      ->required();
  menu.does(trust,
            [options] { return Wish{.method = "contact.trust_anyway", .params = {{"contact", options->whom}}}; });
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
