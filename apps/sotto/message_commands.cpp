// What is done with messages that are there.
#include "menu.hpp"
#include "wire/bodies.hpp"

namespace sotto::app {
namespace {

constexpr const char* message_help = "The message's id, as `sotto send` and `sotto --json history` print it";

struct Options {
  std::string contact, message, words;
  bool removes = false;
  std::string seconds;
};

CLI::App* add(Menu& menu, const std::string& name, const std::string& what, const std::shared_ptr<Options>& options) {
  CLI::App* const command = Menu::add(menu.top(), name, what);
  command->add_option("CONTACT", options->contact, contact_help)->required();
  return command;
}

/// 30, 30s, 5m, 12h, 7d, 4w, off; -1 if it is none of them.
std::int64_t seconds_of(const std::string& words) {
  if (words == "off") return 0;
  std::size_t end = 0;
  std::int64_t number = 0;
  while (end < words.size() && words[end] >= '0' && words[end] <= '9' && number <= wire::max_timer)
    number = number * 10 + (words[end++] - '0');
  if (end == 0) return -1;
  const std::string unit = words.substr(end);
  const std::int64_t each = unit.empty() || unit == "s" ? 1
                            : unit == "m"               ? 60
                            : unit == "h"               ? 3'600
                            : unit == "d"               ? 86'400
                            : unit == "w"               ? 7 * 86'400
                                                        : 0;
  if (each == 0 || number * each > wire::max_timer) return -1;
  return number * each;
}

void add_react(Menu& menu, const std::shared_ptr<Options>& options) {
  CLI::App* const react = add(menu, "react", "React to a message with an emoji", options);
  react->add_option("MESSAGE", options->message, message_help)->required();
  react->add_option("EMOJI", options->words, "The emoji");
  react->add_flag("--remove", options->removes, "Take the reaction back");
  menu.does(react, [options] {
    Wish wish{.method = "react", .params = {{"contact", options->contact}, {"message", options->message}}};
    if (!options->removes) wish.params["emoji"] = options->words;
    return wish;
  });
}

void add_changes(Menu& menu, const std::shared_ptr<Options>& options) {
  CLI::App* const edit = add(menu, "edit", "Give a message of yours another text", options);
  edit->add_option("MESSAGE", options->message, message_help)->required();
  edit->add_option("TEXT", options->words, "The new text")->required();
  menu.does(edit, [options] {
    return Wish{.method = "edit",
                .params = {{"contact", options->contact}, {"message", options->message}, {"text", options->words}}};
  });
  CLI::App* const remove = add(menu, "delete", "Delete a message of yours for everyone", options);
  remove->add_option("MESSAGE", options->message, message_help)->required();
  menu.does(remove, [options] {
    return Wish{.method = "delete", .params = {{"contact", options->contact}, {"message", options->message}}};
  });
}

void add_reading(Menu& menu, const std::shared_ptr<Options>& options) {
  CLI::App* const read = add(menu, "read", "Mark what came as read: receipts leave, timers start", options);
  read->add_option("MESSAGE", options->message, "Up to this one (default: all that was shown)");
  menu.does(read, [options] {
    Wish wish{.method = "read", .params = {{"contact", options->contact}}};
    if (!options->message.empty()) wish.params["message"] = options->message;
    return wish;
  });
  CLI::App* const timer = add(menu, "timer", "Messages of this conversation disappear", options);
  timer->add_option("AFTER", options->seconds, "30s, 5m, 12h, 7d, 4w (at most), or off")
      ->required()
      ->check([](const std::string& typed) {
        return seconds_of(typed) >= 0 ? "" : "a time like 30s, 5m, 12h, 7d, 4w (at most), or off";
      });
  menu.does(timer, [options] {
    return Wish{.method = "timer",
                .params = {{"contact", options->contact}, {"seconds", seconds_of(options->seconds)}}};
  });
}

}  // namespace

void add_message_commands(Menu& menu) {
  const auto options = std::make_shared<Options>();
  add_react(menu, options);
  add_changes(menu, options);
  add_reading(menu, options);
}

}  // namespace sotto::app
