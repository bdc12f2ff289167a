#pragma once
#include <CLI/CLI.hpp>
#include <functional>

#include "commands.hpp"
#include "runner.hpp"

namespace sotto::app {

/// The commands as they are being added; afterwards, the one that the words chose.
class Menu final : public Commands {
 public:
  Menu(CLI::App& app, Settings& settings) : app_(app), settings_(settings) {}

  CLI::App& top() { return app_; }
  const Settings& settings() const { return settings_; }
  /// A command, or a word that commands stand under.
  static CLI::App* add(CLI::App& under, const std::string& name, const std::string& what);
  /// What the command is as a request.
  void does(CLI::App* command, std::function<Wish()> wish);
  /// A command that is none, because there is no account yet or nothing to ask.
  void runs(CLI::App* command, std::function<ExitCode()> run);

  ExitCode run() override;

 private:
  CLI::App& app_;
  Settings& settings_;
  std::function<ExitCode()> chosen_;
};

constexpr const char* contact_help = "Nickname, account id or user name";

// By what they are about; options that a command reads live as long as it
void add_account_commands(Menu& menu);
void add_conversation_commands(Menu& menu);
void add_people_commands(Menu& menu);
void add_request_commands(Menu& menu);
void add_message_commands(Menu& menu);
void add_settings_commands(Menu& menu);
void add_device_commands(Menu& menu);

}  // namespace sotto::app
