// What is said, and what is heard.
#include <iostream>
#include <iterator>

#include "menu.hpp"
#include "wire/bodies.hpp"

namespace sotto::app {
namespace {

/// At most one byte more than may be sent, so that the engine's limit speaks.
std::string read_standard_input() {
  std::string text;
  std::istreambuf_iterator<char> from(std::cin);
  for (const std::istreambuf_iterator<char> end; from != end && text.size() <= wire::max_text; ++from) text += *from;
  return text;
}

/// The words of a text, or standard input for "-".
std::string text_from(const std::vector<std::string>& words) {
  if (words.size() == 1 && words.front() == "-") return read_standard_input();
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i > 0 ? " " : "") + words[i];
  return text;
}

void add_send(Menu& menu) {
  struct Options {
    std::string contact, reply_to;
    std::vector<std::string> words;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = Menu::add(menu.top(), "send", "Send a text; prints the message's id");
  command->add_option("CONTACT", options->contact, contact_help)->required();
  command->add_option("TEXT", options->words, "The text; - reads standard input")
      ->required()
      ->allow_extra_args(false);  // else "[a,b]" is taken for a list
  command->add_option("--reply-to", options->reply_to, "The id of the message that this answers");
  menu.does(command, [options] {
    Wish wish{.method = "send", .params = {{"contact", options->contact}, {"text", text_from(options->words)}}};
    if (!options->reply_to.empty()) wish.params["reply_to"] = options->reply_to;
    return wish;
  });
}

void add_receive(Menu& menu) {
  struct Options {
    bool follow = false;
    double wait_seconds = 0;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = Menu::add(menu.top(), "receive", "Receive and show what came");
  command->add_flag("--follow", options->follow, "Go on until interrupted");
  command
      ->add_option("--wait", options->wait_seconds, "End after this many seconds without a message (0: what is there)")
      ->check(CLI::Range(0.0, 86'400.0))
      ->check(
          [](const std::string& typed) { return typed.find_first_of("nN") == std::string::npos ? "" : "a number"; });
  menu.does(command, [options] {
    const auto wait_ms = static_cast<std::int64_t>(options->wait_seconds * 1000);
    return Wish{.method = "receive", .params = {{"follow", options->follow}, {"wait_ms", wait_ms}}};
  });
}

void add_history(Menu& menu) {
  struct Options {
    std::string contact;
    std::int64_t last = 0;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = Menu::add(menu.top(), "history", "The conversation with a contact, oldest first");
  command->add_option("CONTACT", options->contact, contact_help)->required();
  command->add_option("--last", options->last, "Only the last N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  menu.does(command, [options] {
    Wish wish{.method = "history", .params = {{"contact", options->contact}}};
    if (options->last > 0) wish.params["last"] = options->last;
    return wish;
  });
}

}  // namespace

void add_conversation_commands(Menu& menu) {
  add_send(menu);
  add_receive(menu);
  add_history(menu);
}

}  // namespace sotto::app
