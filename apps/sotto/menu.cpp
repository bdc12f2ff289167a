#include "menu.hpp"

#include "answers.hpp"
#include "asking.hpp"
#include "base/check.hpp"

namespace sotto::app {

CLI::App* Menu::add(CLI::App& under, const std::string& name, const std::string& what) {
  CLI::App* const made = under.add_subcommand(name, what);
  made->fallthrough();
  return made;
}

void Menu::does(CLI::App* command, std::function<Wish()> wish) {
  runs(command, [this, make = std::move(wish)] {
    Wish made = make();
    const std::string method = made.method;
    const auto answer = run_wish(settings_, std::move(made));
    return answer ? print_answer(settings_, method, *answer) : complain(answer.error());
  });
}

void Menu::runs(CLI::App* command, std::function<ExitCode()> run) {
  command->callback([this, command, run = std::move(run)] {
    if (command->get_subcommands().empty()) chosen_ = run;  // else the word below it was meant
  });
}

ExitCode Menu::run() {
  CHECK(chosen_);
  return chosen_();
}

std::unique_ptr<Commands> add_commands(CLI::App& app, Settings& settings) {
  auto menu = std::make_unique<Menu>(app, settings);
  add_account_commands(*menu);
  add_conversation_commands(*menu);
  add_message_commands(*menu);
  add_people_commands(*menu);
  add_request_commands(*menu);
  add_settings_commands(*menu);
  add_device_commands(*menu);
  return menu;
}

}  // namespace sotto::app
