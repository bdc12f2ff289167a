// Who may write to us: requests, and links that were given out.
#include "menu.hpp"

namespace sotto::app {
namespace {

void add_requests(Menu& menu) {
  CLI::App* const request = Menu::add(menu.top(), "request", "People who wrote first and wait for an answer");
  request->require_subcommand(1);
  menu.does(Menu::add(*request, "list", "Who waits"), [] { return Wish{.method = "request.list"}; });
  struct Options {
    std::string who, nickname;
  };
  const auto options = std::make_shared<Options>();
  constexpr const char* who_help = "The account id, or its beginning";
  CLI::App* const accept = Menu::add(*request, "accept", "They are a contact now");
  accept->add_option("WHO", options->who, who_help)->required();
  accept->add_option("--as", options->nickname, "What you call them");
  menu.does(accept, [options] {
    Wish wish{.method = "request.accept", .params = {{"contact", options->who}}};
    if (!options->nickname.empty()) wish.params["nickname"] = options->nickname;
    return wish;
  });
  CLI::App* const remove = Menu::add(*request, "delete", "What they wrote is erased; they are told nothing");
  remove->add_option("WHO", options->who, who_help)->required();
  menu.does(remove, [options] { return Wish{.method = "request.delete", .params = {{"contact", options->who}}}; });
  CLI::App* const block = Menu::add(*request, "block", "The same, and nothing of theirs is taken any more");
  block->add_option("WHO", options->who, who_help)->required();
  menu.does(block, [options] { return Wish{.method = "contact.block", .params = {{"contact", options->who}}}; });
}

void add_links(Menu& menu) {
  CLI::App* const link = Menu::add(menu.top(), "link", "Contact links that can be taken back one by one");
  link->require_subcommand(1);
  struct Options {
    std::string label;
    std::int64_t days = -1;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const create = Menu::add(*link, "create", "A link of its own, for a card, a page, a person");
  create->add_option("LABEL", options->label, "What you call it, so that you can find it again")->required();
  create->add_option("--days", options->days, "It is good for so long (default: until it is revoked)")
      ->check(CLI::Range(0, 3'650));
  menu.does(create, [options] {
    Wish wish{.method = "link.create", .params = {{"label", options->label}}};
    if (options->days >= 0) wish.params["days"] = options->days;
    return wish;
  });
  menu.does(Menu::add(*link, "list", "All of them"), [] { return Wish{.method = "link.list"}; });
  CLI::App* const revoke = Menu::add(*link, "revoke", "Nobody new can write by it; contacts stay");
  revoke->add_option("LABEL", options->label, "As `sotto link list` shows it; address: what `sotto address` shows")
      ->required();
  menu.does(revoke, [options] { return Wish{.method = "link.revoke", .params = {{"label", options->label}}}; });
}

}  // namespace

void add_request_commands(Menu& menu) {
  add_requests(menu);
  add_links(menu);
}

}  // namespace sotto::app
