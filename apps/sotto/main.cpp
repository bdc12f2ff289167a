#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "base/process.hpp"
#include "commands.hpp"
#include "crypto/start.hpp"
#include "store/sqlite.hpp"

namespace {

using sotto::app::ExitCode;

/// The options that every command has.
void add_globals(CLI::App& app, sotto::app::Settings& settings) {
  app.add_option("--data", settings.data, "The data folder (default: ~/.local/share/sotto)");
  app.add_option("--passphrase-file", settings.passphrase_file, "A file whose first line is the passphrase");
  app.add_flag("--json", settings.json, "Answers as JSON, one object a line");
  app.add_flag("--verbose", settings.verbose,
               "Each step on standard error; with --version: the processor's abilities in use, and libraries");
}

void print_version(bool is_verbose) {
  std::cout << "sotto " << SOTTO_VERSION << '\n';
  if (!is_verbose) return;
  std::cout << "hardware paths in use:";
  for (const std::string& feature : sotto::crypto::cpu_features()) std::cout << ' ' << feature;
  std::cout << "\nstore: " << sotto::store::library_version() << '\n';
}

int run(int count, char** words) {
  sotto::app::Settings settings;
  CLI::App app("sotto: end-to-end-encrypted messages");
  app.fallthrough();
  app.set_help_all_flag("--help-all", "The help of all commands");
  add_globals(app, settings);
  bool wants_version = false;
  app.add_flag("--version", wants_version, "The version");
  app.require_subcommand(0, 1);
  const auto commands = sotto::app::add_commands(app, settings);

  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& wrong) {
    const int code = app.exit(wrong);
    return code == 0 ? 0 : static_cast<int>(ExitCode::wrong_usage);
  }
  if (wants_version) {
    print_version(settings.verbose);
    return 0;
  }
  if (app.get_subcommands().empty()) {
    std::cerr << app.help();
    return static_cast<int>(ExitCode::wrong_usage);
  }
  return static_cast<int>(commands->run());
}

}  // namespace

int main(int count, char** words) {
  sotto::base::harden_process();
  if (!sotto::crypto::start()) {
    std::cerr
        << "sotto: the system gives no random numbers, or the crypto library is broken; nothing can be done safely\n";
    return static_cast<int>(ExitCode::refused);
  }
  try {
    return run(count, words);
  } catch (const std::exception& unexpected) {
    std::cerr << "sotto: unexpected failure: " << unexpected.what() << '\n';
    return static_cast<int>(ExitCode::refused);
  }
}
