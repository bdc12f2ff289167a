#include <CLI/CLI.hpp>
#include <iostream>

#include "crypto/start.hpp"
#include "net/certificate.hpp"
#include "server/operations/call.hpp"
#include "server/operations/commands.hpp"
#include "server/operations/configuration/read_options.hpp"
#include "server/operations/offline.hpp"
#include "server/operations/s3.hpp"
#include "server/start.hpp"

namespace {

using namespace sotto;

constexpr int wrong_usage = 2;

/// The words of the command line.
struct Words {
  std::map<std::string, server::Texts> values = {};  // by option name
  std::map<std::string, bool> truths = {};
  std::map<std::string, server::Texts> arguments = {};                   // by command
  std::map<std::string, std::map<std::string, std::string>> flags = {};  // by command
  std::string file = {};
  std::string backup = {};
  bool is_version = false, is_verbose = false, is_json = false;
};

std::string described(const server::OptionRow& row) {
  return std::string(row.help) + (row.otherwise.empty() ? "" : " [" + std::string(row.otherwise) + "]");
}

void add_options(CLI::App& app, Words& words) {
  app.add_option("--config", words.file, "a TOML file with these options; sotto-server(8) shows one")
      ->type_name("FILE");
  for (const server::OptionRow& row : server::option_table()) {
    const std::string name(row.name);
    std::string flags = server::flag_of(row);
    if (!row.also_flag.empty()) flags += "," + std::string(row.also_flag);
    if (row.shape == server::Shape::truth) {
      app.add_flag(flags, words.truths[name], described(row));
      continue;
    }
    auto* option = app.add_option(flags, words.values[name], described(row));
    option->type_name(std::string(row.argument))->expected(1)->allow_extra_args(false);
    if (row.shape == server::Shape::list) option->take_all();
  }
  app.add_flag("--version", words.is_version, "print the version and exit");
  app.add_flag("--verbose", words.is_verbose, "with --version: more about this build");
}

/// The parent of a command of two words: `invite` of `invite create`.
CLI::App& parent_of(CLI::App& app, const server::Command& command) {
  const std::size_t space = command.name.find(' ');
  if (space == std::string_view::npos) return app;
  const std::string name(command.name.substr(0, space));
  for (CLI::App* known : app.get_subcommands([&name](const CLI::App* one) { return one->get_name() == name; }))
    return *known;
  auto* made = app.add_subcommand(name, "commands about " + name + "s; " + name + " --help shows them");
  made->require_subcommand(1);
  made->fallthrough();
  return *made;
}

void add_command(CLI::App& app, const server::Command& command, Words& words) {
  const std::string name(command.name);
  CLI::App& parent = parent_of(app, command);
  auto* added = parent.add_subcommand(name.substr(name.find(' ') + 1), std::string(command.help));
  added->fallthrough();
  added->add_flag("--json", words.is_json, "print the answer as JSON objects, one a line");
  for (const server::CommandFlag& flag : command.flags) {
    std::string& value = words.flags[name][std::string(flag.name)] = std::string(flag.otherwise);
    added->add_option("--" + std::string(flag.name), value, std::string(flag.help) + " [" + value + "]")
        ->type_name(std::string(flag.argument));
  }
  if (command.most == 0) return;
  added->add_option("arguments", words.arguments[name])
      ->type_name(std::string(command.arguments))
      ->expected(static_cast<int>(command.least), static_cast<int>(command.most))
      ->required(command.least > 0);
}

void add_commands(CLI::App& app, Words& words) {
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_subcommand("check-config", "say whether the options are good, and end");
  auto* restore = app.add_subcommand("restore", "put a backup in the place of the store; no server may run");
  restore->add_option("FILE", words.backup, "what backup made")->required();
  restore->add_flag("--json", words.is_json, "print the answer as JSON objects, one a line");
  for (const server::Command& command : server::commands()) add_command(app, command, words);
}

/// What was asked, if it is one of the running server's commands.
server::Question question_of(const CLI::App& given, const Words& words) {
  std::string name = given.get_name();
  for (const CLI::App* inner : given.get_subcommands()) name += " " + inner->get_name();
  server::Question question{.command = name,
                            .printed = words.is_json ? server::Printed::as_json : server::Printed::for_people};
  if (words.arguments.contains(name)) question.arguments = words.arguments.at(name);
  for (const server::CommandFlag& flag : server::command_named(name)->flags)
    question.arguments.push_back(words.flags.at(name).at(std::string(flag.name)));
  return question;
}

server::Given given(const CLI::App& app, const Words& words) {
  server::Given all{.variables = server::server_variables(), .file = words.file};
  for (const server::OptionRow& row : server::option_table()) {
    const std::string name(row.name);
    if (app.count(server::flag_of(row)) == 0) continue;
    const bool is_truth = row.shape == server::Shape::truth;
    all.flags[name] = is_truth ? server::Texts{words.truths.at(name) ? "true" : "false"} : words.values.at(name);
  }
  return all;
}

int print_version(bool is_verbose) {
  std::cout << "sotto-server " << SOTTO_VERSION << "\n";
  if (!is_verbose) return 0;
  std::cout << "processor:";
  for (const std::string& feature : crypto::cpu_features()) std::cout << " " << feature;
  std::cout << "\n";
  return 0;
}

int complain(const server::OptionProblem& problem) {
  std::cerr << "sotto-server: " << problem.where << (problem.where.empty() ? "" : ": ") << problem.what << "\n";
  return wrong_usage;
}

int check_config(const server::Options& options) {
  if (!options.tls_certificate.empty()) {
    const auto certificate =
        net::Certificate::load({.certificate_file = options.tls_certificate, .key_file = options.tls_key});
    if (!certificate) return complain({.where = "tls_certificate", .what = net::to_text(certificate.error())});
  }
  if (options.s3_endpoint) {
    const auto s3 = server::s3_of(options);
    if (!s3) return complain({.where = "s3", .what = s3.error()});
  }
  std::cout << (options.file.empty() ? "the options" : options.file.string()) << ": good\n";
  return 0;
}

int start(int count, char** arguments) {
  CLI::App app("A Sotto server: keeps accounts, public prekeys and sealed envelopes, and can read none of them.",
               "sotto-server");
  Words words;
  add_options(app, words);
  add_commands(app, words);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  if (words.is_version) return print_version(words.is_verbose);
  const server::Given all = given(app, words);
  const auto options = server::read_options(all);
  if (!options) return complain(options.error());
  for (const CLI::App* command : app.get_subcommands()) {
    if (command->get_name() == "check-config") return check_config(*options);
    const auto printed = words.is_json ? server::Printed::as_json : server::Printed::for_people;
    if (command->get_name() == "restore") return server::restore(*options, words.backup, printed, std::cout, std::cerr);
    const server::Question question = question_of(*command, words);
    if (const auto done = server::act_offline(*options, question, std::cout, std::cerr)) return *done;
    return server::call(*options, question, std::cout, std::cerr);
  }
  return server::run(*options, [&all] { return server::read_options(all); }, std::cout, std::cerr);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return start(count, arguments);
  } catch (const std::exception& error) {
    std::cerr << "sotto-server: " << error.what() << "\n";
    return 1;
  }
}
