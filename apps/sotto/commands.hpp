#pragma once
#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace sotto::app {

enum class ExitCode {
  done = 0,
  refused = 1,  // with a reason on standard error
  wrong_usage = 2,
  unreachable = 3,  // the message is kept in the outbox and goes out with the next connection
  locked = 4,       // wrong passphrase
};

struct Settings {
  std::string data;
  std::string passphrase_file;
  bool json = false;
  bool verbose = false;  // each step on standard error
};

/// The command that the words chose.
class Commands {
 public:
  virtual ~Commands() = default;
  virtual ExitCode run() = 0;
};

/// Adds all commands with their options; settings must outlive what is returned.
std::unique_ptr<Commands> add_commands(CLI::App& app, Settings& settings);

}  // namespace sotto::app
