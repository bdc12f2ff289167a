#include "asking.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "passphrase.hpp"
#include "printing.hpp"
#include "store/file.hpp"

namespace sotto::app {

ExitCode complain(const client::Problem& problem) {
  std::cerr << "sotto: " << printable_line(problem.message) << '\n';
  switch (problem.error) {
    case client::Error::refused:
      return ExitCode::refused;
    case client::Error::unreachable:
    case client::Error::waiting:
      return ExitCode::unreachable;
    case client::Error::locked:
      return ExitCode::locked;
  }
  return ExitCode::refused;
}

ExitCode misuse(const std::string& words) {
  std::cerr << "sotto: " << words << '\n';
  return ExitCode::wrong_usage;
}

void print(const std::string& line) {
  std::cout << line << '\n' << std::flush;
  if (std::cout) return;
  std::cerr << "sotto: the output can't be written any more\n";
  std::_Exit(static_cast<int>(ExitCode::refused));
}

client::Result<std::string> read_ca(const std::string& file) {
  if (file.empty()) return std::string();
  auto bytes = store::read_small_file(file);
  if (!bytes) return client::refused("the CA file can't be read: " + bytes.error().message);
  std::string pem = base::text(*bytes);
  if (pem.find("-----BEGIN CERTIFICATE-----") == pem.npos) {
    return client::refused(file + " holds no certificate in PEM form");
  }
  return pem;
}

client::Result<std::string> ask(const std::string& question) {
  std::optional<std::string> typed;
  if (isatty(STDIN_FILENO) != 0) {
    typed = ask_on_terminal(question, true);
  } else {
    std::cerr << question << '\n' << std::flush;
    std::string line;
    if (std::getline(std::cin, line)) typed = std::move(line);
  }
  if (!typed) return client::refused("nothing was typed: there is no terminal, and standard input has ended");
  return *std::move(typed);
}

}  // namespace sotto::app
